"""Says whether a value is the one that a scenario writes. Pure: knows no instance and no engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    Value,
    YearsMonthsDuration,
    instant,
    to_text,
)
from web.scenarios.dates import read_instant

TEMPORAL = Date | Time | DateTime | DaysTimeDuration | YearsMonthsDuration


def same(written: Any, there: Value, zone: ZoneInfo) -> bool:
    """Say whether `there` is exactly what is written; dates may be written either way."""
    if isinstance(written, Mapping):
        return (
            isinstance(there, dict)
            and written.keys() == there.keys()
            and all(same(value, there[key], zone) for key, value in written.items())
        )
    if isinstance(written, list):
        return (
            isinstance(there, list)
            and len(written) == len(there)
            and all(same(one, other, zone) for one, other in zip(written, there, strict=True))
        )
    if isinstance(written, bool) or isinstance(there, bool):
        return written is there
    if isinstance(written, int | Decimal):
        return isinstance(there, Decimal) and there == written
    if isinstance(written, str) and isinstance(there, TEMPORAL):
        return written == to_text(there) or _same_instant(written, there, zone)
    return bool(written == there)


def holds(written: Mapping[str, Any], there: Value, zone: ZoneInfo) -> bool:
    """Say whether a context has all that is written: its other fields, at any depth, are not asked."""
    return isinstance(there, dict) and all(
        name in there
        and (
            holds(value, there[name], zone)
            if isinstance(value, Mapping)
            else same(value, there[name], zone)
        )
        for name, value in written.items()
    )


def plain(value: Any) -> str:
    """Return plain data as a scenario writes it: `{severity: serious, again: true}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {plain(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same_instant(written: str, there: Value, zone: ZoneInfo) -> bool:
    if not isinstance(there, DateTime):
        return False
    try:
        return read_instant(written, zone) == instant(there, zone)
    except ValueError:
        return False
