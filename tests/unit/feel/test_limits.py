"""Whatever is asked, there is an answer or a clear refusal soon, in little memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from engine.feel import (
    BudgetExceeded,
    Evaluation,
    FeelSyntaxError,
    Limits,
    NestingExceeded,
    SizeExceeded,
    StepsExceeded,
    TimeExceeded,
    Value,
    compile_expression,
    compile_unary_tests,
)


def _unfolding(name: str) -> str:
    """Return entries of a context: lists of ten, each item the list before."""
    levels = [f"{name}{n + 1}: [{','.join([f'{name}{n}'] * 10)}]" for n in range(8)]
    return ", ".join([f"{name}0: 1", *levels])


def _twice(question: str) -> str:
    """Return a question about two lists that are small, but of 10 ** 8 parts each when unfolded."""
    return f"{{{_unfolding('a')}, {_unfolding('b')}, answer: {question}}}.answer"


GREEDY = [
    "some a in 1..1000, b in 1..1000 satisfies a * b > 10000000",
    "+".join(["1"] * 3_000),
    " and ".join(["true"] * 3_000),
    "(" * 10_000 + "1" + ")" * 10_000,
    "[" * 10_000,
    "{a:" * 5_000,
    "-" * 20_000 + "1",
    "a" + ".a" * 5_000,
    "f" + "(1)" * 5_000,
    "1 = " * 3_000 + "1",
    "if a then " * 3_000,
    "if a then 1 else " * 1_500 + "2",
    "not(" * 500 + "true" + ")" * 500,
    "for i in 1..1000000000 return i",
    "for i in 1..100000 return string join(for j in 1..1000 return string(j))",
    "count(for i in 1..100000 return partial)",
    "{f: function(x) f(x + 1), r: f(1)}.r",
    "{f: function(x) f(x) + f(x), r: f(1)}.r",
    '{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: f("aaaaaaaa", 60)}.r',
    "10 ** 10000000000",
    "sort(for i in 1..200000 return -i)",
    "distinct values(for i in 1..100000 return {a: i})",
    "list contains(for i in 1..400000 return i, -1)",
    "(for i in 1..400000 return i)[item > (for j in 1..1000 return j)[1]]",
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", "' + "b" * 10_000 + '")',
    'matches("' + "a" * 300 + '", "(.*)(.*)(.*)(.*)(.*)(.*)[^a]$")',
    'split("' + "ab" * 10_000 + '", "a{1000}{1000}")',
    "x" * 1_000_000,
    *map(
        _twice, ("is(a8, b8)", "a8 = b8", "list contains([a8], b8)", "distinct values([a8, b8])")
    ),
]


@pytest.mark.parametrize("text", GREEDY, ids=[text[:50] for text in GREEDY])
def test_a_greedy_expression_ends_soon(text: str, evaluation: Evaluation) -> None:
    tracemalloc.start()
    started = time.process_time()
    try:
        compile_expression(text).evaluate({}, evaluation)
    except (BudgetExceeded, FeelSyntaxError):
        pass  # a clear refusal is an answer too
    finally:
        elapsed = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 200_000_000
    # Processor time, for other work may keep the machine busy. Measuring memory slows everything down
    # several times; without it each ends within a second.
    assert elapsed < 8


@pytest.mark.parametrize(
    ("limits", "text", "error"),
    [
        (Limits(steps=10), "for i in 1..100 return i", StepsExceeded),
        (Limits(size=10), "for i in 1..100 return i", SizeExceeded),
        (Limits(nesting=5), "{f: function(n) f(n + 1), r: f(1)}.r", NestingExceeded),
        (Limits(seconds=0.0), "for i in 1..100000 return i", TimeExceeded),
    ],
)
def test_each_limit_has_its_error(
    limits: Limits, text: str, error: type[BudgetExceeded], evaluation: Evaluation
) -> None:
    with pytest.raises(error) as caught:
        compile_expression(text).evaluate({}, Evaluation(evaluation.now, limits=limits))
    assert caught.value.code.startswith("feel_budget_")


def test_limits_are_counted_for_each_evaluation_alone(evaluation: Evaluation) -> None:
    expression = compile_expression("count(for i in 1..100 return i)")
    limits = Limits(steps=150)
    for _ in range(3):
        expression.evaluate({}, Evaluation(evaluation.now, limits=limits))


def test_long_flat_chains_are_answered(evaluation: Evaluation) -> None:
    chain = compile_expression("+".join(["1"] * 3_000)).evaluate({}, evaluation)
    assert str(chain) == "3000"
    cell = ", ".join(str(number) for number in range(2_000))
    tests = compile_unary_tests(cell)
    value = compile_expression("1999").evaluate({}, evaluation)
    assert tests.evaluate(value, {}, evaluation) is True


def test_deep_data_ends_in_words_too(evaluation: Evaluation) -> None:
    first: list[Value] = []
    second: list[Value] = []
    for _ in range(5_000):
        first, second = [first], [second]
    with pytest.raises(NestingExceeded):
        compile_expression("a = b").evaluate({"a": first, "b": second}, evaluation)


def test_data_too_deep_to_store_is_not_made(evaluation: Evaluation) -> None:
    with pytest.raises(NestingExceeded):
        compile_expression("(for i in 1..5000 return [partial[-1]])[-1]").evaluate({}, evaluation)


FOLDED = """{
    fold: function(x, n) if n = 0 then x else fold([x, x], n - 1),
    folded: fold([1], 60), other: fold([1], 60), answer: %s
}.answer"""


@pytest.mark.parametrize(
    "use",
    [
        "folded",
        "{a: folded}",
        "string(folded)",
        "folded = other",
        "list contains([folded], other)",
        "distinct values([folded, other])",
        "flatten(folded)",
        "other in [folded]",
        "folded instance of list<list<Any>>",
        "(function(l: list<Any>) count(l))(folded)",
        "folded.a.b",
    ],
)
def test_data_that_unfolds_without_end_is_refused(use: str, evaluation: Evaluation) -> None:
    started = time.process_time()
    with pytest.raises(BudgetExceeded):
        compile_expression(FOLDED % use).evaluate({}, evaluation)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("(" * 10_000 + "1" + ")" * 10_000, "feel_budget_text_nesting", NestingExceeded),
        ("a" + ".a" * 5_000, "feel_budget_text_nesting", NestingExceeded),
        ("1 +" * 20_000 + "1", "feel_budget_text_size", SizeExceeded),
    ],
    ids=["brackets", "steps", "length"],
)
def test_text_beyond_what_is_read_is_a_budget_with_a_place(text, code, kind) -> None:
    for _ in range(2):  # the second time it is known to be refused
        with pytest.raises(kind) as refused:
            compile_expression(text)
        assert isinstance(refused.value, FeelSyntaxError)
        assert refused.value.code == code
        assert refused.value.position > 0
