"""Built-in functions that make and read dates, times and durations. The time is the evaluation's `now`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.durations import (
    NANOSECONDS,
    DaysTimeDuration,
    Duration,
    YearsMonthsDuration,
    parse_duration,
)
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import Date, DateTime, Time, from_instant, midnight_utc
from engine.feel.temporal_text import parse_date, parse_date_time, parse_offset, parse_time

_CHAPTER = "Date and time"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _day(value: Any, function: str) -> Date:
    match value:
        case Date():
            return value
        case DateTime():
            return value.date
    raise Fault(f"{function} needs a date, or a date and time")


@builtin("date(from: Any) -> date", chapter=_CHAPTER)
def date(evaluation: Evaluation, value: Any) -> Any:
    """The date that a text such as `2026-12-24` denotes, or the date of a date and time.

    Examples:
    date("2026-12-24").month = 12
    date(date and time("2026-12-24T16:00:00")) = date("2026-12-24")
    date("2026-02-30") = null
    """
    if isinstance(value, str):
        found = parse_date(value)
        if found is None:
            raise Fault(f"{value[:40]!r} is not a date such as 2026-12-24")
        return found
    return _day(value, "date")


@builtin("date(year: number, month: number, day: number) -> date", chapter=_CHAPTER)
def date_of(evaluation: Evaluation, year: Decimal, month: Decimal, day: Decimal) -> Any:
    """The date of a year, month and day.

    Examples:
    date(2026, 12, 24) = date("2026-12-24")
    """
    found = Date.of(int(year), int(month), int(day)) if abs(year) < 10**9 else None
    if found is None:
        raise Fault("There is no such date")
    return found


@builtin("date and time(from: Any) -> date and time", chapter=_CHAPTER)
def date_and_time(evaluation: Evaluation, value: Any) -> Any:
    """The date and time that a text such as `2026-12-24T16:00:00@Europe/London` denotes.

    Examples:
    date and time("2026-12-24T16:00:00").hour = 16
    date and time("2026-12-24") = date and time("2026-12-24T00:00:00")
    """
    match value:
        case str():
            found = parse_date_time(value)
            if found is None:
                raise Fault(f"{value[:40]!r} is not a date and time such as 2026-12-24T16:00:00")
            return found
        case DateTime():
            return value
        case Date():
            return midnight_utc(value)
    raise Fault("date and time needs a text")


@builtin("date and time(date: Any, time: time) -> date and time", chapter=_CHAPTER)
def date_with_time(evaluation: Evaluation, date: Any, time: Time) -> Any:
    """A date and a time together; the zone is that of the time.

    Examples:
    date and time(date("2026-12-24"), time("16:00:00")) = date and time("2026-12-24T16:00:00")
    """
    return DateTime(_day(date, "date and time"), time)


@builtin("time(from: Any) -> time", chapter=_CHAPTER)
def time(evaluation: Evaluation, value: Any) -> Any:
    """The time that a text such as `16:00:00` denotes, or the time of a date and time.

    Examples:
    time("16:00:00") + duration("PT1H") = time("17:00:00")
    time(date and time("2026-12-24T16:00:00Z")) = time("16:00:00Z")
    time("16:00") = null
    """
    match value:
        case str():
            found = parse_time(value)
            if found is None:
                raise Fault(f"{value[:40]!r} is not a time such as 16:00:00")
            return found
        case DateTime():
            return value.time
        case Time():
            return value
        case Date():
            return midnight_utc(value).time
    raise Fault("time needs a text, or a date and time")


@builtin(
    "time(hour: number, minute: number, second: number, offset?: days and time duration?) -> time",
    chapter=_CHAPTER,
)
def time_of(
    evaluation: Evaluation,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DaysTimeDuration | None = None,
) -> Any:
    """The time of an hour, minute and second, at an offset from UTC if one is given.

    Examples:
    time(23, 59, 0, duration("PT0S")) = time("23:59:00Z")
    """
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise Fault("There is no such time")
    whole = int(second)
    fraction = int(
        CONTEXT.multiply(CONTEXT.subtract(second, Decimal(whole)), Decimal(NANOSECONDS))
    )
    zone = None
    if offset is not None:
        zone = parse_offset(offset.nanoseconds // NANOSECONDS)
        if zone is None:
            raise Fault("An offset from UTC is at most 18 hours")
    return Time(int(hour), int(minute), whole, fraction, zone)


@builtin("duration(from: string) -> Any", chapter=_CHAPTER)
def duration(evaluation: Evaluation, text: str) -> Any:
    """The duration that a text such as `P3D`, `PT1H30M` or `P1Y2M` denotes.

    Examples:
    duration("PT48H") = duration("P2D")
    duration("P26M") = duration("P2Y2M")
    """
    found: Duration | None = parse_duration(text)
    if found is None:
        raise Fault(f"{text[:40]!r} is not a duration such as P3D, PT1H30M or P1Y2M")
    return found


@builtin(
    "years and months duration(from: Any, to: Any) -> years and months duration", chapter=_CHAPTER
)
def years_and_months_duration(evaluation: Evaluation, start: Any, end: Any) -> Any:
    """The whole months from one date to another; the time of day does not count.

    Examples:
    years and months duration(date("2011-12-22"), date("2013-08-24")) = duration("P1Y8M")
    """
    first = _day(start, "years and months duration")
    last = _day(end, "years and months duration")
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonthsDuration(months)


@builtin("now() -> date and time", chapter=_CHAPTER)
def now(evaluation: Evaluation) -> Any:
    """The instant of this evaluation, on the clock of the organisation's zone; the same throughout.

    Examples:
    now() = now()
    now() instance of date and time = true
    """
    return from_instant(evaluation.now, evaluation.zone)


@builtin("today() -> date", chapter=_CHAPTER)
def today(evaluation: Evaluation) -> Any:
    """The date of this evaluation in the organisation's zone.

    Examples:
    today() = date(now())
    """
    return from_instant(evaluation.now, evaluation.zone).date


@builtin("day of year(date: Any) -> number", chapter=_CHAPTER)
def day_of_year(evaluation: Evaluation, date: Any) -> Any:
    """The number of a day in its year, 1 for 1 January.

    Examples:
    day of year(date(2019, 9, 17)) = 260
    """
    return Decimal(_day(date, "day of year").day_of_year())


@builtin("day of week(date: Any) -> string", chapter=_CHAPTER)
def day_of_week(evaluation: Evaluation, date: Any) -> Any:
    """The English name of a weekday.

    Examples:
    day of week(date(2019, 9, 17)) = "Tuesday"
    """
    return _WEEKDAYS[_day(date, "day of week").weekday - 1]


@builtin("month of year(date: Any) -> string", chapter=_CHAPTER)
def month_of_year(evaluation: Evaluation, date: Any) -> Any:
    """The English name of a month.

    Examples:
    month of year(date(2019, 9, 17)) = "September"
    """
    return _MONTHS[_day(date, "month of year").month - 1]


@builtin("week of year(date: Any) -> number", chapter=_CHAPTER)
def week_of_year(evaluation: Evaluation, date: Any) -> Any:
    """The number of a week by ISO 8601.

    Examples:
    week of year(date(2003, 12, 29)) = 1
    """
    return Decimal(_day(date, "week of year").iso_week())
