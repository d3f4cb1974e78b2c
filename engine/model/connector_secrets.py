"""Connector secrets: what connectors prove themselves with, sealed, and to whom it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.model.errors import RemitError


@dataclass(frozen=True, slots=True)
class ConnectorSecret:
    """A secret as it is kept. It goes to `hosts` and to no other, whatever a diagram's owner writes."""

    name: str
    sealed: str
    hosts: tuple[str, ...]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class SentSecret:
    """A sealed secret on its way out: the header that it goes into, and the text before it."""

    sealed: str
    header: str
    prefix: str


class ConnectorSecretNotFound(RemitError):
    """The organisation's content names no such secret, or nobody has set it."""

    code: ClassVar[str] = "connector_secret_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no connector secret {name} here: organisation.yaml lists its name, and an "
            "administrator sets it."
        )
