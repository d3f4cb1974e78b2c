"""What cannot be evaluated is null with a warning, and logic knows three values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import Evaluation, Value
from engine.feel.reference import WARNING_CODES

NULL_WITH_WARNING = [
    ("1 + null", "Cannot add a number and null"),
    ('"1" + 1', "Cannot add a string and a number"),
    ("1 / 0", "Nothing can be divided by zero"),
    ('"a" < 1', "Cannot compare a string with a number"),
    ("true = 1", "Cannot compare a boolean with a number"),
    ("{a: 1}.b", "The context has no entry b"),
    ("null.b", "b was asked of null"),
    ("[1, 2][3]", "The list of 2 has no item 3"),
    ("unheard of", "Nothing here is called unheard of"),
    ("unheard_of(1)", "Nothing here is called unheard_of"),
    ('date("2026-02-30")', "'2026-02-30' is not a date such as 2026-12-24"),
    ('@"tomorrow"', '@"tomorrow" is not a date, time, date and time or duration'),
    ('abs("x")', "abs needs a number as n, not a string"),
    ("abs(null)", "abs was given null as n"),
    ("abs(1, 2)", "abs was called with 2 arguments"),
    ("abs(m: 1)", "abs does not take arguments called m"),
    ("{a: 1, a: 2}", "The context has more than one entry a"),
    ("for i in null return i", "A loop cannot run over null like this"),
    ("1()", "A number cannot be called like a function"),
    ('[1, "a"]["b"]', "A filter must be true or false, not a string"),
    ("-[1]", "a list has no negative"),
    ('@"2026-01-01T00:00:00" < @"2026-01-01T00:00:00Z"', "cannot be compared"),
    ("10 ** 10000", "is not a number that FEEL can hold"),
    ("1 instance of tUnknown", "There is no type tUnknown"),
    ('[1.."b"]', "A range cannot go from a number to a string"),
]


@pytest.mark.parametrize(("text", "why"), NULL_WITH_WARNING, ids=[t for t, _ in NULL_WITH_WARNING])
def test_a_fault_is_null_and_says_why(
    text: str, why: str, feel: Callable[..., Value], evaluation: Evaluation
) -> None:
    assert feel(text) is None
    assert why in evaluation.warnings[0].message
    assert {warning.code for warning in evaluation.warnings} <= WARNING_CODES.keys()


def test_a_warning_knows_its_place(feel: Callable[..., Value], evaluation: Evaluation) -> None:
    feel("1 + (2 + missing)")
    unknown = evaluation.warnings[0]
    assert unknown.position == "1 + (2 + missing)".index("missing")
    assert unknown.code == "unknown_name"


def test_only_the_first_hundred_warnings_are_kept(
    feel: Callable[..., Value], evaluation: Evaluation
) -> None:
    feel('for i in 1..1000 return i + "x"')
    assert len(evaluation.warnings) == 100


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        ("true", "true", True, True),
        ("true", "false", False, True),
        ("true", "null", None, True),
        ("false", "true", False, True),
        ("false", "false", False, False),
        ("false", "null", False, None),
        ("null", "true", None, True),
        ("null", "false", False, None),
        ("null", "null", None, None),
        ('"true"', "false", False, None),
        ("1", "true", None, True),
    ],
)
def test_and_or(left: str, right: str, both: Any, either: Any, feel: Callable[..., Value]) -> None:
    assert feel(f"{left} and {right}") is both
    assert feel(f"{left} or {right}") is either
    assert feel(f"{left} and {right} and {right}") is both


def test_what_is_decided_is_not_evaluated_further(
    feel: Callable[..., Value], evaluation: Evaluation
) -> None:
    assert feel("false and 1 / 0 > 1") is False
    assert feel("true or 1 / 0 > 1") is True
    assert not evaluation.warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some x in [1, null] satisfies x > 0", True),
        ("some x in [0, null] satisfies x > 0", None),
        ("every x in [1, null] satisfies x > 0", None),
        ("every x in [0, null] satisfies x > 0", False),
        ("some x in [] satisfies x > 0", False),
        ("every x in [] satisfies x > 0", True),
        ('every x in [1] satisfies "yes"', None),
        ("every x in null satisfies true", None),
    ],
)
def test_some_and_every(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text) is expected


def test_if_goes_to_else_for_anything_but_true(feel: Callable[..., Value]) -> None:
    assert feel("if null then 1 else 2") == feel("2")
    assert feel('if "true" then 1 else 2') == feel("2")
    assert feel("if false then 1 else if true then 3 else 2") == feel("3")


def test_null_equals_only_null(feel: Callable[..., Value]) -> None:
    assert feel("null = null") is True
    assert feel("null != null") is False
    assert feel("[] = null") is False
    assert feel("null < 1") is None


def test_a_python_value_that_is_no_feel_value_is_refused(evaluation: Evaluation) -> None:
    from engine.feel import compile_expression

    with pytest.raises(TypeError, match="int is not a FEEL value"):
        compile_expression("n < 5").evaluate({"n": 3}, evaluation)  # type: ignore[dict-item]
