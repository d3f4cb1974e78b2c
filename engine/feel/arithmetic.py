"""The arithmetic of FEEL values: None where two kinds do not go together or no value results."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration, divided, scaled
from engine.feel.numbers import CONTEXT, power
from engine.feel.syntax import Operator
from engine.feel.temporal import Date, DateTime, Time, midnight_utc
from engine.feel.values import Value

_SECONDS_PER_DAY = 86_400


def add(left: Any, right: Any) -> Value:
    """Return `left + right` (DMN 1.5 §10.3.2.13, table 57)."""
    match left, right:
        case (Decimal(), Decimal()):
            return _finite(CONTEXT.add(left, right))
        case (str(), str()):
            return left + right
        case (DaysTimeDuration(), DaysTimeDuration()):
            return DaysTimeDuration(left.nanoseconds + right.nanoseconds)
        case (YearsMonthsDuration(), YearsMonthsDuration()):
            return YearsMonthsDuration(left.months + right.months)
        case (_, DaysTimeDuration() | YearsMonthsDuration()):
            return _later(left, right)
        case (DaysTimeDuration() | YearsMonthsDuration(), _):
            return _later(right, left)
    return None


def subtract(left: Any, right: Any) -> Value:
    """Return `left - right` (DMN 1.5 §10.3.2.13, table 57)."""
    match left, right:
        case (Decimal(), Decimal()):
            return _finite(CONTEXT.subtract(left, right))
        case (DaysTimeDuration(), DaysTimeDuration()):
            return DaysTimeDuration(left.nanoseconds - right.nanoseconds)
        case (YearsMonthsDuration(), YearsMonthsDuration()):
            return YearsMonthsDuration(left.months - right.months)
        case (_, DaysTimeDuration() | YearsMonthsDuration()):
            return _later(left, -right)
        case (Date(), Date()):
            return DaysTimeDuration.of((left.epoch_day() - right.epoch_day()) * _SECONDS_PER_DAY)
        case (Date() | DateTime(), Date() | DateTime()):
            return _between_moments(
                midnight_utc(left) if isinstance(left, Date) else left,
                midnight_utc(right) if isinstance(right, Date) else right,
            )
        case (Time(), Time()):
            if (left.zone is None) != (right.zone is None):
                return None
            return DaysTimeDuration(left.utc_nanosecond() - right.utc_nanosecond())
    return None


def multiply(left: Any, right: Any) -> Value:
    """Return `left * right` (DMN 1.5 §10.3.2.13, table 58)."""
    match left, right:
        case (Decimal(), Decimal()):
            return _finite(CONTEXT.multiply(left, right))
        case (DaysTimeDuration() | YearsMonthsDuration(), Decimal()):
            return scaled(left, right)
        case (Decimal(), DaysTimeDuration() | YearsMonthsDuration()):
            return scaled(right, left)
    return None


def divide(left: Any, right: Any) -> Value:
    """Return `left / right` (DMN 1.5 §10.3.2.13, table 58)."""
    match left, right:
        case (Decimal(), Decimal()):
            return _finite(CONTEXT.divide(left, right))
        case (DaysTimeDuration() | YearsMonthsDuration(), Decimal()):
            return divided(left, right)
        case (DaysTimeDuration(), DaysTimeDuration()):
            return _finite(CONTEXT.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds)))
        case (YearsMonthsDuration(), YearsMonthsDuration()):
            return _finite(CONTEXT.divide(Decimal(left.months), Decimal(right.months)))
    return None


def exponentiate(left: Any, right: Any) -> Value:
    """Return `left ** right` for numbers (DMN 1.5 §10.3.2.13, table 59)."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _finite(power(left, right))
    return None


def negate(value: Any) -> Value:
    """Return `-value` for numbers and durations."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, DaysTimeDuration | YearsMonthsDuration):
        return -value
    return None


CALCULATE: dict[Operator, Callable[[Any, Any], Value]] = {
    Operator.ADD: add,
    Operator.SUBTRACT: subtract,
    Operator.MULTIPLY: multiply,
    Operator.DIVIDE: divide,
    Operator.POWER: exponentiate,
}


def _finite(value: Decimal) -> Decimal | None:
    return value if value.is_finite() else None


def _later(moment: Any, duration: DaysTimeDuration | YearsMonthsDuration) -> Value:
    match moment, duration:
        case (DateTime(), DaysTimeDuration()):
            return moment.plus(duration)
        case (Date(), DaysTimeDuration()):
            later = midnight_utc(moment).plus(duration)
            return None if later is None else later.date
        case (Time(), DaysTimeDuration()):
            return moment.plus(duration)
        case (Date() | DateTime(), YearsMonthsDuration()):
            return moment.plus_months(duration.months)
    return None


def _between_moments(left: DateTime, right: DateTime) -> DaysTimeDuration | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return DaysTimeDuration(left.epoch_nanosecond() - right.epoch_nanosecond())
