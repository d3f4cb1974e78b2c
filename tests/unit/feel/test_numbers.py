"""Numbers are exact decimals of 34 digits."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.feel import Evaluation, Value, compile_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4 - 1", "13"),
        ("10 + 20 / -5 - 3", "3"),
        ("-3 ** 2", "9"),
        ("3 ** 4 ** 5", "3486784401"),
        ("10**-5", "0.00001"),
        ("0 ** 0", "1"),
        ("(1 - 1) ** 0 + 1", "2"),
        ("--5", "5"),
        ("-(2 + 3)", "-5"),
        (".872", "0.872"),
        ("1.23e4", "12300"),
        ("1.2*10**3", "1200"),
        ("1 / 3 * 3", "0.9999999999999999999999999999999999"),
        ("12345678901234567890 * 98765432109876543210", "1.219326311370217952237463801111264E+39"),
        ("5 ** 2.5", "55.90169943749474241022934171828191"),
        ("modulo(-12, 5)", "3"),
        ("modulo(10 ** 40, 7)", "4"),
        ("decimal(0.515, 2)", "0.52"),
        ("floor(-1.5)", "-2"),
        ("round half up(-1.126, 2)", "-1.13"),
        ("ceiling(1234, -2)", "1300"),
    ],
)
def test_arithmetic(text: str, expected: str, feel: Callable[..., Value]) -> None:
    assert feel(text) == Decimal(expected)


def test_the_threads_decimal_context_does_not_matter(evaluation: Evaluation) -> None:
    expression = compile_expression("1 / 3 + (-2.000000000000000000000000000000001)")
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact])):
        found = expression.evaluate({}, evaluation)
    assert found == Decimal("-1.666666666666666666666666666666668")


def test_a_number_too_large_to_hold_is_null(feel: Callable[..., Value]) -> None:
    assert feel("10 ** 6145") is None
    assert feel("exp(100000)") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1.10)", "1.1"),
        ("string(1.15 * 100)", "115"),
        ("string(1e3)", "1000"),
        ("string(0.000000001)", "0.000000001"),
        ("string(-0)", "0"),
        ("string(10)", "10"),
    ],
)
def test_numbers_are_written_plainly(text: str, expected: str, feel: Callable[..., Value]) -> None:
    assert feel(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'number("1 000", ",", ".")',
        'number("1,000", ",", ",")',
        'number("1.000", "x", ".")',
        'number("")',
        'number("1_000")',
        'number("NaN")',
        'number("Infinity")',
        'number("१")',
    ],
)
def test_text_that_is_no_number_is_null(text: str, feel: Callable[..., Value]) -> None:
    assert feel(text) is None
