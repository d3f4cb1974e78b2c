"""`feel`, `decide` and `tck`: expressions and decision tables tried without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.dmn import DecisionNotFound
from engine.dmn import parse as parse_decisions
from engine.feel import (
    BudgetExceeded,
    Evaluation,
    FeelSyntaxError,
    Value,
    compile_expression,
    from_json,
    to_json,
)
from engine.model.problems import Severity
from web.commands.output import print_json, print_problems, read_json_object
from web.environment import clock_of, read_settings
from web.organisation_files import organisation_of


@click.command()
@click.argument("expression")
@click.option("--context", default="{}", help="Variables, as a JSON object.")
@click.option("--organisation", help="Take calendar and time zone of this organisation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def feel(expression: str, context: str, organisation: str | None, as_json: bool) -> int:
    """Evaluate a FEEL EXPRESSION and print its value."""
    given = read_json_object(context, option="--context")
    variables: dict[str, Value] = {name: from_json(value) for name, value in given.items()}
    evaluation = _evaluation(organisation)
    try:
        compiled = compile_expression(expression, names=variables.keys())
        value = compiled.evaluate(variables, evaluation)
    except (FeelSyntaxError, BudgetExceeded) as error:
        if as_json:
            position = error.position if isinstance(error, FeelSyntaxError) else None
            details = {"code": error.code, "message": str(error), "position": position}
            print_json({"error": details})
        else:
            click.echo(str(error), err=True)
        return 1
    _print_result("value", to_json(value), evaluation, as_json, {})
    return 0


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("decision")
@click.option("--input", "given", default="{}", help="Input values, as a JSON object.")
@click.option("--organisation", help="Take calendar and time zone of this organisation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decide(file: Path, decision: str, given: str, organisation: str | None, as_json: bool) -> int:
    """Evaluate the DECISION (its id or name) of a DMN FILE and print outputs and rules.

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
    evaluation = _evaluation(organisation)
    result = found.evaluate({name: from_json(value) for name, value in values.items()}, evaluation)
    rules = [{"id": hit.rule_id, "clauses": list(hit.clauses)} for hit in result.rules]
    _print_result("outputs", to_json(result.value), evaluation, as_json, {"rules": rules})
    return 0


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


def _evaluation(organisation: str | None) -> Evaluation:
    settings = read_settings()
    now = clock_of(settings).now()
    if organisation is None:
        return Evaluation(now=now)
    calendar = organisation_of(settings.content, organisation).calendar
    return Evaluation(now=now, zone=calendar.zone, calendar=calendar)


def _print_result(
    name: str, value: Any, evaluation: Evaluation, as_json: bool, more: dict[str, Any]
) -> None:
    warnings = [
        {"message": w.message, "position": w.position, "code": w.code} for w in evaluation.warnings
    ]
    if as_json:
        print_json({name: value, **more, "warnings": warnings})
        return
    print_json(value)
    for rule in more.get("rules", ()):
        clauses = f" ({', '.join(rule['clauses'])})" if rule["clauses"] else ""
        click.echo(f"rule {rule['id']}{clauses}", err=True)
    for warning in warnings:
        click.echo(f"warning: {warning['message']}", err=True)
