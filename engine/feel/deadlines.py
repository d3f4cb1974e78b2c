"""Remit's own functions for deadlines, over the organisation's calendar. Computes no calendar itself."""

from __future__ import annotations

import datetime as python
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel.builtins.registry import builtin
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.temporal import Date, DateTime, from_instant, instant

if TYPE_CHECKING:
    from engine.model.working_time import WorkingCalendar

_CHAPTER = "Deadline"


def _calendar(evaluation: Evaluation) -> WorkingCalendar:
    if evaluation.calendar is None:
        raise Fault("There is no working calendar here to count with")
    return evaluation.calendar


def _instant(value: Any, evaluation: Evaluation) -> python.datetime:
    if not isinstance(value, Date | DateTime):
        raise Fault("A deadline runs from a date and time, or from a date")
    return instant(value, evaluation.zone)


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value() or abs(number) > 100_000:
        raise Fault(f"{number} is not a whole number of days or months to count")
    return int(number)


def _moment(evaluation: Evaluation, find: Callable[[], python.datetime]) -> DateTime:
    """Return what the calendar finds, on the organisation's clock; what it cannot find is a Fault."""
    try:
        found = from_instant(find(), evaluation.zone)
    except (ValueError, OverflowError) as error:
        raise Fault(str(error)) from None
    evaluation.look_at_the_time()
    return found


@builtin(
    "working days after(from: Any, n: number) -> date and time", chapter=_CHAPTER, extension=True
)
def working_days_after(evaluation: Evaluation, start: Any, n: Decimal) -> Any:
    """Close of business of the n-th working day after a moment.

    Examples:
    working days after(@"2026-12-24T16:00:00", 1) = @"2026-12-29T17:00:00@Europe/London"
    """
    calendar = _calendar(evaluation)
    return _moment(
        evaluation, lambda: calendar.working_days_after(_instant(start, evaluation), _whole(n))
    )


@builtin("end of working day(from: Any) -> date and time", chapter=_CHAPTER, extension=True)
def end_of_working_day(evaluation: Evaluation, start: Any) -> Any:
    """Close of business of the working day of a moment; outside hours, that of the next working day.

    Examples:
    end of working day(@"2026-12-23T10:00:00") = @"2026-12-23T17:00:00@Europe/London"
    """
    calendar = _calendar(evaluation)
    return _moment(evaluation, lambda: calendar.end_of_working_day(_instant(start, evaluation)))


@builtin(
    "working hours after(from: Any, duration: days and time duration) -> date and time",
    chapter=_CHAPTER,
    extension=True,
)
def working_hours_after(evaluation: Evaluation, start: Any, length: DaysTimeDuration) -> Any:
    """The moment when so much opening time has passed.

    Examples:
    working hours after(@"2026-12-23T16:00:00", @"PT2H") = @"2026-12-24T10:00:00@Europe/London"
    """
    calendar = _calendar(evaluation)
    return _moment(
        evaluation,
        lambda: calendar.working_time_after(_instant(start, evaluation), length.timedelta()),
    )


@builtin(
    "calendar days after(from: Any, n: number) -> date and time", chapter=_CHAPTER, extension=True
)
def calendar_days_after(evaluation: Evaluation, start: Any, n: Decimal) -> Any:
    """The end (23:59:59) of the day so many days after that of a moment, working day or not.

    Examples:
    calendar days after(@"2026-12-24T16:00:00", 2) = @"2026-12-26T23:59:59@Europe/London"
    """
    calendar = _calendar(evaluation)
    return _moment(
        evaluation, lambda: calendar.calendar_days_after(_instant(start, evaluation), _whole(n))
    )


@builtin(
    "calendar months after(from: Any, n: number) -> date and time",
    chapter=_CHAPTER,
    extension=True,
)
def calendar_months_after(evaluation: Evaluation, start: Any, n: Decimal) -> Any:
    """The end (23:59:59) of the same day so many months later, or of the last day of a shorter month.

    Examples:
    calendar months after(@"2026-01-31T16:00:00", 1) = @"2026-02-28T23:59:59@Europe/London"
    """
    calendar = _calendar(evaluation)
    return _moment(
        evaluation, lambda: calendar.calendar_months_after(_instant(start, evaluation), _whole(n))
    )


@builtin(
    "elapsed after(from: Any, duration: duration) -> date and time",
    chapter=_CHAPTER,
    extension=True,
)
def elapsed_after(
    evaluation: Evaluation, start: Any, length: DaysTimeDuration | YearsMonthsDuration
) -> Any:
    """The moment exactly so much real time later, day and night, whatever the clocks do.

    Examples:
    elapsed after(@"2026-03-28T12:00:00", @"PT24H") = @"2026-03-29T13:00:00@Europe/London"
    """
    if isinstance(length, YearsMonthsDuration):
        raise Fault("Months have no fixed length: use calendar months after")
    return _moment(evaluation, lambda: _instant(start, evaluation) + length.timedelta())


@builtin("working days between(from: Any, to: Any) -> number", chapter=_CHAPTER, extension=True)
def working_days_between(evaluation: Evaluation, start: Any, end: Any) -> Any:
    """How many working days lie after the day of one moment, up to that of another.

    Examples:
    working days between(@"2026-12-23", @"2026-12-29") = 2
    """
    calendar = _calendar(evaluation)
    try:
        days = calendar.working_days_between(_day(start, evaluation), _day(end, evaluation))
    except (ValueError, OverflowError) as error:
        raise Fault(str(error)) from None
    return Decimal(days)


@builtin("is working day(date: Any) -> boolean", chapter=_CHAPTER, extension=True)
def is_working_day(evaluation: Evaluation, date: Any) -> Any:
    """Whether the organisation opens at all on a date.

    Examples:
    is working day(@"2026-12-24") = true
    is working day(@"2026-12-25") = false
    """
    calendar = _calendar(evaluation)
    try:
        return calendar.is_working_day(_day(date, evaluation))
    except (ValueError, OverflowError) as error:
        raise Fault(str(error)) from None


def _day(value: Any, evaluation: Evaluation) -> python.date:
    """Return the local day of a moment, or a date as Python's."""
    if isinstance(value, Date):
        return python.date(value.year, value.month, value.day)
    return _instant(value, evaluation).astimezone(evaluation.zone).date()
