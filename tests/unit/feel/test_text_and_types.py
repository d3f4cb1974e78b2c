"""Values are written as FEEL writes them, and types know what belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import (
    FeelSyntaxError,
    Range,
    Value,
    literal,
    to_json,
    to_text,
    type_from_text,
)
from engine.feel.types import ANY, coerced, conforms, is_subtype

WRITTEN = [
    ("null", "null"),
    ("true", "true"),
    ('"text"', "text"),
    ('["a \\"b\\"", 1.50, null]', '["a \\"b\\"", 1.5, null]'),
    ('{a: 1, "b c": [@"2026-12-24"]}', '{a: 1, "b c": [2026-12-24]}'),
    ("(1..5]", "(1..5]"),
    ("(< 10)", "(< 10)"),
    ("(>= 10)", "(>= 10)"),
    ("function(a, b) a", "function(a, b)"),
    ('@"P1DT2H"', "P1DT2H"),
]


@pytest.mark.parametrize(("text", "written"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_a_value_is_written(text: str, written: str, feel: Callable[..., Value]) -> None:
    assert to_text(feel(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        '{a: 1, "b c": [@"2026-12-24", "x\\ny"]}',
        '[@"10:00:00@Europe/London", @"-P1D", @"P1Y", null, true]',
        '[(1..5], (< @"P1D"), (!= "x")]',
    ],
)
def test_a_literal_is_the_value_again(text: str, feel: Callable[..., Value]) -> None:
    value = feel(text)
    assert feel(literal(value)) == value


def test_functions_go_out_as_text(feel: Callable[..., Value]) -> None:
    assert to_json(feel("[function(a) a]")) == ["function(a)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"\u0041\U01F40E\t\"\\"', 'A🐎\t"\\'),
        (r'"\uD83D\uDC0E"', "🐎"),
        (r'"\uD83D"', "\N{REPLACEMENT CHARACTER}"),
        (r'"\d\s"', "\\d\\s"),
        ('"two\nlines"', "two\nlines"),
    ],
)
def test_escapes_in_strings(text: str, expected: str, feel: Callable[..., Value]) -> None:
    assert feel(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "number",
        "list<list<date and time>>",
        "range<days and time duration>",
        "context<first name: string, b: list<number>>",
        "function<number, string> -> boolean",
        "function<> -> Any",
        "model.tPerson",
    ],
)
def test_a_type_is_read_and_written_the_same(text: str) -> None:
    assert str(type_from_text(text)) == text


@pytest.mark.parametrize(
    "text", ["", "list<", "list<number", "context<a>", "number string <", "1"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        type_from_text(text)


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        ("number", "Any", True),
        ("number", "string", False),
        ("list<number>", "list<Any>", True),
        ("list<Any>", "list<number>", False),
        ("list<number>", "list", True),
        ("range<number>", "range<Any>", True),
        ("range<number>", "range", True),
        ("context<a: number, b: string>", "context<a: Any>", True),
        ("context<a: number>", "context<a: number, b: string>", False),
        ("context<a: number>", "context", True),
        ("function<Any> -> number", "function<number> -> Any", True),
        ("function<number> -> number", "function<Any> -> number", False),
        ("function<number> -> number", "function", True),
        ("tAge", "number", True),
        ("number", "tAge", True),
    ],
)
def test_subtypes(narrow: str, wide: str, expected: bool) -> None:
    named = {"tAge": type_from_text("number")}
    assert is_subtype(type_from_text(narrow), type_from_text(wide), named) is expected


def test_null_is_of_every_type() -> None:
    assert conforms(None, type_from_text("list<number>"), {})
    assert conforms([None], type_from_text("list<number>"), {})


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ([Decimal(1)], "number", (True, Decimal(1))),
        ([[Decimal(1)]], "number", (False, None)),
        (Decimal(1), "list<number>", (True, [Decimal(1)])),
        (Decimal(1), "list<string>", (False, None)),
        (Decimal(1), "tAges", (True, [Decimal(1)])),
        ([Decimal(1)], "tAge", (True, Decimal(1))),
    ],
)
def test_the_conversions_the_standard_allows(value: Any, kind: str, expected: Any) -> None:
    named = {"tAge": type_from_text("number"), "tAges": type_from_text("list<tAge>")}
    assert coerced(value, type_from_text(kind), named) == expected


def test_any_takes_everything() -> None:
    assert coerced([1], ANY, {}) == (True, [1])
    assert conforms(Range(Decimal(1), Decimal(2)), type_from_text("range<number>"), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "for a in 1..1 return for b in 2..2 return for c in 3..3 return for d in 4..4 return a",
            [[[[1]]]],
        ),
        ("for a in 1..1 return for b in 2..2 return for c in 3..3 return x", [[[9]]]),
        ("for a in 1..1, b in 2..2, c in 3..3 return a + b + c", [6]),
        ("(for i in 1..2, f in (function() i) return f())", [1, 2]),
        ("for i in [1], j in null return i", None),
        ('for d in [@"2026-12-31"..@"2027-01-01"] return d.month', [12, 1]),
    ],
)
def test_names_are_found_through_many_loops(
    text: str, expected: Any, feel: Callable[..., Value]
) -> None:
    assert to_json(feel(text, x=9)) == expected


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("not(ok) and n > 1", True, True),
        ("not(? > 3)", 2, True),
        ("[?, 5]", 3, True),
        ("not(1, 2)", 3, True),
        ("not(null)", 3, True),
        ("not(> 5)", None, None),
        ("> 5, null", None, True),
        ("[1, 2]", [1, 2], True),
        ('"a"', None, False),
        ("? in [1..5]", 3, True),
        ("some x in ? satisfies x > 2", [1, 3], True),
    ],
)
def test_cells_in_full(
    cell: str, value: Any, expected: Any, passes: Callable[..., bool | None]
) -> None:
    assert passes(cell, value, ok=False, n=2) is expected
