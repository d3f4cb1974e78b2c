"""Reads dates, times, and dates and times from text (XML Schema with IANA zones). Writes nothing."""

from __future__ import annotations

import re

from engine.feel.durations import Duration, parse_duration
from engine.feel.temporal import MIDNIGHT, Date, DateTime, Time
from engine.feel.zones import LARGEST_OFFSET, Offset, Region, Zone, is_region

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:(Z|z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+\-/]+))?"
)


def parse_date(text: str) -> Date | None:
    """Read `2026-12-24`; None when it is not a date."""
    found = _DATE.fullmatch(text)
    return Date.of(int(found[1]), int(found[2]), int(found[3])) if found else None


def parse_time(text: str) -> Time | None:
    """Read `17:00:00`, with fraction, offset or `@Europe/London`; None when it is not a time."""
    read = _time_and_carry(text)
    return None if read is None else read[0]


def parse_date_time(text: str) -> DateTime | None:
    """Read `2026-12-24T17:00:00`; a date alone is its midnight; None when it is neither."""
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    if date is None:
        return None
    if not separator:
        return DateTime(date, MIDNIGHT)
    read = _time_and_carry(clock)
    if read is None:
        return None
    later = date.plus_days(read[1])
    return None if later is None else DateTime(later, read[0])


def parse_temporal(text: str) -> Date | Time | DateTime | Duration | None:
    """Read what an `@"..."` literal may hold; None when it is none of them (DMN 1.5 grammar rule 62)."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if text[2:3] == ":":
        return parse_time(text)
    return parse_date_time(text) if "T" in text else parse_date(text)


def parse_offset(seconds: int) -> Offset | None:
    """Return the offset of so many seconds east of UTC; None beyond ±18 hours."""
    return Offset(seconds) if abs(seconds) <= LARGEST_OFFSET else None


def _time_and_carry(text: str) -> tuple[Time, int] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    nanosecond = int((found[4] or "")[:9].ljust(9, "0"))
    carry = 0
    if (hour, minute, second, nanosecond) == (24, 0, 0, 0):
        hour, carry = 0, 1
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone: Zone | None = None
    if found[5]:
        zone = Offset(0)
    elif found[6]:
        distance = int(found[7]) * 3600 + int(found[8]) * 60 + int(found[9] or 0)
        if distance > LARGEST_OFFSET or int(found[8]) > 59 or int(found[9] or 0) > 59:
            return None
        zone = Offset(-distance if found[6] == "-" else distance)
    elif found[10]:
        if not is_region(found[10]):
            return None
        zone = Region(found[10])
    return Time(hour, minute, second, nanosecond, zone), carry
