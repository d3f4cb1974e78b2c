"""Reads JSON bodies without losing anything, and refuses what could not be stored or sent back."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, NoReturn

from engine.model.errors import RemitError

LARGEST_EXPONENT = 6144
"""Decimal numbers are kept as decimal128: larger exponents have no value there."""

DEEPEST = 100
"""Levels of nesting that a body may have."""


class MalformedJson(RemitError):
    """The body is not JSON, or holds what no JSON document may hold."""

    code: ClassVar[str] = "malformed_json"


def parse(body: bytes) -> Any:
    """Return the JSON value in `body`, its fractions as exact decimals.

    Raises MalformedJson for anything but UTF-8 JSON of bounded depth, for NaN and Infinity, for a
    name that occurs twice in one object, and for text that UTF-8 or a database cannot hold.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            parse_float=_decimal,
            parse_constant=_not_a_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise MalformedJson("The body is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise MalformedJson(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None
    except ValueError as error:
        raise MalformedJson(f"The body is not acceptable JSON: {error}.") from None
    _check(value)
    return value


def _decimal(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise ValueError("a number has too large an exponent") from None
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number has too large an exponent")
    return number


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names the same field twice")
    return found


def _check(value: Any) -> None:
    """Refuse deep nesting, lone surrogates and NUL, without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        for item in level:
            if isinstance(item, str):
                _check_text(item)
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise MalformedJson(f"The body is nested more than {DEEPEST} levels deep.")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise MalformedJson("The body holds the character NUL, which text cannot contain.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedJson("The body holds half a character (a lone surrogate).")
