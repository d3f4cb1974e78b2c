"""How an instance stands and what leaves it, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.feel import Value


class State(StrEnum):
    """How an instance stands after a step."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message or signal that leaves the instance. Who gets it is for others to find out.

    `correlation_key` is None when the diagram names none: the instance's business key is meant. A
    signal has already reached every token of this instance that waited for it.
    """

    kind: str
    name: str
    correlation_key: str | None
    variables: Mapping[str, Value]
