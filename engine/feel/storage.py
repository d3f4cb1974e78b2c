"""Values to JSON for the database and back, exactly. A tag marks what JSON has no words for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.plain_data import LARGEST_EXACT_INTEGER
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.feel.values import Range, Value

# A context with one key that begins so is a tag; a context of the user's like that is wrapped in one.
_MARK = "$"
_CONTEXT = "$c"


class NotStorable(TypeError):
    """A value that lives only as long as its evaluation: a function."""


def encode(value: Value) -> Any:
    """Return JSON data from which `decode` makes the same value again, digit for digit.

    Strings, booleans, null, whole numbers below 2**53, lists and ordinary contexts stay plain. Raises
    NotStorable for functions and for what is no FEEL value.
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return _encode_number(value)
        case list():
            return [encode(part) for part in value]
        case dict():
            plain = {name: encode(part) for name, part in value.items()}
            is_like_a_tag = len(plain) == 1 and next(iter(plain)).startswith(_MARK)
            return {_CONTEXT: plain} if is_like_a_tag else plain
        case Date():
            return {"$d": str(value)}
        case Time():
            return {"$t": str(value)}
        case DateTime():
            return {"$dt": str(value)}
        case DaysTimeDuration() | YearsMonthsDuration():
            return {"$p": str(value)}
        case Range():
            ends = [encode(value.start), encode(value.end)]
            return {"$r": [*ends, value.start_included, value.end_included, value.operator]}
    raise NotStorable(f"A {type(value).__name__} cannot be stored")


def decode(data: Any) -> Value:
    """Return the value that `encode` wrote; raises ValueError for anything it never writes."""
    match data:
        case None | bool() | str():
            return data
        case int():
            return Decimal(data)
        case list():
            return [decode(part) for part in data]
        case dict():
            if len(data) == 1:
                (name, content) = next(iter(data.items()))
                if name.startswith(_MARK):
                    return _decode_tag(name, content)
            return {name: decode(part) for name, part in data.items()}
    raise ValueError(f"{data!r} was not written by encode()")


def _encode_number(value: Decimal) -> Any:
    sign, _, exponent = value.as_tuple()
    if exponent == 0 and not (sign and not value) and abs(value) < LARGEST_EXACT_INTEGER:
        return int(value)
    return {"$n": str(value)}


def _decode_tag(name: str, content: Any) -> Value:
    if name == _CONTEXT:
        return {key: decode(part) for key, part in content.items()}
    if name == "$r":
        start, end, start_included, end_included, operator = content
        return Range(decode(start), decode(end), start_included, end_included, operator)
    read = _READ.get(name)
    found = read(content) if read else None
    if found is None:
        raise ValueError(f"{{{name!r}: {content!r}}} was not written by encode()")
    return found


_READ: dict[str, Callable[[str], Value]] = {
    "$n": Decimal,
    "$d": parse_date,
    "$t": parse_time,
    "$dt": parse_date_time,
    "$p": parse_duration,
}
