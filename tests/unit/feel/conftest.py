"""What the FEEL tests share: an evaluation at a fixed instant, and short ways to evaluate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Evaluation, Value, compile_expression, compile_unary_tests, from_json
from engine.model.working_time import WorkingCalendar

NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def calendar() -> WorkingCalendar:
    """Monday to Friday 09:00 to 17:00 in London, closed at Christmas 2026."""
    return WorkingCalendar(
        name="test",
        version="1",
        zone=LONDON,
        opening_hours={day: ((time(9), time(17)),) for day in range(5)},
        holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}),
    )


@pytest.fixture
def evaluation(calendar: WorkingCalendar) -> Evaluation:
    """A new evaluation at Christmas Eve 2026, 16:00 in London."""
    return Evaluation(NOW, zone=LONDON, calendar=calendar)


@pytest.fixture
def feel(evaluation: Evaluation) -> Callable[..., Value]:
    """Evaluate an expression over plain data."""

    def evaluate(text: str, variables: Mapping[str, Any] | None = None, **more: Any) -> Value:
        given = {**(variables or {}), **more}
        values = {name: from_json(value) for name, value in given.items()}
        return compile_expression(text, values.keys()).evaluate(values, evaluation)

    return evaluate


@pytest.fixture
def passes(evaluation: Evaluation) -> Callable[..., bool | None]:
    """Say whether a value passes a cell."""

    def test(cell: str, value: Any, **variables: Any) -> bool | None:
        values = {name: from_json(part) for name, part in variables.items()}
        tests = compile_unary_tests(cell, values.keys())
        return tests.evaluate(from_json(value), values, evaluation)

    return test
