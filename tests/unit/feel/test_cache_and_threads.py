"""Compiled text is made once, shared between threads, and forgotten when there is too much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from engine.feel import Evaluation, compile_expression, compile_unary_tests
from engine.feel.expressions import CACHED


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("1 + 1") is compile_expression("1 + 1")
    assert compile_unary_tests("> 1") is compile_unary_tests("> 1")


def test_the_oldest_is_forgotten() -> None:
    first = compile_expression("0 + 12345")
    for number in range(CACHED + 1):
        compile_expression(f"{number} + 54321")
    assert compile_expression("0 + 12345") is not first


def test_many_threads_share_one_expression(evaluation: Evaluation) -> None:
    def work(start: int) -> list[Decimal]:
        found = []
        for number in range(start, start + 200):
            text = f"sum(for i in 1..3 return i * n) + {number % 7}"
            value = compile_expression(text).evaluate(
                {"n": Decimal(number)}, Evaluation(evaluation.now)
            )
            assert isinstance(value, Decimal)
            found.append(value)
        return found

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(0, 1600, 200)))
    expected = [Decimal(6 * number + number % 7) for number in range(1600)]
    assert [value for part in results for value in part] == expected
