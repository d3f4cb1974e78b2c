"""Built-in functions over numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from engine.feel import numbers
from engine.feel.builtins.registry import builtin
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault

_CHAPTER = "Number"


def _scale(scale: Decimal) -> int:
    if not numbers.SMALLEST_SCALE <= scale <= numbers.LARGEST_SCALE:
        raise Fault(f"A scale lies between {numbers.SMALLEST_SCALE} and {numbers.LARGEST_SCALE}")
    return int(scale)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise Fault("The result is not a number that FEEL can hold")
    return value


@builtin("decimal(n: number, scale: number) -> number", chapter=_CHAPTER)
def decimal_(evaluation: Evaluation, n: Decimal, scale: Decimal) -> Any:
    """The number rounded to `scale` decimal places, half to even.

    Examples:
    decimal(1/3, 2) = .33
    decimal(2.5, 0) = 2
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number) -> number", chapter=_CHAPTER)
def floor(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The largest number with `scale` decimal places (none unless given) that is not above `n`.

    Examples:
    floor(-1.5) = -2
    floor(1.56, 1) = 1.5
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number) -> number", chapter=_CHAPTER)
def ceiling(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The smallest number with `scale` decimal places (none unless given) that is not below `n`.

    Examples:
    ceiling(1.5) = 2
    ceiling(-1.56, 1) = -1.5
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_CEILING)


@builtin("round up(n: number, scale?: number) -> number", chapter=_CHAPTER)
def round_up(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The number rounded away from zero.

    Examples:
    round up(5.5, 0) = 6
    round up(-1.121, 2) = -1.13
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_UP)


@builtin("round down(n: number, scale?: number) -> number", chapter=_CHAPTER)
def round_down(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The number rounded towards zero.

    Examples:
    round down(5.5, 0) = 5
    round down(-1.126, 2) = -1.12
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale?: number) -> number", chapter=_CHAPTER)
def round_half_up(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The number rounded to the nearest, halves away from zero.

    Examples:
    round half up(5.5, 0) = 6
    round half up(-1.126, 2) = -1.13
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: number) -> number", chapter=_CHAPTER)
def round_half_down(evaluation: Evaluation, n: Decimal, scale: Decimal = numbers.ZERO) -> Any:
    """The number rounded to the nearest, halves towards zero.

    Examples:
    round half down(5.5, 0) = 5
    round half down(-1.126, 2) = -1.13
    """
    return numbers.rounded(n, _scale(scale), decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number) -> number", "abs(n: duration) -> Any", chapter=_CHAPTER)
def absolute(evaluation: Evaluation, n: Decimal | DaysTimeDuration | YearsMonthsDuration) -> Any:
    """The number or duration without its sign.

    Examples:
    abs(-10) = 10
    abs(@"-PT5H") = @"PT5H"
    """
    return n.copy_abs() if isinstance(n, Decimal) else abs(n)


@builtin("modulo(dividend: number, divisor: number) -> number", chapter=_CHAPTER)
def modulo(evaluation: Evaluation, dividend: Decimal, divisor: Decimal) -> Any:
    """The remainder of a division, with the sign of the divisor.

    Examples:
    modulo(12, 5) = 2
    modulo(-12, 5) = 3
    modulo(10.1, -4.5) = -3.4
    """
    if not divisor:
        raise Fault("Nothing can be divided by zero")
    return numbers.modulo(dividend, divisor)


@builtin("sqrt(number: number) -> number", chapter=_CHAPTER)
def square_root(evaluation: Evaluation, number: Decimal) -> Any:
    """The square root; null of a negative number.

    Examples:
    sqrt(16) = 4
    sqrt(-1) = null
    """
    if number < 0:
        raise Fault("A negative number has no square root")
    return numbers.CONTEXT.sqrt(number)


@builtin("log(number: number) -> number", chapter=_CHAPTER)
def logarithm(evaluation: Evaluation, number: Decimal) -> Any:
    """The natural logarithm; null of zero and negative numbers.

    Examples:
    decimal(log(10), 8) = 2.30258509
    log(0) = null
    """
    if number <= 0:
        raise Fault("Only numbers above zero have a logarithm")
    return numbers.CONTEXT.ln(number)


@builtin("exp(number: number) -> number", chapter=_CHAPTER)
def exponential(evaluation: Evaluation, number: Decimal) -> Any:
    """Euler's number e raised to the power of the number.

    Examples:
    exp(0) = 1
    decimal(exp(5), 8) = 148.41315910
    """
    return _finite(numbers.CONTEXT.exp(number))


@builtin("odd(number: number) -> boolean", chapter=_CHAPTER)
def odd(evaluation: Evaluation, number: Decimal) -> Any:
    """Whether a whole number is odd.

    Examples:
    odd(5) = true
    odd(2) = false
    """
    return abs(numbers.modulo(number, Decimal(2))) == 1


@builtin("even(number: number) -> boolean", chapter=_CHAPTER)
def even(evaluation: Evaluation, number: Decimal) -> Any:
    """Whether a whole number is even.

    Examples:
    even(5) = false
    even(2) = true
    """
    return not numbers.modulo(number, Decimal(2))
