"""Cuts FEEL text into tokens. Knows nothing of grammar or scope: names may span several tokens."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError, TextTooLong


class Sort(IntEnum):
    """What kind of token."""

    NAME = 1
    NUMBER = 2
    STRING = 3
    AT = 4
    SYMBOL = 5
    END = 6


class Token(NamedTuple):
    """A token and where it stands. `spaced`: white space or a comment stands before it."""

    sort: Sort
    text: str
    position: int
    end: int
    spaced: bool


# DMN 1.5 grammar rules 28-31; `?` and quotation marks in names are put together from symbols.
_NAME_START = (
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
# White space and comments; possessive, so that a text of nothing else is read once.
_SPACE = r"(?>[\s\u0085\u180E\u200B\uFEFF]+|//[^\n\r]*|/\*.*?\*/)*+"
_BEFORE_TOKEN = re.compile(_SPACE, re.DOTALL)
_TOKEN = re.compile(
    rf"""
    {_SPACE}
    (?:
      (?P<name>[{_NAME_START}][{_NAME_START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
    | (?P<dots>\.\.)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<at>@[ ]*"(?:[^"\\]|\\.)*")
    | (?P<symbol>\*\*|<=|>=|!=|->|/(?!\*)|[-+*=<>()\[\]{{}},:.?'])
    | (?P<end>\Z)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_SORTS = {
    "name": Sort.NAME,
    "number": Sort.NUMBER,
    "string": Sort.STRING,
    "at": Sort.AT,
    "symbol": Sort.SYMBOL,
    "dots": Sort.SYMBOL,
    "end": Sort.END,
}

LARGEST_TEXT = 32_000

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udfff]")


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, the last of sort END; raises FeelSyntaxError."""
    if len(text) > LARGEST_TEXT:
        raise TextTooLong(
            text, LARGEST_TEXT, f"An expression of {len(text):,} characters is too long", ""
        )
    found: list[Token] = []
    position = 0
    match = _TOKEN.match
    while True:
        token = match(text, position)
        if token is None:
            before = _BEFORE_TOKEN.match(text, position)
            raise _unreadable(text, before.end() if before else position)
        group = token.lastgroup
        assert group is not None  # every way the pattern matches ends in a group
        start, after = token.span(group)
        found.append(Token(_SORTS[group], token[group], start, after, start > position))
        if group == "end":
            return found
        position = after


def string_value(text: str) -> str:
    """Return what a string literal, with its quotation marks, stands for.

    A backslash before a character without a meaning stays, so that regular expressions can be written.
    """
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    value = _ESCAPE.sub(_unescaped, inner)
    if _SURROGATES.search(value):
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _unescaped(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        code = int(found[1] or found[2], 16)
        return chr(code) if code <= 0x10FFFF else found[0]
    return _ESCAPED.get(found[3], found[0])


def _unreadable(text: str, position: int) -> FeelSyntaxError:
    character = text[position]
    if character == '"':
        return FeelSyntaxError(text, position, "This string never ends", 'a closing "')
    if text.startswith("/*", position):
        return FeelSyntaxError(text, position, "This comment never ends", "*/")
    if character == "@":
        return FeelSyntaxError(
            text, position, "@ stands alone", 'text in double quotes after it, as in @"2026-12-24"'
        )
    if character in "$&|;!":
        hint = {"&": "and", "|": "or", "!": "not(...) or !="}.get(character, "")
        return FeelSyntaxError(text, position, f"{character} means nothing in FEEL", hint)
    return FeelSyntaxError(
        text, position, f"{character!r} cannot stand here", "a name, a value or an operator"
    )
