"""States as enumerations with a table of moves: a state is never set, only moved to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, TypeVar

from engine.model.errors import RemitError


class IllegalMove(RemitError):
    """The thing is not in a state from which this can be done."""

    code: ClassVar[str] = "illegal_move"

    def __init__(self, noun: str, current: str, wanted: str) -> None:
        super().__init__(f"This {noun} is {current}; it cannot be {wanted}.")


StateT = TypeVar("StateT", bound=StrEnum)


def move(
    noun: str, current: StateT, wanted: StateT, moves: Mapping[StateT, frozenset[StateT]]
) -> StateT:
    """Return `wanted` if `moves` allows it from `current`; raise IllegalMove otherwise."""
    if wanted not in moves[current]:
        raise IllegalMove(noun, current, wanted)
    return wanted
