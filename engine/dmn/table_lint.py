"""Says what is wrong with a table as a whole. Owns the sentences; geometry does the searching.

Errors are what makes a table wrong: under UNIQUE rules that overlap; under ANY rules that overlap
with different outputs; under FIRST a rule that earlier ones cover altogether, under PRIORITY one that
better ones cover (it can never apply, so the table does not say what its author meant, and the
clauses that the rule cites would never be carried out); a cell that no value of its column can satisfy. A gap is a warning, and only where one
result is expected (UNIQUE, ANY, PRIORITY, FIRST) and there is no default: elsewhere no matching
rule simply means an empty list. Cells that are not simple tests are never the reason for a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from engine.dmn.cells import region_of
from engine.dmn.coverage import Coverage, TooIntricate
from engine.dmn.elements import HitPolicy
from engine.dmn.examples import example
from engine.dmn.grid import Stretch
from engine.dmn.hit_policy import LIST_POLICIES
from engine.dmn.regions import Kind, Region, intersection, line_of
from engine.dmn.run import Run
from engine.dmn.table import InputColumn, Table
from engine.feel import Evaluation
from engine.model.findings import Findings

LARGEST_REPORT = 10
# Priorities are constants, which do not read the time.
_TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)


def lint_table(
    table: Table, regions: Sequence[Sequence[Region | None]], findings: Findings
) -> None:
    """Report what is wrong with a table; `regions[column][rule]` are its cells."""
    source = table.source
    hit_policy = source.hit_policy
    if hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(
        table.policy.priorities
    ):
        findings.error(
            "no_priorities",
            f"{table.what}: {hit_policy} orders by the output values, best first, and no output "
            "column lists any.",
            source.place,
        )
    if not source.rules:
        findings.warning("no_rules", f"{table.what}: the table has no rules.", source.place)
        return
    domains = [_domain(column) for column in table.inputs]
    _lint_cells(table, regions, domains, findings)
    if hit_policy in LIST_POLICIES:
        return
    if not source.inputs:
        if hit_policy is HitPolicy.UNIQUE and len(source.rules) > 1:
            findings.error(
                "rules_overlap",
                f"{table.what}: without inputs every rule applies, and UNIQUE allows only one.",
                source.place,
            )
        return
    coverage = Coverage(regions, domains)
    if coverage.too_large:
        return
    with suppress(TooIntricate):
        if hit_policy is HitPolicy.UNIQUE:
            _report_overlaps(table, coverage, None, findings)
        elif hit_policy is HitPolicy.ANY:
            _report_overlaps(table, coverage, _differing(table), findings)
        elif hit_policy is HitPolicy.FIRST:
            for rule in islice(coverage.never_reached(), LARGEST_REPORT):
                findings.error(
                    "rule_never_reached",
                    f"{table.what}: rule {rule + 1} can never apply: the rules before it take "
                    "every case it describes. Move it up, narrow the earlier rules or remove it.",
                    source.rules[rule].place,
                )
        elif hit_policy is HitPolicy.PRIORITY:
            order = _best_first(table)
            for rule in islice(coverage.never_reached(order) if order else (), LARGEST_REPORT):
                findings.error(
                    "rule_never_reached",
                    f"{table.what}: rule {rule + 1} can never apply: rules with outputs of a "
                    "higher priority take every case it describes. Narrow them or remove it.",
                    source.rules[rule].place,
                )
    if table.defaults is None:
        gap = coverage.gap()
        if gap is not None:
            findings.warning(
                "table_incomplete",
                f"{table.what}: no rule applies to {_described(table, gap)}. Add a rule for it, "
                "or a default output.",
                source.place,
            )


def _domain(column: InputColumn) -> Region | None:
    """Return the values a column may hold; None when it declares no type the lint knows."""
    kind = column.type.kind
    tests = column.allowed or column.type.constraint
    listed = region_of(tests.tree, tests.text) if tests is not None else None
    if kind is None:
        # Without a type, the values listed still say what to expect, if they are of one kind.
        plain = listed is not None and not listed.everything and len(listed.kinds) == 1
        return listed if plain else None
    if listed is None:
        return Region({kind: line_of(kind)})
    within = intersection(listed.of(kind), line_of(kind))
    return Region({kind: within}) if within else None


def _lint_cells(
    table: Table,
    regions: Sequence[Sequence[Region | None]],
    domains: Sequence[Region | None],
    findings: Findings,
) -> None:
    for position, column in enumerate(table.inputs):
        reported: dict[int, str | None] = {}
        for number, region in enumerate(regions[position], 1):
            if region is None or region.everything:
                continue
            if id(region) not in reported:
                reported[id(region)] = _complaint(column, region, domains[position])
            complaint = reported[id(region)]
            if complaint is not None:
                text = table.source.rules[number - 1].inputs[position]
                findings.error(
                    "cell_never_true",
                    f"{table.what}, rule {number}, “{column.label}”: {text.content.strip()} "
                    f"{complaint}",
                    text.place,
                )


def _complaint(column: InputColumn, region: Region, domain: Region | None) -> str | None:
    """Return why no value of a column satisfies a cell; None when one does."""
    if region.null:
        return None
    if not region.kinds:
        return "is never true: no value lies in it."
    if domain is None:
        if column.type.is_single_valued:
            return f"can never be true: the column holds values of type {column.type.name}."
        return None
    if any(intersection(region.of(kind), domain.of(kind)) for kind in domain.kinds):
        return None
    kinds = {Kind.NUMBER if kind is Kind.WHOLE else kind for kind in domain.kinds}
    if not kinds & region.kinds:
        expected = " or ".join(sorted(domain.kinds))
        return f"can never be true: the column holds a {expected}."
    return "can never be true: it is outside the values allowed in this column."


def _differing(table: Table) -> list[int]:
    """Return for each rule the mask of rules whose outputs certainly differ from its own."""
    groups: dict[tuple[object, ...], int] = {}
    keys: list[tuple[object, ...] | None] = []
    for index, entries in enumerate(table.entries):
        constants = [entry for entry in entries if isinstance(entry, tuple)]
        if len(constants) < len(entries):
            keys.append(None)
            continue
        # Kinds are part of the key: in Python 1 equals true, in FEEL it does not.
        key = tuple((entry[0].__class__, entry[0]) for entry in constants)
        keys.append(key)
        groups[key] = groups.get(key, 0) | 1 << index
    known = 0
    for mask in groups.values():
        known |= mask
    return [0 if key is None else known & ~groups[key] for key in keys]


def _best_first(table: Table) -> list[int]:
    """Return the rules by the priority of their outputs; none when an output is not constant."""
    rows = []
    for entries in table.entries:
        row = {
            name: entry[0]
            for name, entry in zip(table.policy.columns, entries, strict=True)
            if isinstance(entry, tuple)
        }
        if len(row) < len(entries):
            return []
        rows.append(row)
    return table.policy.best_first(rows, Run(Evaluation(_TIMELESS)))


def _report_overlaps(
    table: Table, coverage: Coverage, differing: list[int] | None, findings: Findings
) -> None:
    source = table.source
    overlaps = list(islice(coverage.overlaps(differing), LARGEST_REPORT + 1))
    for overlap in overlaps[:LARGEST_REPORT]:
        if differing is None:
            complaint = f"and {source.hit_policy} allows only one."
        else:
            complaint = "with different outputs, and ANY allows only equal ones."
        findings.error(
            "rules_overlap",
            f"{table.what}: rules {overlap.first + 1} and {overlap.second + 1} both apply to "
            f"{_described(table, overlap.witness)}, {complaint}",
            source.rules[overlap.second].place,
        )
    if len(overlaps) > LARGEST_REPORT:
        findings.error(
            "rules_overlap",
            f"{table.what}: more rules overlap; the first {LARGEST_REPORT} pairs are listed.",
            source.place,
        )


def _described(table: Table, stretches: Sequence[Stretch]) -> str:
    return ", ".join(
        f"{column.label} = {example(stretch)}"
        for column, stretch in zip(table.inputs, stretches, strict=True)
    )
