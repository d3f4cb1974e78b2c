"""Turns what a page or program submits into FEEL values, and values into what a page shows.

Owns types only; whether a value is allowed is decided in `checking`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.content.forms.components import Component, ComponentKind, Subtype
from engine.feel import DateTime, Time, Value, from_json, instant, to_text
from engine.feel.temporal import from_instant, zone_named
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.model.errors import RemitError

LONGEST_TEXT = 50_000
MOST_CHOICES = 1_000
NUMBER = re.compile(r"[+-]?(?:\d{1,34}(?:\.\d{0,34})?|\.\d{1,34})", re.ASCII)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")
SHORT_TIME = re.compile(r"\d\d:\d\d", re.ASCII)
SHORT_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)
DATE_PARTS = frozenset({"day", "month", "year"})
TIME_PARTS = frozenset({"time"})
FILE_KEYS = frozenset({"id", "name", "content_type", "size", "sha256"})
"""What an answer holds of each file."""


class Unconvertible(RemitError):
    """An answer of the wrong type. `code` is the field error's; the text follows the label."""

    code = "wrong_type"

    def __init__(self, code: str, message: str) -> None:
        self.error_code = code
        super().__init__(message)


def convert(component: Component, raw: Any, zone: ZoneInfo) -> Value:
    """Return the typed answer, None for an empty one; raises `Unconvertible`.

    A checkbox that is not submitted is false: that is how pages send it.
    """
    match component.kind:
        case ComponentKind.CHECKBOX:
            return _flag(raw)
        case ComponentKind.NUMBER:
            return _number(component, raw)
        case ComponentKind.DATETIME:
            return _temporal(component, raw, zone)
        case ComponentKind.CHECKLIST | ComponentKind.TAGLIST:
            return _several(raw)
        case ComponentKind.FILEPICKER:
            return _files(raw)
        case ComponentKind.RADIO | ComponentKind.SELECT:
            return None if raw is None or raw == "" else _choice(raw)
        case _:
            return _text(component, raw)


def shown(component: Component, value: Value, zone: ZoneInfo) -> str | bool | list[str] | None:
    """Return a value as a page shows it; `convert` reads it back."""
    match value:
        case None | bool():
            return value
        case list() if component.kind is ComponentKind.FILEPICKER:
            return [str(item["id"]) for item in value if isinstance(item, dict) and "id" in item]
        case list() if component.takes_several:
            return [to_text(item) for item in value]
        case Time() if component.kind is ComponentKind.DATETIME:
            return _clock(value)
        case DateTime() if component.subtype is Subtype.DATETIME:
            try:
                local = from_instant(instant(value, zone), zone)
            except OverflowError:
                return to_text(value)
            return f"{local.date}T{_clock(local.time)}"
        case DateTime() if component.subtype is Subtype.DATE:
            return str(value.date)
        case _:
            return to_text(value)


def _clock(time: Time) -> str:
    text = f"{time.hour:02d}:{time.minute:02d}"
    return f"{text}:{time.second:02d}" if time.second else text


def _flag(raw: Any) -> bool:
    if raw in (None, "", False, "false"):
        return False
    if raw in (True, "true", "on"):
        return True
    raise Unconvertible("not_true_or_false", "must be true or false")


def _text(component: Component, raw: Any) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Unconvertible("not_text", "must be text")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise Unconvertible("too_long", f"must be {LONGEST_TEXT} characters or fewer")
    if CONTROL.search(text):
        raise Unconvertible("not_text", "contains a character that is not allowed")
    if "\n" in text and component.kind is ComponentKind.TEXTFIELD:
        raise Unconvertible("not_text", "must be on one line")
    return text or None


def _number(component: Component, raw: Any) -> Decimal | str | None:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    text = raw.strip() if isinstance(raw, str) else format(_exact(raw), "f")
    if not NUMBER.fullmatch(text):
        raise Unconvertible("not_a_number", "must be a number, such as 12 or 12.5")
    number = Decimal(text)
    return to_text(number) if component.as_text else number


def _exact(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Unconvertible("not_a_number", "must be a number, such as 12 or 12.5")
    number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite() or number.adjusted() > 34:
        raise Unconvertible("not_a_number", "must be a number of at most 34 digits")
    return number


def _several(raw: Any) -> Value:
    if raw is None or raw == "":
        return []
    chosen = raw if isinstance(raw, list) else [raw]
    if len(chosen) > MOST_CHOICES:
        raise Unconvertible("too_many", f"must be {MOST_CHOICES} choices or fewer")
    values: list[Value] = []
    for item in chosen:
        value = _choice(item)
        if value not in values:
            values.append(value)
    return values


def _files(raw: Any) -> Value:
    """Return the files of an answer in which `files.resolved` has found each file that there is."""
    if raw is None or raw == "":
        return []
    files = raw if isinstance(raw, list) else [raw]
    if len(files) > MOST_CHOICES:
        raise Unconvertible("too_many", f"must be {MOST_CHOICES} files or fewer")
    if not all(isinstance(item, dict) and item.keys() == FILE_KEYS for item in files):
        raise Unconvertible("not_a_file", "has a file that is not attached here")
    return from_json([item for number, item in enumerate(files) if item not in files[:number]])


def _choice(raw: Any) -> Value:
    try:
        return from_json(raw)
    except (ValueError, TypeError, RecursionError):
        raise Unconvertible("not_an_option", "must be one of the choices offered") from None


def _temporal(component: Component, raw: Any, zone: ZoneInfo) -> Value:
    subtype = component.subtype or Subtype.DATE
    text = _joined(raw, subtype) if isinstance(raw, Mapping) else raw
    if text is None or text == "":
        return None
    if isinstance(text, str):
        match subtype:
            case Subtype.DATE:
                value: Value = parse_date(text)
            case Subtype.TIME:
                value = parse_time(f"{text}:00" if SHORT_TIME.fullmatch(text) else text)
            case Subtype.DATETIME:
                value = _moment(text, zone)
        if value is not None:
            return value
    raise _not_temporal(subtype)


def _moment(text: str, zone: ZoneInfo) -> DateTime | None:
    if SHORT_DATE_TIME.fullmatch(text):
        text = f"{text[:10]}T{text[11:]}:00"
    value = parse_date_time(text) if "T" in text else None
    if value is None or not 1 <= value.date.year <= 9998:
        return None
    if value.zone is not None:
        return value
    zoned = DateTime(value.date, replace(value.time, zone=zone_named(zone)))
    if from_instant(instant(zoned, zone), zone) != zoned:
        raise Unconvertible(
            "not_a_date_and_time", "is a time that does not exist: the clocks go forward then"
        )
    return zoned


def _joined(raw: Mapping[str, Any], subtype: Subtype) -> str | None:
    """Return the ISO text of a date asked in three boxes, with a fourth for the time of day."""
    asked = DATE_PARTS | (TIME_PARTS if subtype is Subtype.DATETIME else frozenset())
    if subtype is Subtype.TIME or not raw.keys() <= asked:
        raise _not_temporal(subtype)
    parts = {name: str(raw.get(name) or "").strip() for name in asked}
    if not any(parts.values()):
        return None
    day, month, year = parts["day"], parts["month"], parts["year"]
    if not (day.isascii() and month.isascii() and day.isdigit() and month.isdigit()):
        raise _not_temporal(subtype)
    if len(year) != 4:
        raise Unconvertible(f"not_a_{_NAMES[subtype]}", "must have a year of four digits")
    date = f"{year}-{int(month[:3]):02d}-{int(day[:3]):02d}"
    return date if subtype is Subtype.DATE else f"{date}T{parts['time']}"


_NAMES = {
    Subtype.DATE: "date",
    Subtype.TIME: "time",
    Subtype.DATETIME: "date_and_time",
}
_SUCH_AS = {
    Subtype.DATE: "must be a real date, such as 24 12 2026",
    Subtype.TIME: "must be a time, such as 16:00",
    Subtype.DATETIME: "must be a real date with a time, such as 24 12 2026 and 16:00",
}


def _not_temporal(subtype: Subtype) -> Unconvertible:
    return Unconvertible(f"not_a_{_NAMES[subtype]}", _SUCH_AS[subtype])
