"""Where each name of an expression will be found, decided when it is compiled. Holds no values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """How the values of a scope are kept in its frame."""

    VARIABLES = "variables"  # the frame is the mapping itself
    SLOTS = "slots"  # [parent, value, value, ...]
    ITEM = "item"  # [parent, item]: the item's entries are names


@dataclass(slots=True)
class Scope:
    """One level of names; frames at run time are chained as scopes are here."""

    kind: Kind = Kind.VARIABLES
    parent: Scope | None = None
    slots: dict[str, int] = field(default_factory=dict)

    def child(self, *names: str) -> Scope:
        """Return a scope inside this one with a slot for each name."""
        return Scope(Kind.SLOTS, self, {name: index for index, name in enumerate(names, start=1)})

    def item(self) -> Scope:
        """Return a scope inside this one for the condition of a filter."""
        return Scope(Kind.ITEM, self)

    def add(self, name: str) -> int:
        """Give one more name a slot and return it; a repeated name keeps its slot."""
        return self.slots.setdefault(name, len(self.slots) + 1)
