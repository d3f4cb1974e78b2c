"""Names may have spaces and signs; the longest known one is read, and paths follow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import Value, compile_expression, from_json


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ("risk category", {"risk category": 1}, 1),
        ("risk\n  category", {"risk category": 1}, 1),
        ("Approved/Declined", {"Approved/Declined": 1, "Approved": 6, "Declined": 3}, 1),
        ("Approved / Declined", {"Approved/Declined": 1, "Approved": 6, "Declined": 3}, 2),
        ("first-name", {"first-name": "Ann"}, "Ann"),
        ("first-name", {"first": 3, "name": 1}, 2),
        ("terms and conditions", {"terms and conditions": 1, "terms": True}, 1),
        ("a b c", {"a b": 1, "a b c": 2}, 2),
        ("person's age", {"person's age": 20}, 20),
        ("days in weekend", {"days in weekend": ["sat"]}, ["sat"]),
        ("Extra days case 1 + 1", {"Extra days case 1": 4}, 5),
        ("äußere Größe", {"äußere Größe": 4}, 4),
        ("🐎 count", {"🐎 count": 2}, 2),
        ("if it rains", {"if it rains": 2}, 2),
        ("customer.first name", {"customer": {"first name": "Ann"}}, "Ann"),
        ("customer.end", {"customer": {"end": 1}}, 1),
        ("true cost", {"true cost": 9}, 9),
        ("not", {"not": 9}, 9),
        ("date", {"date": "x"}, "x"),
        ("x[first-name = 1].b", {"x": [{"first-name": 1, "b": 2}], "first-name": 7}, [2]),
    ],
)
def test_a_name(
    text: str, data: dict[str, Any], expected: Any, feel: Callable[..., Value]
) -> None:
    assert feel(text, data) == from_json(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{foo bar: 1, b: foo bar + 1}.b", 2),
        ("{foo+bar: 1}.foo+bar", 1),
        ('{"foo+bar((!!],foo": 1} = {"foo+bar((!!],foo": 1}', True),
        ("[{a-b: 1}, {a-b: 2}][a-b > 1]", [{"a-b": 2}]),
        ("for my item in [1, 2] return my item + 1", [2, 3]),
        ("(function(the sum: number, b) the sum + b)(1, 2)", 3),
        ("(function(a b) a b)(a b: 4)", 4),
        ("some my item in [1] satisfies my item = 1", True),
        ("[{x: 1}, {x: 2}].x", [1, 2]),
        ("[{a: [{b: 1}]}].a.b", [[1]]),
        ("[{item: 1}, {item: 2}][item >= 2]", [{"item": 2}]),
        ("[1, 2, 3][item >= 2]", [2, 3]),
        ("{a: {b: {c: 4}}}.a.b.c", 4),
        ("[{x: 1}, {y: 2}][y > 1]", [{"y": 2}]),
    ],
)
def test_a_name_made_inside(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text) == from_json(expected)


def test_a_filter_sees_its_item_before_the_variables_around_it(
    feel: Callable[..., Value],
) -> None:
    data = {"xs": [{"price": 1}, {"price": 9}], "price": 100, "limit": 5}
    assert feel("xs[price > limit]", data) == from_json([{"price": 9}])
    assert feel("xs[2].price", data) == from_json(9)
    assert feel("xs[limit - 4].price", data) == from_json(1)
    assert feel("xs[count(xs)].price", data) == from_json(9)


def test_variables_hide_built_in_functions(feel: Callable[..., Value]) -> None:
    assert feel('date("2026-01-01")', date=None) is None
    assert feel("{count: 3, b: count + 1}.b") == from_json(4)


@pytest.mark.parametrize(
    ("text", "free", "inside_filters"),
    [
        ('status = "open" and customer.age > limit', {"status", "customer", "limit"}, set()),
        ("for i in items return i.price * rate", {"items", "rate"}, set()),
        ("sum(items[price > limit].price)", {"items"}, {"price", "limit"}),
        ("function(a) a + b", {"b"}, set()),
        ("{a: 1, b: a + c}", {"c"}, set()),
        ("{f: function(n) f(n - 1)}", set(), set()),
        ("some x in xs, y in x satisfies x = y", {"xs"}, set()),
        ("notify(today(), who)", {"notify", "who"}, set()),
        ("for x in xs return partial[-1]", {"xs"}, set()),
        ("xs[item > 1]", {"xs"}, set()),
    ],
)
def test_the_names_an_expression_reads(
    text: str, free: set[str], inside_filters: set[str]
) -> None:
    expression = compile_expression(text)
    assert expression.free_names == free
    assert expression.item_names == inside_filters


def test_the_same_text_is_read_anew_when_other_names_are_known() -> None:
    minus = compile_expression("first-name", ["first", "name"])
    name = compile_expression("first-name", ["first-name"])
    assert minus.free_names == {"first", "name"}
    assert name.free_names == {"first-name"}
    assert compile_expression("first-name", ["first", "name", "other thing"]) is minus
