"""Variables as Camunda's clients write them, `{"value": ..., "type": ...}`, and its way with dates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from engine import feel
from engine.feel import DateTime, Value
from engine.model.errors import RemitError
from webhooks import json_bodies

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:?\d\d")
_UTC = ZoneInfo("UTC")
_INTEGERS = {"short": 15, "integer": 31, "long": 63}
"""Bits of each type of whole numbers, without the sign."""


class ValueRefused(RemitError):
    """A variable's value is not of the type that it is said to be, or of a type we cannot take."""

    code: ClassVar[str] = "variable_refused"


class VariableNotFound(RemitError):
    """The instance has no such variable."""

    code: ClassVar[str] = "variable_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no variable {name} here.")


def date(moment: datetime) -> str:
    """Return an instant as `yyyy-MM-dd'T'HH:mm:ss.SSSZ`: milliseconds, no colon in the offset."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def date_or_none(moment: datetime | None) -> str | None:
    """Return the same of an instant that may be missing."""
    return None if moment is None else date(moment)


def parse_date(text: Any) -> datetime:
    """Return the instant of a client's date; raise ValueError for anything else."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date such as 2026-11-22T01:23:45.000+0000")
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} is beyond the years 1 to 9999") from None
    return moment


def typed(value: Value) -> dict[str, Any]:
    """Return a FEEL value as a client gets it; what Camunda has no type for is text or JSON."""
    kind, shown = _typed(value)
    return {"type": kind, "value": shown, "valueInfo": {}}


def typed_all(variables: Mapping[str, Value]) -> dict[str, Any]:
    """Return variables as a client gets them."""
    return {name: typed(value) for name, value in variables.items()}


def untyped_all(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the JSON or FEEL values of a client's variables; raise ValueRefused, naming the variable."""
    return {name: _untyped(name, told) for name, told in (given or {}).items()}


def _typed(value: Value) -> tuple[str, Any]:
    match value:
        case None:
            return "Null", None
        case bool():
            return "Boolean", value
        case Decimal() if value == value.to_integral_value():
            whole = int(value)
            for kind in ("integer", "long"):
                if -(2 ** _INTEGERS[kind]) <= whole < 2 ** _INTEGERS[kind]:
                    return kind.capitalize(), whole
            return "String", str(whole)
        case Decimal():
            return "Double", float(value)
        case DateTime() if value.time.zone is not None and _has_instant(value):
            return "Date", date(feel.instant(value, _UTC))
        case list() | dict():
            return "Json", _json(value)
    return "String", feel.to_json(value)


def _has_instant(value: DateTime) -> bool:
    try:
        feel.instant(value, _UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return False
    return True


def _json(value: Value) -> str:
    return json.dumps(feel.to_json(value), ensure_ascii=False)


def _untyped(name: str, told: Any) -> Any:
    if told is None:
        return None
    if not isinstance(told, Mapping):
        raise ValueRefused(f'The variable {name} must be given as {{"value": ..., "type": ...}}.')
    value, kind = told.get("value"), told.get("type")
    if kind is None or value is None:
        return value
    info = told.get("valueInfo") or {}
    if not isinstance(info, Mapping):
        raise ValueRefused(f"The valueInfo of the variable {name} must be an object.")
    try:
        return _read(str(kind).lower(), value, info)
    except (ValueError, TypeError, json_bodies.MalformedJson) as error:
        raise ValueRefused(f"The variable {name} is not of type {kind}: {error}") from None


def _read(kind: str, value: Any, info: Mapping[str, Any]) -> Any:
    match kind:
        case "string":
            return _of(str, value)
        case "boolean":
            return _of(bool, value)
        case "short" | "integer" | "long":
            return _whole(value, _INTEGERS[kind])
        case "double" | "number":
            return _number(value)
        case "date":
            return feel.from_json(parse_date(value))
        case "null":
            raise ValueError("its value must be null")
        case "json":
            return json_bodies.parse(_of(str, value).encode())
        case "object" if info.get("serializationDataFormat") == "application/json":
            return json_bodies.parse(value.encode()) if isinstance(value, str) else value
    raise ValueError(
        "only String, Boolean, Short, Integer, Long, Double, Date, Null and Json are taken"
    )


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"its value is {value!r}")
    return value


def _whole(value: Any, bits: int) -> int:
    number = _number(value)
    if number != int(number) or not -(2**bits) <= number < 2**bits:
        raise ValueError(f"its value is {value!r}")
    return int(number)


def _number(value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"its value is {value!r}")
    return value
