"""How a FEEL value reads in a sentence for people, in British usage. Never used for storage."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.feel import Date, DateTime, Time, Value, instant, to_text

MONTHS = (
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
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def words(value: Value, zone: ZoneInfo, absent: str) -> str:
    """Return the value as people write it.

    A date is 24 December 2026; a date and time is Thursday 24 December 2026 at 17:00, on the
    clocks of `zone`; a boolean is yes or no; a list is joined by commas; a null is `absent`.
    Anything else reads as FEEL's string() prints it.
    """
    match value:
        case None:
            return absent
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(words(item, zone, absent) for item in value) or absent
        case Date():
            return _day(value)
        case Time():
            return f"{value.hour:02d}:{value.minute:02d}"
        case DateTime():
            return _moment(value, zone)
        case _:
            return to_text(value)


def _day(day: Date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _moment(value: DateTime, zone: ZoneInfo) -> str:
    try:
        local: datetime = instant(value, zone).astimezone(zone)
    except OverflowError:
        return to_text(value)
    weekday, month = WEEKDAYS[local.weekday()], MONTHS[local.month - 1]
    return f"{weekday} {local.day} {month} {local.year} at {local:%H:%M}"
