"""Built-in functions that turn text into numbers and values into text."""

from __future__ import annotations

import re
from typing import Any

from engine.feel import numbers
from engine.feel.builtins.registry import builtin
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.text import to_text

_CHAPTER = "Conversion"
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@builtin("string(from: Any) -> string", chapter=_CHAPTER)
def string(evaluation: Evaluation, value: Any) -> Any:
    """The value as text; null of null.

    Examples:
    string(1.1) = "1.1"
    string(null) = null
    string(@"2026-12-24") = "2026-12-24"
    string([1, "a"]) = "[1, \\"a\\"]"
    """
    if value is None:
        return None
    evaluation.check_size(value)
    text = to_text(value)
    evaluation.allocate(len(text))
    return text


@builtin(
    "number(from: string, grouping separator?: string?, decimal separator?: string?) -> number",
    chapter=_CHAPTER,
)
def number(
    evaluation: Evaluation, text: str, grouping: str | None = None, point: str | None = None
) -> Any:
    """The number that a text denotes, written with the separators given: a space, comma or full stop.

    Examples:
    number("1 000,0", " ", ",") = 1000
    number("1,000.5", ",", ".") = 1000.5
    number("abc") = null
    """
    if grouping not in (None, " ", ",", "."):
        raise Fault("The grouping separator is a space, a comma, a full stop or null")
    if point not in (None, ",", "."):
        raise Fault("The decimal separator is a comma, a full stop or null")
    if grouping is not None and grouping == point:
        raise Fault("The grouping separator and the decimal separator must differ")
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        plain = "" if "." in plain else plain.replace(",", ".")
    found = numbers.number(plain) if _NUMBER.fullmatch(plain) else None
    if found is None:
        raise Fault(f"{text[:40]!r} is not a number")
    return found
