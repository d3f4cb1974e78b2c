"""`coverage`: where each clause of the policies is executed, and which scenarios pass it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from web.commands.output import print_json
from web.environment import read_settings
from web.organisation_files import organisations
from web.scenarios.clauses import ClauseCoverage, TracedClause
from web.scenarios.suite import run_all


@click.command()
@click.argument("organisation", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def coverage(organisation: str | None, as_json: bool) -> int:
    """List what cites each clause of one ORGANISATION's policy, or of all, and count the core ones.

    A core clause needs an element, a flow or a rule that executes it and a scenario that passes
    there; exit code 1 when one has not.
    """
    content = read_settings().content
    keys = [organisation] if organisation else organisations(content)
    found = {key: run_all(content, key).clauses for key in keys}
    missing = [clause for clauses in found.values() for clause in clauses.missing]
    if as_json:
        print_json(
            {
                "organisations": {key: _as_json(clauses) for key, clauses in found.items()},
                "missing": missing,
            }
        )
        return int(bool(missing))
    for clauses in found.values():
        for traced in clauses.clauses:
            for line in _lines(traced):
                click.echo(line)
    for key, clauses in found.items():
        click.echo(
            f"{key}: of {len(clauses.core)} core clauses {clauses.executed} are executed and "
            f"{clauses.tested} were run by a scenario"
        )
    for clause in missing:
        click.echo(f"        missing: {clause}")
    return int(bool(missing))


def _as_json(clauses: ClauseCoverage) -> dict[str, Any]:
    return {
        "core": {
            "executed": clauses.executed,
            "tested": clauses.tested,
            "total": len(clauses.core),
        },
        "clauses": [
            {
                "id": traced.clause.id,
                "weight": str(traced.clause.weight),
                "text": traced.clause.text,
                "cited_by": [
                    {
                        "kind": citation.kind,
                        "id": citation.id,
                        "within": citation.within or None,
                        "executes": citation.executes,
                    }
                    for citation in traced.citations
                ],
                "scenarios": list(traced.scenarios),
            }
            for traced in clauses.clauses
        ],
    }


def _lines(traced: TracedClause) -> Iterator[str]:
    clause = traced.clause
    mark = "MISSING" if traced.missing else str(clause.weight)
    yield f"{clause.id}  {mark}  {clause.text}"
    for title, executes in (("executed by", True), ("cited by", False)):
        named = ", ".join(str(one) for one in traced.citations if one.executes is executes)
        if named:
            yield f"        {title}: {named.replace('`', '')}"
    if traced.scenarios:
        yield f"        scenarios: {', '.join(traced.scenarios)}"
