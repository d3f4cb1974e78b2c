"""The expressions and cells that process owners write every day give the answers they expect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from engine.feel import Date, Value, from_json

DATA: dict[str, Any] = {
    "status": "open",
    "amount": 120.10,
    "n": 3,
    "tags": ["a", "b"],
    "ok": True,
    "nothing": None,
    "customer": {"age": 20, "name": "Ann"},
    "risk category": "High",
    "items": [{"price": 5}, {"price": 50}],
    "due": date(2026, 12, 24),
}

EXPRESSIONS: list[tuple[str, Any]] = [
    ('status = "open" and amount > 100', True),
    ("0.1 + 0.2 = 0.3", True),
    ("10 - 2 - 3", 5),
    ("customer.age >= 18", True),
    ("nothing > 5", None),
    ("not(ok)", False),
    ("n in (1, 3)", True),
    ('list contains(tags, "b")', True),
    ("for i in items return i.price * 2", [10, 100]),
    ('due + duration("P1M")', date(2027, 1, 24)),
    ('string length("abc")', 3),
    ("{a: 1, b: a + 1}.b", 2),
    ('upper case(substring("hello", 1, 2))', "HE"),
    ("1 = 1 and 2 = 3", False),
    ("1.15 * 100", 115),
    ('if amount > 100 then "big" else "small"', "big"),
    ('risk category = "High"', True),
    ("nothing = null", True),
    ("n in [1..5]", True),
    ("sum(items[price > 10].price)", 50),
    ("some i in items satisfies i.price > 40", True),
    ('due < date("2026-12-25")', True),
    ('date("2026-12-24").year', 2026),
    ('"Hi " + customer.name', "Hi Ann"),
    ("count(tags) > 1 or nothing", True),
]

CELLS: list[tuple[str, Any, bool]] = [
    ('"open","closed"', "open", True),
    ("[18..65]", 18, True),
    ("> 5", None, False),
    ("? > 1 and ? < 3", 2, True),
    ("null", None, True),
    ('starts with(?, "x")', "open", False),
    ('not("closed")', "open", True),
    ("< 5, > 10", 12, True),
    ('date("2026-01-01")', date(2026, 1, 1), True),
    ("-", 1, True),
    ("-", None, True),
    ('contains(?, "pe")', "open", True),
]

# What other engines answer differently without saying so.
SILENTLY_WRONG_ELSEWHERE: list[tuple[str, str, Any, bool]] = [
    ("0.3 on a computed input", "0.3", "0.1 + 0.2", True),
    ("1 is not true", "1", "true", False),
    ("a boolean cell is compared, not spliced", "!= true", "true or false", False),
    ("a boolean variable is compared with the input", "false", "false", True),
    ("a list of strings", '"gold","silver"', '"gold"', True),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_an_everyday_expression(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text, DATA) == from_json(expected)


@pytest.mark.parametrize(("cell", "value", "hit"), CELLS)
def test_an_everyday_cell(
    cell: str, value: Any, hit: bool, passes: Callable[..., bool | None]
) -> None:
    assert (passes(cell, value) is True) is hit


@pytest.mark.parametrize(
    ("cell", "source", "hit"),
    [case[1:] for case in SILENTLY_WRONG_ELSEWHERE],
    ids=[case[0] for case in SILENTLY_WRONG_ELSEWHERE],
)
def test_a_cell_that_other_engines_get_wrong(
    cell: str,
    source: str,
    hit: bool,
    feel: Callable[..., Value],
    passes: Callable[..., bool | None],
) -> None:
    assert (passes(cell, feel(source)) is True) is hit


def test_large_numbers_keep_every_digit(feel: Callable[..., Value]) -> None:
    assert feel("9007199254740993 = 9007199254740992") is False
    assert str(feel("9007199254740993")) == "9007199254740993"


def test_a_cell_compares_its_boolean_variable_with_the_input(
    passes: Callable[..., bool | None],
) -> None:
    assert passes("flag", False, flag=False) is True
    assert passes("flag", True, flag=False) is False
    assert passes("not(flag)", True, flag=False) is True


def test_a_cell_may_read_other_variables(passes: Callable[..., bool | None]) -> None:
    assert passes("<= limit", 10, limit=10) is True
    assert passes("(low..high]", 1, low=1, high=3) is False
    assert passes("known", "b", known=["a", "b"]) is True


def test_a_condition_without_question_mark_is_its_own_verdict(
    passes: Callable[..., bool | None],
) -> None:
    assert passes("limit > 5", "anything", limit=10) is True
    assert passes("limit > 5", "anything", limit=1) is False


def test_a_date_cell_equals_a_date(passes: Callable[..., bool | None]) -> None:
    assert passes('< @"2026-01-01"', date(2025, 12, 31)) is True
    assert isinstance(from_json(date(2025, 12, 31)), Date)
