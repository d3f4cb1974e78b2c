"""Boxed expressions: contexts, lists, relations, functions, invocations, conditions, loops."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.dmn import load, parse


@pytest.fixture
def value_of(dmn, evaluation):
    def run(logic, **variables):
        model, problems = parse(dmn.model(dmn.decision(logic)), file="x.dmn")
        assert problems == []
        return model.decisions["answer"].evaluate(variables, evaluation()).value

    return run


def entry(dmn, name, logic):
    variable = f"<variable name='{name}'/>" if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def test_a_context_names_its_parts_and_may_end_in_a_result(dmn, value_of):
    first = entry(dmn, "a", dmn.literal("2"))
    second = entry(dmn, "b c", dmn.literal("a * n"))
    assert value_of(f"<context>{first}{second}</context>", n=Decimal(5)) == {"a": 2, "b c": 10}
    result = entry(dmn, "", dmn.literal("b c + 1"))
    assert value_of(f"<context>{first}{second}{result}</context>", n=Decimal(5)) == 11


def test_lists_and_relations(dmn, value_of):
    assert value_of(f"<list>{dmn.literal('1')}{dmn.literal('n')}</list>", n="x") == [1, "x"]
    relation = (
        "<relation><column name='name'/><column name='age'/>"
        f"<row>{dmn.literal(chr(34) + 'Ann' + chr(34))}{dmn.literal('n')}</row></relation>"
    )
    assert value_of(relation, n=Decimal(3)) == [{"name": "Ann", "age": 3}]


def test_a_function_remembers_its_surroundings_and_may_call_itself(dmn, value_of):
    function = (
        "<functionDefinition><formalParameter name='k' typeRef='number'/>"
        + dmn.literal("if k = 0 then start else f(k - 1) + 1")
        + "</functionDefinition>"
    )
    context = (
        entry(dmn, "start", dmn.literal("10"))
        + entry(dmn, "f", function)
        + entry(dmn, "", dmn.literal("f(3)"))
    )
    assert value_of(f"<context>{context}</context>") == 13


def invocation(dmn, called, **arguments):
    bindings = "".join(
        f"<binding><parameter name='{name}'/>{dmn.literal(text)}</binding>"
        for name, text in arguments.items()
    )
    return f"<invocation>{dmn.literal(called)}{bindings}</invocation>"


def test_an_invocation_gives_arguments_by_name(dmn, value_of):
    function = (
        "<functionDefinition><formalParameter name='x'/><formalParameter name='y'/>"
        + dmn.literal("x - y")
        + "</functionDefinition>"
    )
    context = entry(dmn, "f", function) + entry(dmn, "", invocation(dmn, "f", y="1", x="10"))
    assert value_of(f"<context>{context}</context>") == 9
    context = entry(dmn, "f", function) + entry(dmn, "", invocation(dmn, "f", z="1", x="10"))
    assert value_of(f"<context>{context}</context>") is None


def test_a_condition_takes_else_unless_it_is_true(dmn, value_of):
    logic = (
        f"<conditional><if>{dmn.literal('n > 1')}</if><then>{dmn.literal('1')}</then>"
        f"<else>{dmn.literal('2')}</else></conditional>"
    )
    assert value_of(logic, n=Decimal(5)) == 1
    assert value_of(logic, n=Decimal(0)) == 2
    assert value_of(logic, n=None) == 2


def loop(dmn, kind, collection, body):
    part = "return" if kind == "for" else "satisfies"
    return (
        f"<{kind} iteratorVariable='x'><in>{dmn.literal(collection)}</in>"
        f"<{part}>{dmn.literal(body)}</{part}></{kind}>"
    )


def test_loops_and_filters(dmn, value_of):
    assert value_of(loop(dmn, "for", "[1, 2, 3]", "x * 2")) == [2, 4, 6]
    assert value_of(loop(dmn, "for", "[1, 2, 3]", "x + sum(partial[item != null])"))[0] is None
    assert value_of(loop(dmn, "for", "[1, 2, 3]", "count(partial)")) == [0, 1, 2]
    assert value_of(loop(dmn, "some", "[1, 2, 3]", "x > 2")) is True
    assert value_of(loop(dmn, "every", "[1, 2, 3]", "x > 2")) is False
    assert value_of(loop(dmn, "every", "[]", "x > 2")) is True
    assert value_of(loop(dmn, "some", "[1, 2]", '"x"')) is None
    assert value_of(loop(dmn, "for", "null", "x")) is None
    assert value_of(loop(dmn, "for", "[1..3]", "x * 2")) == [2, 4, 6]
    assert value_of(loop(dmn, "every", "[1..3]", "x < 3")) is False
    people = '[{name: "Ann", age: 20}, {name: "Bob", age: 10}]'
    filtered = (
        f"<filter><in>{dmn.literal(people)}</in><match>{dmn.literal('age > 15')}</match></filter>"
    )
    assert value_of(filtered) == [{"name": "Ann", "age": 20}]


def test_null_in_a_boxed_loop_or_filter_means_what_it_means_in_feel(dmn, value_of):
    assert value_of(loop(dmn, "some", "[null, 3]", "x > 2")) is True
    assert value_of(loop(dmn, "some", "[null, 1]", "x > 2")) is None
    assert value_of(loop(dmn, "every", "[null, 1]", "x > 2")) is False
    assert value_of(loop(dmn, "every", "[null, 3]", "x > 2")) is None
    logic = "<filter><in>{}</in><match>{}</match></filter>"
    assert value_of(logic.format(dmn.literal("[null, 3]"), dmn.literal("item > 2"))) == [3]
    items = dmn.literal("[{item: 1}, {item: 2}]")
    assert value_of(logic.format(items, dmn.literal("item > 1"))) == [{"item": 2}]


def test_an_expression_in_error_is_null_where_a_model_is_run_regardless(dmn, evaluation):
    model, problems = load(dmn.model(dmn.decision(dmn.literal("1 +"))), file="x.dmn")
    assert [problem.code for problem in problems] == ["feel_syntax"]
    assert model.decisions["answer"].evaluate({}, evaluation()).value is None
