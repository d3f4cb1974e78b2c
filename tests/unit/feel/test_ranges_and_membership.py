"""Ranges of every writing, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import FeelSyntaxError, Range, Value, compile_expression, from_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 in [1..5]", True),
        ("1 in (1..5]", False),
        ("1 in ]1..5]", False),
        ("5 in [1..5[", False),
        ("5 in [1..5)", False),
        ("2 in ]1..5[ and true", True),
        ("2 in ]1..xs[1][", False),
        ("2 in ]1..xs[2]]", True),
        ("1 in <= 10", True),
        ("10 in (=10)", True),
        ("10 in !=10", False),
        ("10 in (1, < 5, >=10)", True),
        ("1 in [[2..4], [1..3]]", True),
        ("1 in [2, 3, 1]", True),
        ("[1, 2] in [[1, 2], [3]]", True),
        ('"b" in ["a".."c"]', True),
        ("null in [1..10]", None),
        ("5 in (null..10]", None),
        ('"a" in [1..2]', None),
        ("3 in (xs)", False),
        ("2 in xs", True),
        ("true in (1 = 1)", True),
        ("1 in (if true then 1 else 2, 3)", True),
        ("0 - 1 in [-2..0]", True),
        ("5 between 1 and 10 and true", True),
        ("null between 1 and 10", None),
        ("(< 10) = (null..10)", False),
        ("(< 10) = (< 10)", True),
        ("[1..10) = [1..10[", True),
        ("5 in (< 10)", True),
        ("[5..1].start", 5),
        ("3 in [5..1]", False),
    ],
)
def test_membership(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text, xs=[1, 2]) == from_json(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in 1..3 return i", [1, 2, 3]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3) return i", [1, 2]),
        ("for i in (1..3] return i", [2, 3]),
        ("for i in [3..1] return i", None),
        ('for d in @"2026-12-31"..@"2027-01-01" return d.day', [31, 1]),
        ('for i in "a".."c" return i', None),
        ("for i in 1..2.5 return i", None),
        ("for i in 5 return i", [5]),
        ("for i in 1+1..1+3 return i", [2, 3, 4]),
        ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
        ("for i in 1..2, j in i..3 return i * j", [1, 2, 3, 4, 6]),
        ("for i in 1..3 return partial", [[], [[]], [[], [[]]]]),
        ("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", [1, 2, 6, 24]),
        ("(for f in (for i in 1..3 return function() i) return f())", [1, 2, 3]),
    ],
)
def test_running_over(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text) == from_json(expected)


def test_a_range_that_ends_in_an_opening_bracket_goes_on(feel: Callable[..., Value]) -> None:
    assert feel("]1..5[.start included") is False
    assert feel("]1..5[ instance of range<number>") is True
    assert feel("3 in ]1..[2, 3][2][") is False


def test_a_range_is_a_value(feel: Callable[..., Value]) -> None:
    found = feel("(1..5]")
    assert isinstance(found, Range)
    assert (found.start, found.end) == (from_json(1), from_json(5))
    assert (found.start_included, found.end_included) == (False, True)


@pytest.mark.parametrize("text", ["[1..", "[1..5", "1..5", "[1..5}", "(..5]"])
def test_an_unfinished_range_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
