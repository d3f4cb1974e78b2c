"""Identifiers as Camunda's clients expect them: UUIDs with dashes, `key:version:uuid` definitions."""

from __future__ import annotations

from uuid import UUID

from engine.model.process_definitions import Definition


def dashed(identifier: str) -> str:
    """Return one of our identifiers as a UUID in its usual writing."""
    return str(UUID(identifier))


def dashed_or_none(identifier: str | None) -> str | None:
    """Return the same of an identifier that may be missing."""
    return None if identifier is None else dashed(identifier)


def plain(identifier: str) -> str:
    """Return our identifier for a client's; what is no UUID stays as it is, and is found nowhere."""
    try:
        return UUID(identifier).hex
    except ValueError:
        return identifier


def definition_identifier(key: str, version: int, definition_id: str) -> str:
    """Return `key:version:uuid`."""
    return f"{key}:{version}:{dashed(definition_id)}"


def of_definition(definition: Definition) -> str:
    """Return `key:version:uuid` of a definition."""
    return definition_identifier(definition.key, definition.version, definition.id)


def plain_definition(identifier: str) -> str:
    """Return our identifier of the definition that `key:version:uuid` names."""
    return plain(identifier.rpartition(":")[2])
