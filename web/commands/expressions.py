"""`feel`: expressions tried without a database, and what evaluating by hand needs."""

from __future__ import annotations

from typing import Any

import click

from engine.feel import (
    BudgetExceeded,
    Evaluation,
    FeelSyntaxError,
    Value,
    compile_expression,
    from_json,
    to_json,
)
from web.commands.output import print_json, read_json_object
from web.environment import clock_of, read_settings


@click.command()
@click.argument("expression")
@click.option("--context", default="{}", help="Variables, as a JSON object.")
@click.option("--organisation", help="Take calendar and time zone of this organisation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def feel(expression: str, context: str, organisation: str | None, as_json: bool) -> int:
    """Evaluate a FEEL EXPRESSION, with or without a leading =, and print its value."""
    given = read_json_object(context, option="--context")
    evaluation = evaluation_for(organisation)
    try:
        variables: dict[str, Value] = {name: from_json(value) for name, value in given.items()}
        # A blank in place of the = keeps every position what it is in what was typed.
        marked = expression.lstrip().startswith("=")
        text = expression.replace("=", " ", 1) if marked else expression
        compiled = compile_expression(text, names=variables.keys())
        value = compiled.evaluate(variables, evaluation)
    except (FeelSyntaxError, BudgetExceeded) as error:
        if as_json:
            position = error.position if isinstance(error, FeelSyntaxError) else None
            details = {"code": error.code, "message": str(error), "position": position}
            print_json({"error": details})
        else:
            click.echo(str(error), err=True)
        return 1
    print_result("value", to_json(value), evaluation, as_json, {})
    return 0


def evaluation_for(organisation: str | None) -> Evaluation:
    """Return an evaluation at the present time, with an organisation's zone and calendar if named."""
    settings = read_settings()
    now = clock_of(settings).now()
    if organisation is None:
        return Evaluation(now=now)
    from web.organisation_files import organisation_of  # all of the engine: only where needed

    calendar = organisation_of(settings.content, organisation).calendar
    return Evaluation(now=now, zone=calendar.zone, calendar=calendar)


def print_result(
    name: str, value: Any, evaluation: Evaluation, as_json: bool, more: dict[str, Any]
) -> None:
    """Print a value under `name` with its warnings and `more`; in plain output the value alone."""
    warnings = [
        {"message": w.message, "position": w.position, "code": w.code} for w in evaluation.warnings
    ]
    if as_json:
        print_json({name: value, **more, "warnings": warnings})
        return
    print_json(value)
    for warning in warnings:
        click.echo(f"warning: {warning['message']}", err=True)
