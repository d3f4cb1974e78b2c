"""How commands print: JSON objects and findings. Never decides what is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import click

from engine.model.problems import Problem


def print_json(value: Any) -> None:
    """Print one JSON object on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_exact))


def read_json_object(text: str, *, option: str) -> dict[str, Any]:
    """Return the JSON object in `text`, with exact numbers; raises a usage error naming `option`."""
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"is not JSON: {error}", param_hint=option) from None
    if not isinstance(value, dict):
        raise click.BadParameter("must be a JSON object such as {}", param_hint=option)
    return value


def print_problems(problems: Iterable[Problem], *, err: bool = False) -> None:
    """Print each finding: one line, then the text with a caret where it is about a place in one."""
    for problem in problems:
        click.echo(str(problem), err=err)


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")
