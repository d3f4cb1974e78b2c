"""What an attribute or parameter says: literal text, FEEL, or lists and maps of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.execution.errors import ValueNotUsable
from engine.execution.timers import NotATime, due_instant
from engine.execution.token import Token
from engine.feel import Expression, Value, to_text


@dataclass(frozen=True, slots=True)
class SaidList:
    """A `camunda:list`."""

    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SaidMap:
    """A `camunda:map`."""

    entries: Mapping[str, Said]


Said = str | Expression | SaidList | SaidMap


@dataclass(frozen=True, slots=True)
class Parameter:
    """An input or output parameter: a variable's name and what it is given."""

    name: str
    said: Said


def value_of(said: Said | None, token: Token) -> Value:
    """Return what it says, as a token sees the world."""
    if said is None or isinstance(said, str):
        return said
    if isinstance(said, SaidList):
        return [value_of(item, token) for item in said.items]
    if isinstance(said, SaidMap):
        return {key: value_of(entry, token) for key, entry in said.entries.items()}
    return token.workflow.evaluate(said, token)


def text_of(said: Said | None, token: Token) -> str | None:
    """Return what it says as text; None for null and empty text."""
    value = value_of(said, token)
    return (value if isinstance(value, str) else to_text(value)) if value else None


def names_of(said: Said | None, token: Token) -> tuple[str, ...]:
    """Return a list of names: from text with commas, or a FEEL list of texts."""
    value = value_of(said, token)
    if value is None:
        return ()
    parts = value if isinstance(value, list) else [value]
    names: list[str] = []
    for part in parts:
        if part is not None:
            text = part if isinstance(part, str) else to_text(part)
            names += [name.strip() for name in text.split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def due_of(said: Said | None, token: Token, what: str, *, optional: bool = False) -> str | None:
    """Return the instant it means, as ISO text in UTC; None when it is null.

    Null leaves a warning in the history, unless it is `optional`: a target that may be switched
    off. Raises ValueNotUsable for a value that is no time.
    """
    value = value_of(said, token)
    if value is None or value == "":
        if isinstance(said, Expression) and not optional:
            token.workflow.warn(token, said.text, f"{what} is null: there is none.")
        return None
    try:
        due = due_instant(value, token.workflow.surroundings.new_evaluation())
    except NotATime as error:
        raise ValueNotUsable(token.task_spec.element.id, what, str(error)) from error
    return due.isoformat()


def number_of(said: Said | None, token: Token, what: str) -> int | None:
    """Return a whole number; None when it is null. Raises ValueNotUsable for anything else."""
    value = value_of(said, token)
    if value is None or value == "":
        return None
    try:
        number = int(str(value))
    except ValueError as error:
        raise ValueNotUsable(
            token.task_spec.element.id, what, f"{to_text(value)} is not a whole number"
        ) from error
    return number
