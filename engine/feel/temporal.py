"""FEEL's date, time, and date and time: any year, offsets and regions, nanoseconds. Never reads a clock."""

from __future__ import annotations

import datetime as python
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.feel.durations import NANOSECONDS, SECONDS_PER_DAY, DaysTimeDuration
from engine.feel.zones import UTC_OFFSET, Region, Zone

LARGEST_YEAR = 999_999_999
_EPOCH_ORDINAL = python.date(1970, 1, 1).toordinal()
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """Return how many days a month has (proleptic Gregorian calendar)."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _DAYS_OF_MONTH[month - 1]


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day without time or zone (DMN 1.5 §10.3.2.3.4)."""

    year: int
    month: int
    day: int

    @classmethod
    def of(cls, year: int, month: int, day: int) -> Date | None:
        """Return the date if there is such a day within ±999999999 years, else None."""
        if not (-LARGEST_YEAR <= year <= LARGEST_YEAR and 1 <= month <= 12):
            return None
        return cls(year, month, day) if 1 <= day <= days_in_month(year, month) else None

    @classmethod
    def from_epoch_day(cls, days: int) -> Date:
        """Return the date so many days after 1970-01-01."""
        # Whole cycles of 400 years (146,097 days) are set aside, the rest is in datetime's range.
        cycles, rest = divmod(days + 719_162, 146_097)
        found = python.date.fromordinal(rest + 1)
        return cls(found.year + 400 * cycles, found.month, found.day)

    def epoch_day(self) -> int:
        """Return the days since 1970-01-01."""
        if 1 <= self.year <= 9999:
            return python.date(self.year, self.month, self.day).toordinal() - _EPOCH_ORDINAL
        cycles, year = divmod(self.year - 1, 400)
        ordinal = python.date(year + 1, self.month, self.day).toordinal()
        return ordinal - _EPOCH_ORDINAL + cycles * 146_097

    @property
    def weekday(self) -> int:
        """The day of the week: Monday 1 to Sunday 7."""
        return (self.epoch_day() + 3) % 7 + 1

    def plus_days(self, days: int) -> Date | None:
        """Return the date so many days later, None beyond the range of years."""
        if abs(days) > 800_000_000_000:
            return None
        later = Date.from_epoch_day(self.epoch_day() + days)
        return later if -LARGEST_YEAR <= later.year <= LARGEST_YEAR else None

    def plus_months(self, months: int) -> Date | None:
        """Return the date so many months later, on the last day of a month that is too short."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        if not -LARGEST_YEAR <= years <= LARGEST_YEAR:
            return None
        return Date(years, month + 1, min(self.day, days_in_month(years, month + 1)))

    def iso_week(self) -> int:
        """Return the ISO 8601 week number."""
        like = python.date(2000 + self.year % 400, self.month, self.day)
        return like.isocalendar().week

    def day_of_year(self) -> int:
        """Return 1 for 1 January."""
        return self.epoch_day() - Date(self.year, 1, 1).epoch_day() + 1

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, with or without a zone (DMN 1.5 §10.3.2.3.5)."""

    hour: int
    minute: int
    second: int = 0
    nanosecond: int = 0
    zone: Zone | None = None

    @classmethod
    def from_nanosecond(cls, of_day: int, zone: Zone | None = None) -> Time:
        """Return the time so many nanoseconds after midnight."""
        seconds, nanosecond = divmod(of_day, NANOSECONDS)
        hour, seconds = divmod(seconds, 3600)
        return cls(hour, seconds // 60, seconds % 60, nanosecond, zone)

    def second_of_day(self) -> int:
        """Return the whole seconds since midnight on the wall clock."""
        return self.hour * 3600 + self.minute * 60 + self.second

    def nanosecond_of_day(self) -> int:
        """Return the nanoseconds since midnight on the wall clock."""
        return self.second_of_day() * NANOSECONDS + self.nanosecond

    def offset(self) -> int | None:
        """Return the seconds east of UTC; None without a zone, or in one that changes its clocks."""
        if isinstance(self.zone, Region):
            return self.zone.fixed_offset()
        return None if self.zone is None else self.zone.seconds

    def utc_nanosecond(self) -> int:
        """Return nanoseconds since midnight UTC (may be negative or above a day); local times count as UTC.

        A region's offset is that of mid-January, so that times compare alike all year.
        """
        if isinstance(self.zone, Region):
            offset = self.zone.offset_at(2024, 1, 15, self.second_of_day())
        else:
            offset = 0 if self.zone is None else self.zone.seconds
        return self.nanosecond_of_day() - offset * NANOSECONDS

    def plus(self, duration: DaysTimeDuration) -> Time:
        """Return the time so much later, going round at midnight."""
        of_day = (self.nanosecond_of_day() + duration.nanoseconds) % (
            SECONDS_PER_DAY * NANOSECONDS
        )
        return Time.from_nanosecond(of_day, self.zone)

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        if self.nanosecond:
            text += f".{self.nanosecond:09d}".rstrip("0")
        return text if self.zone is None else f"{text}{self.zone}"


MIDNIGHT = Time(0, 0)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day; with a zone it is an instant (DMN 1.5 §10.3.2.3.6)."""

    date: Date
    time: Time

    @classmethod
    def from_epoch(cls, nanoseconds: int, zone: Zone | None) -> DateTime | None:
        """Return the instant so many nanoseconds after 1970-01-01T00:00Z on the wall clock of `zone`."""
        if abs(nanoseconds) > 800_000_000_000 * SECONDS_PER_DAY * NANOSECONDS:
            return None
        seconds, nanosecond = divmod(nanoseconds, NANOSECONDS)
        offset = 0
        if zone is not None:
            offset, zone = zone.at_instant(seconds)
        days, of_day = divmod(seconds + offset, SECONDS_PER_DAY)
        date = Date.from_epoch_day(days)
        if not -LARGEST_YEAR <= date.year <= LARGEST_YEAR:
            return None
        return cls(date, Time.from_nanosecond(of_day * NANOSECONDS + nanosecond, zone))

    @property
    def zone(self) -> Zone | None:
        """The zone, None for a local date and time."""
        return self.time.zone

    def offset(self) -> int | None:
        """Return the seconds east of UTC at this moment; None without a zone."""
        if self.time.zone is None:
            return None
        date = self.date
        return self.time.zone.offset_at(date.year, date.month, date.day, self.time.second_of_day())

    def epoch_second(self) -> int:
        """Return the whole seconds since 1970-01-01T00:00Z; a local value counts as UTC."""
        seconds = self.date.epoch_day() * SECONDS_PER_DAY + self.time.second_of_day()
        return seconds - (self.offset() or 0)

    def epoch_nanosecond(self) -> int:
        """Return the nanoseconds since 1970-01-01T00:00Z; a local value counts as UTC."""
        return self.epoch_second() * NANOSECONDS + self.time.nanosecond

    def plus(self, duration: DaysTimeDuration) -> DateTime | None:
        """Return the moment after so much elapsed time, counted in UTC; None beyond the range of years."""
        return DateTime.from_epoch(self.epoch_nanosecond() + duration.nanoseconds, self.time.zone)

    def plus_months(self, months: int) -> DateTime | None:
        """Return the same time of day so many months later."""
        date = self.date.plus_months(months)
        return None if date is None else DateTime(date, self.time)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def midnight_utc(date: Date) -> DateTime:
    """Return the instant FEEL takes for a date where it needs one: 00:00 UTC."""
    return DateTime(date, replace(MIDNIGHT, zone=UTC_OFFSET))


def zone_named(zone: ZoneInfo) -> Region:
    """Return Python's zone as FEEL's."""
    if zone.key is None:
        raise ValueError("a time zone made from a file has no name that FEEL could write")
    return Region(zone.key)


@lru_cache(maxsize=4096)
def from_instant(moment: python.datetime, zone: ZoneInfo) -> DateTime:
    """Return an aware instant as FEEL's date and time on the wall clock of `zone`."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: an instant needs one")
    since = moment - python.datetime(1970, 1, 1, tzinfo=python.UTC)
    found = DateTime.from_epoch(
        (since // python.timedelta(microseconds=1)) * 1000, zone_named(zone)
    )
    assert found is not None  # datetime's years lie within FEEL's
    return found


def instant(value: DateTime | Date, zone: ZoneInfo) -> python.datetime:
    """Return the instant of a FEEL value, aware and in UTC, to the microsecond.

    A date is the start of its day in `zone`; a local date and time is read on the clock of `zone`.
    Raises OverflowError for years outside 1 to 9999.
    """
    moment = DateTime(value, MIDNIGHT) if isinstance(value, Date) else value
    if moment.time.zone is None:
        moment = DateTime(moment.date, replace(moment.time, zone=zone_named(zone)))
    return python.datetime(1970, 1, 1, tzinfo=python.UTC) + python.timedelta(
        microseconds=moment.epoch_nanosecond() // 1000
    )
