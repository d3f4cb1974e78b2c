"""What a path finds in a value: entries of a context, properties of dates, durations and ranges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.durations import NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.values import Range, Value, kind
from engine.feel.zones import Region

Property = Callable[[Any], Value]


class NoSuchProperty(LookupError):
    """A value has nothing of that name; the text says so in a sentence."""


def property_of(value: Any, name: str) -> Value:
    """Return `value.name` for one value (DMN 1.5 §10.3.2.5, table 61); raises NoSuchProperty."""
    if isinstance(value, dict):
        if name in value:
            found: Value = value[name]
            return found
        raise NoSuchProperty(f"The context has no entry {name}")
    properties = _PROPERTIES.get(type(value), {})
    if name in properties:
        return properties[name](value)
    if value is None:
        raise NoSuchProperty(f"{name} was asked of null")
    known = f": it has {', '.join(properties)}" if properties else ""
    raise NoSuchProperty(f"A {kind(value)} has no property {name}{known}")


def _number(read: Callable[[Any], int]) -> Property:
    return lambda value: Decimal(read(value))


def _second(time: Time) -> Value:
    if not time.nanosecond:
        return Decimal(time.second)
    fraction = CONTEXT.divide(Decimal(time.nanosecond), Decimal(NANOSECONDS))
    return CONTEXT.add(Decimal(time.second), fraction)


def _time_offset(value: Time | DateTime) -> Value:
    offset = value.offset()
    return None if offset is None else DaysTimeDuration.of(offset)


def _time_zone(time: Time) -> Value:
    # An offset is not a name of the IANA database, so it has no timezone.
    return time.zone.name if isinstance(time.zone, Region) else None


_DATE: dict[str, Property] = {
    "year": _number(lambda date: date.year),
    "month": _number(lambda date: date.month),
    "day": _number(lambda date: date.day),
    "weekday": _number(lambda date: date.weekday),
}
_TIME: dict[str, Property] = {
    "hour": _number(lambda time: time.hour),
    "minute": _number(lambda time: time.minute),
    "second": _second,
    "time offset": _time_offset,
    "timezone": _time_zone,
}


def _of(part: str, read: Property) -> Property:
    return lambda value: read(getattr(value, part))


_PROPERTIES: dict[type, dict[str, Property]] = {
    Date: _DATE,
    Time: _TIME,
    DateTime: {name: _of("date", read) for name, read in _DATE.items()}
    | {name: _of("time", read) for name, read in _TIME.items()}
    | {"time offset": _time_offset},
    DaysTimeDuration: {
        "days": _number(lambda duration: duration.parts()[0]),
        "hours": _number(lambda duration: duration.parts()[1]),
        "minutes": _number(lambda duration: duration.parts()[2]),
        "seconds": lambda duration: CONTEXT.add(
            Decimal(duration.parts()[3]),
            CONTEXT.divide(Decimal(duration.parts()[4]), Decimal(NANOSECONDS)),
        ),
    },
    YearsMonthsDuration: {
        "years": _number(lambda duration: duration.parts()[0]),
        "months": _number(lambda duration: duration.parts()[1]),
    },
    Range: {
        "start": lambda range_: range_.start,
        "end": lambda range_: range_.end,
        "start included": lambda range_: range_.start_included,
        "end included": lambda range_: range_.end_included,
    },
}
