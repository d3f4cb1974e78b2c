"""Definitions of processes, decisions, forms and templates, by key and version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, update

from engine.model.pages import Page, PageRequest
from engine.model.process_definitions import Definition, DefinitionKind, DefinitionState
from engine.store.rows import Repository, paged, values_of
from engine.store.schema import definition


class Definitions(Repository):
    def add(self, records: Sequence[Definition]) -> None:
        if records:
            self._connection.execute(
                insert(definition),
                [{**values_of(r), "organisation": self._organisation} for r in records],
            )

    def all(self) -> tuple[Definition, ...]:
        """Return every version of every definition of the organisation."""
        return tuple(
            _definition(row) for row in self._connection.execute(self._select(definition))
        )

    def versions(self, kind: DefinitionKind, key: str, page: PageRequest) -> Page[Definition]:
        """Return the versions of one key, newest first."""
        return paged(
            self._connection,
            self._select(definition).where(definition.c.kind == kind, definition.c.key == key),
            page,
            ((definition.c.version, True),),
            _definition,
        )

    def find(self, kind: DefinitionKind, key: str, version: int) -> Definition | None:
        row = self._connection.execute(
            self._select(definition).where(
                definition.c.kind == kind, definition.c.key == key, definition.c.version == version
            )
        ).one_or_none()
        return _definition(row) if row else None

    def of_deployment(self, deployment_ids: Sequence[str]) -> tuple[Definition, ...]:
        """Return the definitions that came new with these deployments."""
        rows = self._connection.execute(
            self._select(definition).where(definition.c.deployment_id.in_(deployment_ids))
        )
        return tuple(_definition(row) for row in rows)

    def set_state(self, definition_id: str, state: DefinitionState) -> None:
        self._connection.execute(
            update(definition)
            .where(
                definition.c.organisation == self._organisation, definition.c.id == definition_id
            )
            .values(state=state)
        )

    def deactivate_others(self, kind: DefinitionKind, key: str, definition_id: str) -> None:
        """Make every active version of the key inactive, but for this one."""
        self._connection.execute(
            update(definition)
            .where(
                definition.c.organisation == self._organisation,
                definition.c.kind == kind,
                definition.c.key == key,
                definition.c.id != definition_id,
                definition.c.state == DefinitionState.ACTIVE,
            )
            .values(state=DefinitionState.INACTIVE)
        )


def _definition(row: Row[Any]) -> Definition:
    return Definition(
        id=row.id,
        kind=DefinitionKind(row.kind),
        key=row.key,
        version=row.version,
        name=row.name,
        version_tag=row.version_tag,
        state=DefinitionState(row.state),
        deployment_id=row.deployment_id,
        deployed_at=row.deployed_at,
        file=row.file,
        signature=row.signature,
    )
