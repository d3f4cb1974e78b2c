"""Any text is FEEL or is refused; anything that is FEEL has a value. Nothing else ever happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import (
    BUILTINS,
    BudgetExceeded,
    Evaluation,
    FeelSyntaxError,
    Limits,
    Value,
    compile_expression,
    compile_unary_tests,
    from_json,
    literal,
    to_json,
    to_text,
)

NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
SMALL = Limits(steps=2_000, nesting=20, size=20_000, seconds=0.5)
VARIABLES: dict[str, Value] = {
    name: from_json(value)
    for name, value in {
        "a": 1,
        "b": "text",
        "c d": [1, "x", None, {"a": 2}],
        "e-f": {"a": {"b": [1, 2]}},
        "g": True,
        "h": None,
        "t": datetime(2026, 7, 1, 12, tzinfo=UTC),
    }.items()
}

WORDS = """
    if then else for in return some every satisfies and or not between instance of function true false null
    date time duration number string list item partial sort sum a b
    < > <= >= = != + - * / ** ( ) [ ] { } , : . .. ? @ " ' 1 0 -1 2.5 1e5 "x" @"2026-01-01" @"P1D"
"""
words = st.sampled_from(WORDS.split())
nearly_feel = st.lists(words | st.sampled_from(sorted(BUILTINS)), max_size=25).map(" ".join)

SIMPLE = """
    a; b; c d; e-f; g; h; t; 1; -2.5; "x"; null; true; unknown; []; {}; (< 3); [1..3];
    @"2026-01-31"; @"10:00:00Z"; @"P1M"; @"-PT5H"
"""
simple = st.sampled_from([text.strip() for text in SIMPLE.split(";")])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(
        ["+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or", "in"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{a: {}, b: {}}}.a".format, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("(for x in {} return {})".format, inner, inner),
        st.builds("(some x in {}, y in {} satisfies x = y)".format, inner, inner),
        st.builds("(every x in {} satisfies {})".format, inner, inner),
        st.builds("(function(x) {})({})".format, inner, inner),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("({} instance of list<number>)".format, inner),
        st.builds("-({})".format, inner),
        st.builds("({}).year".format, inner),
        st.builds("[{}..{}]".format, inner, inner),
        st.builds(
            "{}({})".format,
            st.sampled_from(sorted(BUILTINS)),
            st.lists(inner, max_size=3).map(", ".join),
        ),
    )


expressions = st.recursive(simple, _grown, max_leaves=10)


def _value(text: str) -> Any:
    evaluation = Evaluation(NOW, limits=SMALL)
    return compile_expression(text, VARIABLES).evaluate(VARIABLES, evaluation)


@settings(deadline=None)
@given(st.text(max_size=60) | nearly_feel)
def test_any_text_is_feel_or_is_refused(text: str) -> None:
    for compile_text in (compile_expression, compile_unary_tests):
        refused = None
        try:
            compile_text(text, VARIABLES)
        except FeelSyntaxError as error:
            refused = error
        assert refused is None or (0 <= refused.position <= len(text) and str(refused))


@settings(deadline=None)
@given(nearly_feel)
def test_any_text_that_is_feel_has_a_value(text: str) -> None:
    try:
        to_text(_value(text))
    except (FeelSyntaxError, BudgetExceeded):
        return


@settings(deadline=None, max_examples=300)
@given(expressions)
def test_any_expression_has_a_value_that_can_be_shown(text: str) -> None:
    try:
        value = _value(text)
    except BudgetExceeded:
        return
    to_text(value)
    to_json(value)


@settings(deadline=None)
@given(expressions, simple)
def test_any_expression_is_a_cell_that_answers(text: str, value: str) -> None:
    evaluation = Evaluation(NOW, limits=SMALL)
    try:
        answer = compile_unary_tests(text, VARIABLES).evaluate(
            _value(value), VARIABLES, evaluation
        )
    except BudgetExceeded:
        return
    assert answer in (True, False, None)


@settings(deadline=None)
@given(expressions)
def test_what_a_value_is_written_as_is_that_value_again(text: str) -> None:
    try:
        value = _value(text)
        written = literal(value)
        if "function" not in written:
            assert literal(_value(written)) == written
    except BudgetExceeded:
        return
