"""FEEL's two kinds of duration: days and time, years and months. They never mix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from engine.feel.numbers import CONTEXT

NANOSECONDS = 1_000_000_000
SECONDS_PER_DAY = 86_400
_LARGEST_TEXT = 200

_DAYS_AND_TIME = re.compile(
    r"(-)?P(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?"
)
_YEARS_AND_MONTHS = re.compile(r"(-)?P(?:([0-9]+)Y)?(?:([0-9]+)M)?")


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A distance in days, hours, minutes and seconds, exact to the nanosecond (DMN 1.5 §10.3.2.3.7)."""

    nanoseconds: int

    @classmethod
    def of(cls, seconds: int) -> DaysTimeDuration:
        """Return the duration of so many seconds."""
        return cls(seconds * NANOSECONDS)

    @classmethod
    def from_timedelta(cls, distance: timedelta) -> DaysTimeDuration:
        """Return the same distance as a FEEL value."""
        return cls((distance // timedelta(microseconds=1)) * 1000)

    def timedelta(self) -> timedelta:
        """Return the same distance for Python, to the microsecond; raises OverflowError beyond its range."""
        return timedelta(microseconds=self.nanoseconds // 1000)

    def parts(self) -> tuple[int, int, int, int, int]:
        """Return days, hours, minutes, seconds, nanoseconds; all with the sign of the duration."""
        sign = -1 if self.nanoseconds < 0 else 1
        seconds, nanoseconds = divmod(abs(self.nanoseconds), NANOSECONDS)
        days, seconds = divmod(seconds, SECONDS_PER_DAY)
        hours, seconds = divmod(seconds, 3600)
        minutes, seconds = divmod(seconds, 60)
        return sign * days, sign * hours, sign * minutes, sign * seconds, sign * nanoseconds

    def __neg__(self) -> DaysTimeDuration:
        return DaysTimeDuration(-self.nanoseconds)

    def __abs__(self) -> DaysTimeDuration:
        return DaysTimeDuration(abs(self.nanoseconds))

    def __str__(self) -> str:
        if not self.nanoseconds:
            return "PT0S"
        days, hours, minutes, seconds, nanoseconds = abs(self).parts()
        text = "-P" if self.nanoseconds < 0 else "P"
        if days:
            text += f"{days}D"
        if hours or minutes or seconds or nanoseconds:
            text += "T"
        if hours:
            text += f"{hours}H"
        if minutes:
            text += f"{minutes}M"
        if nanoseconds:
            text += f"{seconds}.{nanoseconds:09d}".rstrip("0") + "S"
        elif seconds:
            text += f"{seconds}S"
        return text


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A distance in years and months (DMN 1.5 §10.3.2.3.8)."""

    months: int

    def __neg__(self) -> YearsMonthsDuration:
        return YearsMonthsDuration(-self.months)

    def __abs__(self) -> YearsMonthsDuration:
        return YearsMonthsDuration(abs(self.months))

    def parts(self) -> tuple[int, int]:
        """Return years and months; both with the sign of the duration."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months

    def __str__(self) -> str:
        if not self.months:
            return "P0M"
        years, months = divmod(abs(self.months), 12)
        text = "-P" if self.months < 0 else "P"
        return text + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


Duration = DaysTimeDuration | YearsMonthsDuration


def parse_duration(text: str) -> Duration | None:
    """Read an ISO 8601 duration such as `P3D`, `PT1H30M` or `P1Y2M`; None when it is not one."""
    if len(text) > _LARGEST_TEXT:
        return None
    found = _YEARS_AND_MONTHS.fullmatch(text)
    if found and (found[2] or found[3]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonthsDuration(-months if found[1] else months)
    found = _DAYS_AND_TIME.fullmatch(text)
    if found and any(part is not None for part in found.group(2, 3, 4, 5)):
        days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        nanoseconds = total * NANOSECONDS + int((found[6] or "")[:9].ljust(9, "0"))
        return DaysTimeDuration(-nanoseconds if found[1] else nanoseconds)
    return None


def scaled(duration: Duration, factor: Decimal) -> Duration | None:
    """Return the duration times a number: months towards zero, time to the nanosecond; None beyond any range."""
    if isinstance(duration, YearsMonthsDuration):
        months = CONTEXT.multiply(Decimal(duration.months), factor)
        return YearsMonthsDuration(int(months)) if _is_sane(months) else None
    nanoseconds = CONTEXT.multiply(Decimal(duration.nanoseconds), factor)
    return DaysTimeDuration(int(nanoseconds)) if _is_sane(nanoseconds) else None


def divided(duration: Duration, divisor: Decimal) -> Duration | None:
    """Return the duration divided by a number; None for zero."""
    if isinstance(duration, YearsMonthsDuration):
        months = CONTEXT.divide(Decimal(duration.months), divisor)
        return YearsMonthsDuration(int(months)) if _is_sane(months) else None
    nanoseconds = CONTEXT.divide(Decimal(duration.nanoseconds), divisor)
    return DaysTimeDuration(int(nanoseconds)) if _is_sane(nanoseconds) else None


def _is_sane(value: Decimal) -> bool:
    return value.is_finite() and value.adjusted() < 40
