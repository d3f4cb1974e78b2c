"""Dates as people write them in scenarios. Reads and shows them; never asks what time it is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_IN_WORDS = re.compile(
    r"(?:(?P<weekday>[A-Z][a-z]{2,8}),? )?(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2,8}) "
    r"(?P<year>\d{4}),? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
)
_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?!$)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def read_instant(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, that `text` names.

    Accepts `Thu 24 Dec 2026 10:00`, with or without weekday and seconds, and ISO 8601. Without an
    offset it is local time in `zone`; a time that a clock change repeats is its first occurrence.
    Raises `ValueError`, with a sentence, for anything else: also for a weekday that does not
    belong to the date and a time that a clock change skips.
    """
    words = _IN_WORDS.fullmatch(text.strip())
    if words is None:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(
                f"{text!r} is not a date and time: write it as 'Thu 24 Dec 2026 10:00' or "
                "'2026-12-24T10:00'"
            ) from None
        return moment.astimezone(UTC) if moment.tzinfo else _local(moment, zone)
    parts = words.groupdict()
    month = _position(parts["month"], MONTHS)
    try:
        moment = datetime(  # noqa: DTZ001 - local time, given its zone two lines on
            int(parts["year"]),
            month,
            int(parts["day"]),
            int(parts["hour"]),
            int(parts["minute"]),
            int(parts["second"] or 0),
        )
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date and time: {error}") from None
    if parts["weekday"] and _position(parts["weekday"], WEEKDAYS) != moment.weekday() + 1:
        raise ValueError(f"{text!r}: that day is a {WEEKDAYS[moment.weekday()]}")
    return _local(moment, zone)


def read_duration(text: str) -> timedelta:
    """Return the elapsed time that an ISO 8601 duration of weeks, days and hours names."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write P1D, PT2H, P1DT12H ...")
    return timedelta(**{unit: int(count) for unit, count in match.groupdict().items() if count})


def shown(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people write it: `Thu 24 Dec 2026 10:00`, local time in `zone`."""
    local = instant.astimezone(zone)
    seconds = f":{local:%S}" if local.second else ""
    return f"{_day(local.date())} {local:%H:%M}{seconds}"


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def _position(word: str, names: tuple[str, ...]) -> int:
    if word[:3] not in names:
        raise ValueError(f"{word!r} is not one of {', '.join(names)}")
    return names.index(word[:3]) + 1


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    instant = moment.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"{moment:%d %b %Y %H:%M} is skipped by the clock change")
    return instant
