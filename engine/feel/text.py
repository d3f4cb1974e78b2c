"""Writes values as text: FEEL's `string()`. Reads nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.numbers import digits
from engine.feel.temporal import Date, DateTime, Time
from engine.feel.values import Function, Range, Value, kind


def to_text(value: Value) -> str:
    """Return a value as FEEL's `string()` writes it; a string as it is, null as "null"."""
    return value if isinstance(value, str) else _inside(value)


def _inside(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return digits(value)
        case str():
            return quoted(value)
        case list():
            return f"[{', '.join(map(_inside, value))}]"
        case dict():
            return (
                "{"
                + ", ".join(f"{_key(name)}: {_inside(part)}" for name, part in value.items())
                + "}"
            )
        case Range():
            return _range(value)
        case Function():
            return f"function({', '.join(parameter.name for parameter in value.parameters)})"
    kind(value)
    return str(value)


def literal(value: Value) -> str:
    """Return FEEL text that evaluates to the value again (not for functions)."""
    match value:
        case Date() | Time() | DateTime():
            return f'@"{value}"'
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            entries = (f"{quoted(name)}: {literal(part)}" for name, part in value.items())
            return "{" + ", ".join(entries) + "}"
        case Range():
            return _range(value, literal)
        case None | bool() | Decimal() | str() | Function():
            return _inside(value)
    return f'@"{value}"'


def quoted(text: str) -> str:
    """Return a text as a FEEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _key(name: str) -> str:
    return name if name.isidentifier() else quoted(name)


def _range(value: Range, write: Any = _inside) -> str:
    if value.operator not in (None, ".."):
        end = value.end if value.operator in ("<", "<=") else value.start
        return f"({value.operator} {write(end)})"
    opening = "[" if value.start_included else "("
    closing = "]" if value.end_included else ")"
    return f"{opening}{write(value.start)}..{write(value.end)}{closing}"
