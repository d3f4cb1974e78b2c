"""`decide` and `tck`: decision tables tried without a database."""

from __future__ import annotations

from pathlib import Path

import click

from engine.dmn import DecisionNotFound, DecisionResult
from engine.dmn import parse as parse_decisions
from engine.feel import from_json, literal, to_json
from engine.model.problems import Severity
from web.commands.expressions import evaluation_for, print_result
from web.commands.output import print_json, print_problems, read_json_object


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("decision")
@click.option("--input", "given", default="{}", help="Input values, as a JSON object.")
@click.option("--organisation", help="Take calendar and time zone of this organisation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decide(file: Path, decision: str, given: str, organisation: str | None, as_json: bool) -> int:
    """Evaluate the DECISION (its id or name) of a DMN FILE and print outputs, inputs and rules.

    Models that it imports are looked for beside the file.
    """
    others = {path.name: path.read_bytes() for path in file.parent.glob("*.dmn") if path != file}
    model, problems = parse_decisions(file.read_bytes(), file=str(file), imports=others)
    if model is None:
        print_problems((p for p in problems if p.severity is Severity.ERROR), err=True)
        return 1
    try:
        found = model.decisions[decision]
    except DecisionNotFound:
        known = ", ".join(model.decisions) or "none"
        click.echo(f"{file} has no decision {decision!r}; it has {known}.", err=True)
        return 1
    values = read_json_object(given, option="--input")
    evaluation = evaluation_for(organisation)
    result = found.evaluate({name: from_json(value) for name, value in values.items()}, evaluation)
    explained = {
        "inputs": {name: to_json(value) for name, value in result.inputs.items()},
        "rules": [{"id": hit.rule_id, "clauses": list(hit.clauses)} for hit in result.rules],
    }
    print_result("outputs", to_json(result.value), evaluation, as_json, explained)
    if not as_json:
        _explain(result)
    return 0


def _explain(result: DecisionResult) -> None:
    """Print what was tested and which rules applied, on standard error: the value stands alone."""
    for name, value in result.inputs.items():
        click.echo(f"input {name} = {literal(value)}", err=True)
    for hit in result.rules:
        clauses = f" ({', '.join(hit.clauses)})" if hit.clauses else ""
        click.echo(f"rule {hit.index} of {hit.decision_id}: {hit.rule_id}{clauses}", err=True)


@click.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tck(directory: Path, as_json: bool) -> int:
    """Run the DMN conformance cases under DIRECTORY; exit code 1 when one fails."""
    from engine.dmn import tck as kit  # the runner is needed here alone

    report = kit.run(directory)
    if as_json:
        print_json(report.as_json())
    else:
        for failure in report.failures:
            click.echo(f"{failure.folder} {failure.case}: {failure.reason}")
        click.echo(report.as_text())
    return int(bool(report.failures))
