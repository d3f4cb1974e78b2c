"""Built-in functions that make one value of a list: sums, extremes, averages."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import less
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.numbers import CONTEXT, ZERO

_CHAPTER = "List"


def _items(items: tuple[Any, ...]) -> Any:
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def _numbers(items: tuple[Any, ...], evaluation: Evaluation) -> list[Decimal]:
    found = _items(items)
    evaluation.spend(len(found))
    if not all(isinstance(item, Decimal) for item in found):
        raise Fault("The list must hold only numbers")
    return list(found)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise Fault("The result is not a number that FEEL can hold")
    return value


def _total(numbers: list[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = CONTEXT.add(total, number)
    return _finite(total)


def _mean(numbers: list[Decimal]) -> Decimal:
    return CONTEXT.divide(_total(numbers), Decimal(len(numbers)))


def _extreme(items: tuple[Any, ...], evaluation: Evaluation, *, largest: bool) -> Any:
    found = _items(items)
    if not found:
        return None
    best = found[0]
    for item in found[1:]:
        evaluation.spend()
        better = less(best, item) if largest else less(item, best)
        if better is None:
            raise Fault("The list must hold values that can be compared with each other")
        if better:
            best = item
    if less(best, best) is None:
        raise Fault("The list must hold values that can be compared with each other")
    return best


@builtin("min(list: list) -> Any", "min(items...: Any) -> Any", chapter=_CHAPTER)
def minimum(evaluation: Evaluation, *items: Any) -> Any:
    """The smallest of numbers, strings, dates, times or durations; null of an empty list.

    Examples:
    min([1, 2, 3]) = 1
    min(@"2026-01-02", @"2026-01-01") = @"2026-01-01"
    min([]) = null
    """
    return _extreme(items, evaluation, largest=False)


@builtin("max(list: list) -> Any", "max(items...: Any) -> Any", chapter=_CHAPTER)
def maximum(evaluation: Evaluation, *items: Any) -> Any:
    """The largest of numbers, strings, dates, times or durations; null of an empty list.

    Examples:
    max(1, 2, 3) = 3
    max([]) = null
    """
    return _extreme(items, evaluation, largest=True)


@builtin("sum(list: list) -> number", "sum(items...: Any) -> number", chapter=_CHAPTER)
def total(evaluation: Evaluation, *items: Any) -> Any:
    """The sum of numbers; null of an empty list.

    Examples:
    sum([1, 2, 3]) = 6
    sum([]) = null
    """
    numbers = _numbers(items, evaluation)
    return _total(numbers) if numbers else None


@builtin("mean(list: list) -> number", "mean(items...: Any) -> number", chapter=_CHAPTER)
def mean(evaluation: Evaluation, *items: Any) -> Any:
    """The average of numbers; null of an empty list.

    Examples:
    mean([1, 2, 3]) = 2
    """
    numbers = _numbers(items, evaluation)
    return _mean(numbers) if numbers else None


@builtin("product(list: list) -> number", "product(items...: Any) -> number", chapter=_CHAPTER)
def product(evaluation: Evaluation, *items: Any) -> Any:
    """The product of numbers; null of an empty list.

    Examples:
    product([2, 3, 4]) = 24
    """
    numbers = _numbers(items, evaluation)
    if not numbers:
        return None
    result = Decimal(1)
    for number in numbers:
        result = CONTEXT.multiply(result, number)
    return _finite(result)


@builtin("median(list: list) -> number", "median(items...: Any) -> number", chapter=_CHAPTER)
def median(evaluation: Evaluation, *items: Any) -> Any:
    """The middle of numbers, or the average of the two in the middle; null of an empty list.

    Examples:
    median(8, 2, 5, 3, 4) = 4
    median([6, 1, 2, 3]) = 2.5
    """
    numbers = sorted(_numbers(items, evaluation))
    if not numbers:
        return None
    half = len(numbers) // 2
    return numbers[half] if len(numbers) % 2 else _mean(numbers[half - 1 : half + 1])


@builtin("stddev(list: list) -> number", "stddev(items...: Any) -> number", chapter=_CHAPTER)
def standard_deviation(evaluation: Evaluation, *items: Any) -> Any:
    """The standard deviation of a sample of two or more numbers.

    Examples:
    decimal(stddev(2, 4, 7, 5), 8) = 2.081666
    stddev([47]) = null
    """
    numbers = _numbers(items, evaluation)
    if len(numbers) < 2:
        raise Fault("A standard deviation needs at least two numbers")
    mean = _mean(numbers)
    squares = [
        CONTEXT.multiply(CONTEXT.subtract(n, mean), CONTEXT.subtract(n, mean)) for n in numbers
    ]
    return CONTEXT.sqrt(CONTEXT.divide(_total(squares), Decimal(len(numbers) - 1)))


@builtin("mode(list: list) -> list", "mode(items...: Any) -> list", chapter=_CHAPTER)
def mode(evaluation: Evaluation, *items: Any) -> Any:
    """The numbers that come most often, ascending; an empty list of an empty list.

    Examples:
    mode(6, 3, 9, 6, 6) = [6]
    mode([6, 1, 9, 6, 1]) = [1, 6]
    mode([]) = []
    """
    counts = Counter(_numbers(items, evaluation))
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)
