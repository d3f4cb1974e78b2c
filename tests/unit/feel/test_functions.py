"""Functions: written in FEEL, called by position and name, kept as values, typed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import (
    Evaluation,
    Fault,
    FeelSyntaxError,
    Function,
    Parameter,
    Value,
    compile_expression,
    from_json,
    type_from_text,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a, b) a - b)(5, 3)", 2),
        ("(function(a, b) a - b)(b: 5, a: 3)", -2),
        ("{f: function(x) function(y) x * y, r: f(3)(4)}.r", 12),
        ("{fact: function(n) if n < 2 then 1 else n * fact(n - 1), r: fact(10)}.r", 3628800),
        ("(function(a: number) a)([1])", 1),
        ("(function(a: list<number>) a)(1)", [1]),
        ('(function(a: number) a)("x")', None),
        ("(function(a: number) a)(null)", None),
        ("(function(a) a)()", None),
        ("(function(a) a)(b: 1)", None),
        ('(function(d: date and time) d)(@"2026-12-24") = @"2026-12-24T00:00:00Z"', True),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ("list replace([1, 2], function(item, newItem) item = 2, 9)", [1, 9]),
        ('substring(string: "foobar", start position: 3)', "obar"),
        ('string join(delimiter: "-", list: ["a", "b"])', "a-b"),
        ("count(1)", 1),
        ('upper case(["bob"])', "BOB"),
        ("max(1, 3, 2) + max([1, 3, 2])", 6),
        ("union([1, null], [null, 1.0])", [1, None]),
        ('index of([1, null, "a"], null)', [2]),
        ("flatten([[[[1]]], 2])", [1, 2]),
        ('context put({x: 1}, ["y", "z"], 2)', None),
        ('sort([1, "a"])', None),
        ("{a: 1}.a(1)", None),
        ("abs([null])", None),
        ("starts(1, [null])", None),
    ],
)
def test_a_call(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text) == from_json(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ("-1 instance of number", True),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1D" instance of years and months duration', False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ('[1, "a"] instance of list<Any>', True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: number, b: number>", False),
        ("[1..2] instance of range<number>", True),
        ("(function(a: number) a) instance of function<number> -> number", True),
        ("(function(a: string) a) instance of function<number> -> number", False),
        ("abs instance of function<number> -> number", True),
        ("abs instance of function<number> -> string", False),
        ("null instance of number", False),
        ("null instance of Null", True),
        ("null instance of Any", False),
        ("1 instance of list<number>", False),
    ],
)
def test_instance_of(text: str, expected: bool, feel: Callable[..., Value]) -> None:
    assert feel(text) is expected


def test_types_of_the_surroundings_are_known_by_name(evaluation: Evaluation) -> None:
    known = {"tAge": type_from_text("number"), "tAges": type_from_text("list<tAge>")}
    surroundings = Evaluation(evaluation.now, types=known)
    assert compile_expression("[1] instance of tAges").evaluate({}, surroundings) is True
    assert compile_expression('["x"] instance of tAges').evaluate({}, surroundings) is False


def test_external_functions_are_refused_in_words() -> None:
    with pytest.raises(FeelSyntaxError, match="External functions"):
        compile_expression('function(a) external {java: {class: "x"}}')


def test_a_function_made_in_python_is_called_like_any_other(evaluation: Evaluation) -> None:
    double = Function(
        "double",
        (Parameter("n", type_from_text("number")),),
        lambda values, _: values[0] * 2,
        type_from_text("number"),
    )
    expression = compile_expression('[double(2), double(n: 3), double("x")]')
    assert expression.evaluate({"double": double}, evaluation) == [Decimal(4), Decimal(6), None]


def test_a_function_in_python_may_say_why_it_has_no_answer(evaluation: Evaluation) -> None:
    def refuse(values: Any, evaluation: Evaluation) -> Value:
        raise Fault("The moon is not full")

    expression = compile_expression("wolf()")
    assert expression.evaluate({"wolf": Function("wolf", (), refuse)}, evaluation) is None
    assert evaluation.warnings[0].message == "The moon is not full"
