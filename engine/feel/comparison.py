"""Equality and order of FEEL values, three-valued: None where values cannot be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import eq, lt
from typing import TYPE_CHECKING, Any

from engine.feel.durations import NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.syntax import Operator
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.values import Range, kind

if TYPE_CHECKING:
    from engine.feel.evaluation import Evaluation


def equal(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left = right` (DMN 1.5 §10.3.2.13, table 52): None for values of different kinds.

    null equals only null. Times compare by the second, zoned date and times as instants. Comparing lists and
    contexts spends steps of `evaluation`, if one is given.
    """
    if left is None or right is None:
        return left is right
    same = _EQUAL.get(type(left))
    if same is not None and type(right) is type(left):
        return same(left, right)
    if kind(left) != kind(right):
        return None
    if left is right:
        return True
    match left:
        case list():
            return _equal_lists(left, right, evaluation)
        case dict():
            if left.keys() != right.keys():
                return False
            return _equal_lists(list(left.values()), [right[key] for key in left], evaluation)
        case Range():
            return _equal_ranges(left, right, evaluation)
    return False


def less(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left < right` (DMN 1.5 §10.3.2.13, table 53): None for kinds that differ or have no order."""
    before = _LESS.get(type(left))
    if before is None or type(right) is not type(left):
        kind(left), kind(right)
        return None
    return before(left, right)


def less_or_equal(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left <= right`, None where `less` is None."""
    before = less(left, right)
    return equal(left, right) if before is False else before


def greater(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left > right`, None where `less` is None."""
    return less(right, left)


def greater_or_equal(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left >= right`, None where `less` is None."""
    return less_or_equal(right, left)


def not_equal(left: Any, right: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `left != right`, None where `equal` is None."""
    same = equal(left, right, evaluation)
    return None if same is None else not same


COMPARE: dict[Operator, Callable[[Any, Any, Evaluation | None], bool | None]] = {
    Operator.EQUAL: equal,
    Operator.NOT_EQUAL: not_equal,
    Operator.LESS: less,
    Operator.LESS_OR_EQUAL: less_or_equal,
    Operator.GREATER: greater,
    Operator.GREATER_OR_EQUAL: greater_or_equal,
}


def holds(value: Any, range_: Range, evaluation: Evaluation | None = None) -> bool | None:
    """Return `value in range`: None for null, for ends of another kind, and for ends that are null.

    DMN 1.5 §10.3.2.13, table 55.
    """
    if range_.operator is not None and range_.operator != "..":
        operand = range_.end if range_.operator in ("<", "<=") else range_.start
        return COMPARE[Operator(range_.operator)](value, operand, evaluation)
    low = (less_or_equal if range_.start_included else less)(range_.start, value)
    high = (less_or_equal if range_.end_included else less)(value, range_.end)
    if low is None or high is None:
        return None
    return low and high


def passes(value: Any, test: Any, evaluation: Evaluation | None = None) -> bool | None:
    """Return `value in test` for one test value: a range holds it, a list has it, or they are equal."""
    if isinstance(test, Range):
        if isinstance(value, Range) and equal(value, test, evaluation):
            return True
        return holds(value, test, evaluation)
    if isinstance(test, list):
        found = any_true(_matches(value, item, evaluation) for item in test)
        if not found and isinstance(value, list):
            return equal(value, test, evaluation)
        return found
    return equal(value, test, evaluation)


def any_true(answers: Iterable[Any]) -> bool | None:
    """Return the disjunction of three-valued answers."""
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _matches(value: Any, item: Any, evaluation: Evaluation | None) -> bool | None:
    """Return whether an item of a list is the value, or a range that holds it."""
    if evaluation is not None:
        evaluation.spend()
    if isinstance(item, Range) and not isinstance(value, Range):
        return holds(value, item, evaluation)
    # In a list, an item of another kind is simply another item.
    return equal(value, item, evaluation) is True


def _equal_lists(left: list[Any], right: list[Any], evaluation: Evaluation | None) -> bool | None:
    if len(left) != len(right):
        return False
    unknown = False
    for mine, theirs in zip(left, right, strict=True):
        if evaluation is not None:
            evaluation.spend()
        same = equal(mine, theirs, evaluation)
        if same is False:
            return False
        unknown = unknown or same is None
    return None if unknown else True


def _equal_ranges(left: Range, right: Range, evaluation: Evaluation | None) -> bool | None:
    if (left.start_included, left.end_included, left.operator) != (
        right.start_included,
        right.end_included,
        right.operator,
    ):
        return False
    return _equal_lists([left.start, left.end], [right.start, right.end], evaluation)


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


_EQUAL: dict[type, Callable[[Any, Any], bool | None]] = {
    bool: eq,
    Decimal: eq,
    str: eq,
    Date: eq,
    Time: _equal_times,
    DateTime: _equal_moments,
    DaysTimeDuration: eq,
    YearsMonthsDuration: eq,
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
