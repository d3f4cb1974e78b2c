"""Plain JSON and Python data in and out of FEEL values, for people and programs outside. Not for storage."""

from __future__ import annotations

import datetime as python
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import LARGEST_DATA_DEPTH
from engine.feel.numbers import CONTEXT, digits
from engine.feel.temporal import Date, DateTime, Time, from_instant
from engine.feel.text import to_text
from engine.feel.values import Function, Range, Value, kind
from engine.feel.zones import Offset, Region, Zone

LARGEST_EXACT_INTEGER = 2**53


def from_json(value: Any) -> Value:
    """Return plain data as a FEEL value.

    Numbers become decimals (a float by its shortest digits), dates and times of Python FEEL's; strings stay
    strings, FEEL values stay as they are. Raises TypeError for anything else, ValueError for a number that is
    not finite and for data nested more than 200 deep.
    """
    return _value(value, LARGEST_DATA_DEPTH)


def _value(value: Any, depth: int) -> Value:
    if depth < 0:
        raise ValueError(f"The data is nested more than {LARGEST_DATA_DEPTH} deep")
    match value:
        case None | bool() | str():
            return value
        case int():
            return _finite(Decimal(value))
        case float():
            return _finite(Decimal(repr(value)))
        case Decimal():
            return _finite(value)
        case Mapping():
            return {_key(name): _value(part, depth - 1) for name, part in value.items()}
        case list() | tuple():
            return [_value(part, depth - 1) for part in value]
        case python.datetime():
            return _moment(value)
        case python.date():
            return Date(value.year, value.month, value.day)
        case python.time():
            return Time(
                value.hour,
                value.minute,
                value.second,
                value.microsecond * 1000,
                _zone(value.tzinfo, value.utcoffset()),
            )
        case python.timedelta():
            return DaysTimeDuration.from_timedelta(value)
    kind(value)
    feel: Value = value
    return feel


def to_json(value: Value) -> Any:
    """Return a FEEL value as JSON data for an answer.

    A number is an integer if it is whole and below 2**53, a float if that shows exactly the same digits, else a
    string; dates, times, durations and ranges are strings in FEEL's writing.
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return _json_number(value)
        case list():
            return [to_json(part) for part in value]
        case dict():
            return {name: to_json(part) for name, part in value.items()}
        case Range() | Function() | Date() | Time() | DateTime():
            return to_text(value)
        case DaysTimeDuration() | YearsMonthsDuration():
            return str(value)
    raise TypeError(f"{type(value).__name__} is not a FEEL value")


def _json_number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value():
        return int(value) if abs(value) < LARGEST_EXACT_INTEGER else digits(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else digits(value)


def _finite(value: Decimal) -> Decimal:
    rounded = CONTEXT.plus(value)
    if not rounded.is_finite():
        raise ValueError(f"{value:.5E} is not a number that FEEL can hold")
    return rounded


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{name!r} is not a string: contexts have strings as keys")
    return name


def _moment(moment: python.datetime) -> DateTime:
    if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key:
        return from_instant(moment, moment.tzinfo)
    return DateTime(
        Date(moment.year, moment.month, moment.day),
        Time(
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond * 1000,
            _zone(moment.tzinfo, moment.utcoffset()),
        ),
    )


def _zone(zone: python.tzinfo | None, offset: python.timedelta | None) -> Zone | None:
    if isinstance(zone, ZoneInfo) and zone.key:
        return Region(zone.key)
    return None if offset is None else Offset(round(offset.total_seconds()))
