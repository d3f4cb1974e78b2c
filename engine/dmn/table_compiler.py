"""Makes decision tables ready to run, cell by cell, and hands them to lint. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.dmn.cells import constant, region_of
from engine.dmn.elements import DecisionTable, HitPolicy, OutputClause, Text
from engine.dmn.expressions import Names, Texts
from engine.dmn.hit_policy import Policy
from engine.dmn.regions import EVERYTHING, Region
from engine.dmn.result import RuleHit
from engine.dmn.rule_index import RuleIndex
from engine.dmn.run import Run
from engine.dmn.table import Entry, InputColumn, OutputColumn, Table, settled_classes
from engine.dmn.table_lint import lint_table
from engine.dmn.types import ANY_TYPE, DataType
from engine.feel import Evaluation, UnaryTests, Value

# Constant cells do not read the time, so any instant serves to work them out.
_TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Owner:
    """The decision or business knowledge model a table belongs to, and the type of its value."""

    id: str
    name: str
    type: DataType


class TableCompiler:
    """Compiles the tables of one owner; `tables` holds those made so far."""

    def __init__(self, texts: Texts, owner: Owner, known_types: dict[str, DataType]) -> None:
        """Compile for `owner`; `known_types` are the types of names an input may simply repeat."""
        self._texts = texts
        self._owner = owner
        self._known_types = known_types
        self.tables: list[Table] = []

    def table(self, source: DecisionTable, names: Names, what: str) -> Table:
        """Return the table ready to run; what is wrong with it becomes findings."""
        inputs, cells, regions = self._inputs(source, names, what)
        outputs = [self._output(clause, source, what) for clause in source.outputs]
        entries = [
            tuple(
                self._entry(
                    text, outputs[position], names, f"{what}, rule {number}, “{clause.label}”"
                )
                for position, (text, clause) in enumerate(
                    zip(rule.outputs, source.outputs, strict=False)
                )
            )
            for number, rule in enumerate(source.rules, 1)
        ]
        table = Table(
            source,
            what,
            tuple(inputs),
            tuple(outputs),
            RuleIndex(cells, regions, len(source.rules)),
            tuple(entries),
            self._defaults(source, outputs, names, what),
            Policy(
                source.hit_policy,
                source.aggregation,
                tuple(output.name for output in outputs),
                len(outputs) == 1,
                tuple(
                    self._priorities(clause, output, source)
                    for clause, output in zip(source.outputs, outputs, strict=True)
                ),
            ),
            tuple(
                RuleHit(self._owner.id, rule.id, number, rule.clauses)
                for number, rule in enumerate(source.rules, 1)
            ),
        )
        self.tables.append(table)
        lint_table(table, regions, self._texts.findings)
        return table

    def _inputs(
        self, source: DecisionTable, names: Names, what: str
    ) -> tuple[list[InputColumn], list[list[UnaryTests | None]], list[list[Region | None]]]:
        columns: list[InputColumn] = []
        cells: list[list[UnaryTests | None]] = []
        regions: list[list[Region | None]] = []
        for position, clause in enumerate(source.inputs):
            label = f"{what}, “{clause.label}”"
            data_type = self._texts.types.named(clause.type_ref, clause.place)
            if clause.type_ref is None:
                data_type = self._known_types.get(clause.expression.content.strip(), ANY_TYPE)
            columns.append(
                InputColumn(
                    clause.label,
                    label,
                    self._texts.expression(clause.expression, names, label),
                    data_type,
                    self._values(clause.values, names, label),
                    settled_classes(data_type),
                )
            )
            column_cells, column_regions = self._cells(source, position, names, what)
            cells.append(column_cells)
            regions.append(column_regions)
        return columns, cells, regions

    def _cells(
        self, source: DecisionTable, position: int, names: Names, what: str
    ) -> tuple[list[UnaryTests | None], list[Region | None]]:
        label = source.inputs[position].label
        cells: list[UnaryTests | None] = []
        regions: list[Region | None] = []
        # Equal cells of a column share one region, which the grid counts on to be quick.
        known: dict[str, tuple[UnaryTests | None, Region | None]] = {}
        for number, rule in enumerate(source.rules, 1):
            text = rule.inputs[position] if position < len(rule.inputs) else None
            content = text.content.strip() if text is not None else ""
            if text is None or content in ("", "-"):
                cells.append(None)
                regions.append(EVERYTHING)
                continue
            found = known.get(content)
            if found is None:
                cell = self._texts.unary_tests(text, names, f"{what}, rule {number}, “{label}”")
                region = None if cell is None else region_of(cell.tree, text.content)
                found = (cell, region)
                if cell is not None:
                    known[content] = found
            cells.append(found[0])
            regions.append(found[1])
        return cells, regions

    def _values(self, text: Text | None, names: Names, label: str) -> UnaryTests | None:
        if text is None or text.content.strip() in ("", "-"):
            return None
        return self._texts.unary_tests(text, names, f"{label}, allowed values")

    def _output(self, clause: OutputClause, source: DecisionTable, what: str) -> OutputColumn:
        label = f"{what}, “{clause.label}”"
        name = clause.name or source.label or self._owner.name
        return OutputColumn(
            name,
            label,
            self._texts.types.named(clause.type_ref, clause.place),
            self._values(clause.values, Names(frozenset(), False), label),
        )

    def _entry(self, text: Text, column: OutputColumn, names: Names, what: str) -> Entry:
        if text.content.strip() in ("", "-"):
            return (None,)
        compiled = self._texts.expression(text, names, what)
        if compiled is None:
            return (None,)
        found = constant(compiled.tree, text.content)
        if found is None:
            evaluate = compiled.evaluate
            return lambda scope, run: evaluate(scope, run.evaluation)
        run = Run(Evaluation(_TIMELESS, types=self._texts.types.feel))
        value = column.checked(found[0], run)
        if run.evaluation.warnings:
            self._texts.findings.error(
                "output_mismatch",
                f"{what}: {text.content.strip()} is not a value of this column.",
                text.place,
            )
        return (value,)

    def _defaults(
        self,
        source: DecisionTable,
        outputs: Sequence[OutputColumn],
        names: Names,
        what: str,
    ) -> tuple[Entry, ...] | None:
        if all(clause.default is None for clause in source.outputs):
            return None
        entries: list[Entry] = []
        for clause, column in zip(source.outputs, outputs, strict=True):
            if clause.default is None:
                entries.append((None,))
            else:
                label = f"{what}, default of “{clause.label}”"
                entries.append(self._entry(clause.default, column, names, label))
        return tuple(entries)

    def _priorities(
        self, clause: OutputClause, column: OutputColumn, source: DecisionTable
    ) -> tuple[Value, ...]:
        """Return the allowed outputs in their order of priority, best first."""
        if source.hit_policy not in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER):
            return ()
        tests = column.allowed or column.type.constraint
        if tests is None and len(source.outputs) == 1:
            owner = self._owner.type
            tests = owner.allowed if owner.is_collection else owner.constraint
            if tests is None and owner.is_collection and owner.part is not None:
                tests = owner.part.constraint
        found = [] if tests is None else [constant(n, tests.text) for n in tests.tree.tests]
        return tuple(value[0] for value in found if value is not None)
