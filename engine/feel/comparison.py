"""Equality and order of FEEL values, three-valued: None where values cannot be compared."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import eq, lt
from typing import Any

from engine.feel.durations import NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.syntax import Operator
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.values import Function, Range, kind


def equal(left: Any, right: Any) -> bool | None:
    """Return `left = right` (DMN 1.5 §10.3.2.13, table 52): None for values of different kinds.

    null equals only null. Times compare by the second, zoned date and times as instants.
    """
    if left is None or right is None:
        return left is right
    same = _EQUAL.get(type(left))
    if same is not None and type(right) is type(left):
        return same(left, right)
    if kind(left) != kind(right):
        return None
    return left is right


def less(left: Any, right: Any) -> bool | None:
    """Return `left < right` (DMN 1.5 §10.3.2.13, table 53): None for kinds that differ or have no order."""
    before = _LESS.get(type(left))
    if before is None or type(right) is not type(left):
        kind(left), kind(right)
        return None
    return before(left, right)


def less_or_equal(left: Any, right: Any) -> bool | None:
    """Return `left <= right`, None where `less` is None."""
    before = less(left, right)
    return equal(left, right) if before is False else before


def greater(left: Any, right: Any) -> bool | None:
    """Return `left > right`, None where `less` is None."""
    return less(right, left)


def greater_or_equal(left: Any, right: Any) -> bool | None:
    """Return `left >= right`, None where `less` is None."""
    return less_or_equal(right, left)


def not_equal(left: Any, right: Any) -> bool | None:
    """Return `left != right`, None where `equal` is None."""
    same = equal(left, right)
    return None if same is None else not same


COMPARE: dict[Operator, Callable[[Any, Any], bool | None]] = {
    Operator.EQUAL: equal,
    Operator.NOT_EQUAL: not_equal,
    Operator.LESS: less,
    Operator.LESS_OR_EQUAL: less_or_equal,
    Operator.GREATER: greater,
    Operator.GREATER_OR_EQUAL: greater_or_equal,
}


def holds(value: Any, range_: Range) -> bool | None:
    """Return `value in range`: None for null, for ends of another kind, and for ends that are null.

    DMN 1.5 §10.3.2.13, table 55.
    """
    if range_.operator is not None:
        operand = range_.end if range_.operator in ("<", "<=") else range_.start
        return COMPARE[Operator(range_.operator)](value, operand)
    low = (less_or_equal if range_.start_included else less)(range_.start, value)
    high = (less_or_equal if range_.end_included else less)(value, range_.end)
    if low is None or high is None:
        return None
    return low and high


def passes(value: Any, test: Any) -> bool | None:
    """Return `value in test` for one test value: a range holds it, a list has it, or they are equal."""
    if isinstance(test, Range):
        if isinstance(value, Range):
            same = equal(value, test)
            return same if same else holds(value, test)
        return holds(value, test)
    if isinstance(test, list):
        found = any_true(
            holds(value, item)
            if isinstance(item, Range) and not isinstance(value, Range)
            else _same(value, item)
            for item in test
        )
        if not found and isinstance(value, list):
            return equal(value, test)
        return found
    return equal(value, test)


def any_true(answers: Any) -> bool | None:
    """Return the disjunction of three-valued answers."""
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def contains(items: list[Any], value: Any) -> bool:
    """Say whether a list has an item equal to `value`."""
    return any(equal(item, value) for item in items)


def _same(value: Any, item: Any) -> bool:
    # In a list, an item of another kind is simply another item.
    return equal(value, item) is True


def _equal_lists(left: list[Any], right: list[Any]) -> bool | None:
    if len(left) != len(right):
        return False
    unknown = False
    for mine, theirs in zip(left, right, strict=True):
        same = equal(mine, theirs)
        if same is False:
            return False
        unknown = unknown or same is None
    return None if unknown else True


def _equal_contexts(left: dict[str, Any], right: dict[str, Any]) -> bool | None:
    if left.keys() != right.keys():
        return False
    return _equal_lists([left[key] for key in left], [right[key] for key in left])


def _equal_times(left: Time, right: Time) -> bool | None:
    if (left.zone is None) != (right.zone is None):
        return None
    # The standard's `second` has no fraction; its own conformance tests take that literally.
    return left.utc_nanosecond() // NANOSECONDS == right.utc_nanosecond() // NANOSECONDS


def _equal_moments(left: DateTime, right: DateTime) -> bool | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return left.epoch_second() == right.epoch_second()


def _less_time(left: Time, right: Time) -> bool | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return left.utc_nanosecond() < right.utc_nanosecond()


def _less_moment(left: DateTime, right: DateTime) -> bool | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return left.epoch_nanosecond() < right.epoch_nanosecond()


def _equal_ranges(left: Range, right: Range) -> bool | None:
    if (left.start_included, left.end_included, left.operator) != (
        right.start_included,
        right.end_included,
        right.operator,
    ):
        return False
    return _equal_lists([left.start, left.end], [right.start, right.end])


def _same_function(left: Function, right: Function) -> bool:
    return left is right


_EQUAL: dict[type, Callable[[Any, Any], bool | None]] = {
    bool: eq,
    Decimal: eq,
    str: eq,
    Date: eq,
    Time: _equal_times,
    DateTime: _equal_moments,
    DaysTimeDuration: eq,
    YearsMonthsDuration: eq,
    list: _equal_lists,
    dict: _equal_contexts,
    Range: _equal_ranges,
    Function: _same_function,
}
_LESS: dict[type, Callable[[Any, Any], bool | None]] = {
    Decimal: lt,
    str: lt,
    Date: lt,
    Time: _less_time,
    DateTime: _less_moment,
    DaysTimeDuration: lt,
    YearsMonthsDuration: lt,
}
