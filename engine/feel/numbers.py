"""FEEL numbers: decimal128 through one context of their own, never the thread's."""

from __future__ import annotations

import decimal
from decimal import Decimal

# DMN 1.5 §10.3.2.3.1: decimal128 of IEEE 754-2008. No traps: what goes wrong is NaN or infinite, then null.
CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[],
)
# Quantising to many places needs room for digits that a result of 34 digits would not have.
WIDE_CONTEXT = decimal.Context(
    prec=12_500, Emin=-20_000, Emax=20_000, capitals=1, clamp=0, flags=[], traps=[]
)

LARGEST_SCALE = 6176
SMALLEST_SCALE = -6111

ZERO = Decimal(0)
ONE = Decimal(1)


def number(text: str) -> Decimal | None:
    """Return the number a plain decimal text denotes, rounded to 34 digits, or None."""
    value = CONTEXT.create_decimal(text)
    return value if value.is_finite() else None


def digits(value: Decimal) -> str:
    """Return a number as FEEL's `string()` writes it: no exponent, no needless zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal:
    """Return `value` rounded to `scale` decimal places (negative: tens, hundreds, ...)."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale and scale >= 0:
        return value
    context = WIDE_CONTEXT.copy()
    context.rounding = rounding
    return CONTEXT.plus(value.quantize(Decimal((0, (1,), -scale)), context=context))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Return base ** exponent; not finite when it has no decimal128 value.

    Anything to the power of zero is one, zero too (IEEE 754-2008 §9.2.1).
    """
    return CONTEXT.power(base, exponent) if exponent else ONE


def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the remainder with the sign of the divisor (DMN 1.5 §10.3.4.5)."""
    remainder = CONTEXT.remainder(dividend, divisor)
    if not remainder.is_finite():
        # More than 34 digits of quotient: the exact remainder needs the wide context.
        remainder = WIDE_CONTEXT.remainder(dividend, divisor)
    if remainder and (remainder < 0) != (divisor < 0):
        remainder = CONTEXT.add(remainder, divisor)
    return CONTEXT.plus(remainder)
