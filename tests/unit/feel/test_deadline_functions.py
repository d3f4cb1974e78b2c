"""Deadlines are counted by the organisation's calendar and answered on its clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.feel import Evaluation, Value, compile_expression, to_text

LONDON = "@Europe/London"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("working days after(now(), 1)", "2026-12-29T17:00:00@Europe/London"),
        ('working days after(@"2026-12-24T16:00:00Z", 2)', "2026-12-30T17:00:00@Europe/London"),
        ('end of working day(@"2026-12-24T18:00:00")', "2026-12-29T17:00:00@Europe/London"),
        ('working hours after(now(), @"PT2H")', "2026-12-29T10:00:00@Europe/London"),
        ('calendar days after(@"2026-12-24", 2)', "2026-12-26T23:59:59@Europe/London"),
        ('calendar months after(@"2026-08-31", 1)', "2026-09-30T23:59:59@Europe/London"),
        ('elapsed after(@"2026-10-24T12:00:00", @"PT24H")', "2026-10-25T11:00:00@Europe/London"),
        ('working days between(@"2026-12-24", @"2026-12-30")', "2"),
        ('is working day(@"2026-12-26")', "false"),
    ],
)
def test_a_deadline(text: str, expected: str, feel: Callable[..., Value]) -> None:
    assert to_text(feel(text)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("working days after(now(), 1.5)", "whole number"),
        ('working days after("soon", 1)', "runs from a date"),
        ('elapsed after(now(), @"P1M")', "no fixed length"),
        ("working days after(null, 1)", "runs from a date"),
        ('elapsed after(@"999999-01-01", @"PT1H")', ""),
        ('is working day(@"999999-01-01")', ""),
        ("working days after(now(), 99999)", ""),
    ],
)
def test_a_deadline_that_cannot_be_counted_is_null(
    text: str, why: str, feel: Callable[..., Value], evaluation: Evaluation
) -> None:
    assert feel(text) is None
    assert why in evaluation.warnings[0].message


def test_without_a_calendar_there_is_no_working_time(evaluation: Evaluation) -> None:
    bare = Evaluation(evaluation.now)
    assert compile_expression("working days after(now(), 1)").evaluate({}, bare) is None
    assert "no working calendar" in bare.warnings[0].message
    elapsed = compile_expression('elapsed after(now(), @"PT1H")').evaluate({}, bare)
    assert to_text(elapsed) == "2026-12-24T17:00:00@UTC"
