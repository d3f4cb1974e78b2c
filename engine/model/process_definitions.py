"""Definitions that were deployed: processes, decisions, forms and templates, by key and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError
from engine.model.problems import Problem


class DefinitionKind(StrEnum):
    PROCESS = "process"
    DECISION = "decision"
    FORM = "form"
    TEMPLATE = "template"


class DefinitionState(StrEnum):
    """The one active version of a key starts new instances; a suspended one runs no step."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a process, decision, form or template. Its content never changes."""

    id: str
    kind: DefinitionKind
    key: str
    version: int
    name: str
    version_tag: str | None
    state: DefinitionState
    deployment_id: str
    deployed_at: datetime
    file: str
    signature: str


ProcessDefinition = Definition


@dataclass(frozen=True, slots=True)
class Deployment:
    """A set of files that went live together."""

    id: str
    name: str
    source: str
    deployed_at: datetime
    deployed_by: str
    files: tuple[str, ...]
    definitions: tuple[Definition, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def process_definitions(self) -> tuple[Definition, ...]:
        return tuple(d for d in self.definitions if d.kind is DefinitionKind.PROCESS)


class DefinitionNotFound(RemitError):
    """There is no such definition, or not in this organisation."""

    code: ClassVar[str] = "definition_not_found"

    def __init__(self, kind: str, key: str, version: int | None = None) -> None:
        which = f"{key} version {version}" if version is not None else key
        super().__init__(f"There is no {kind} {which} here. GET the list to see what is deployed.")


class DefinitionSuspended(RemitError):
    """The definition is suspended, or no version of it is active: it starts nothing."""

    code: ClassVar[str] = "definition_suspended"

    def __init__(self, key: str) -> None:
        super().__init__(f"No version of {key} is active. Activate one to start it.")
