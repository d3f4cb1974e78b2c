"""Small forms and what is submitted to them, for the tests of this folder. Asserts nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.content.forms import Form, FormResult, parse_form
from engine.feel import Evaluation

LONDON = ZoneInfo("Europe/London")


def form(*components: dict[str, Any]) -> Form:
    content = {"type": "default", "id": "f", "components": list(components)}
    parsed, problems = parse_form(json.dumps(content).encode(), "f.form")
    assert parsed is not None, problems
    return parsed


def field(kind: str = "textfield", key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, **more}


def evaluation() -> Evaluation:
    return Evaluation(now=datetime(2026, 11, 22, 12, tzinfo=UTC), zone=LONDON)


def submit(
    asked: Form, submitted: dict[str, Any], variables: dict[str, Any] | None = None
) -> FormResult:
    return asked.validate(submitted, variables or {}, evaluation())


def codes(result: FormResult) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in result.errors]


CHOICES = [{"label": "Yes", "value": "yes"}, {"label": "Three", "value": 3}]
