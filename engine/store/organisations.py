"""Organisations: their content as deployed, and the number that says when it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from engine.store.rows import Repository
from engine.store.schema import organisation


@dataclass(frozen=True, slots=True)
class StoredOrganisation:
    """An organisation, and the organisation.yaml and clauses.csv it was last given."""

    key: str
    name: str
    source: bytes
    clauses: bytes
    catalogue: int


class Organisations(Repository):
    def get(self) -> StoredOrganisation | None:
        row = self._connection.execute(
            select(organisation).where(organisation.c.key == self._organisation)
        ).one_or_none()
        if row is None:
            return None
        return StoredOrganisation(row.key, row.name, row.source, row.clauses, row.catalogue)

    def put(self, *, name: str, source: bytes, clauses: bytes, now: datetime) -> None:
        """Create the organisation, or give it a new name and content."""
        values = {"name": name, "source": source, "clauses": clauses}
        changed = self._connection.execute(
            update(organisation).where(organisation.c.key == self._organisation).values(**values)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(organisation).values(
                    key=self._organisation, catalogue=0, created_at=now, **values
                )
            )

    def catalogue_changed(self) -> None:
        """Make whatever was cached of this organisation's definitions and content stale."""
        self._connection.execute(
            update(organisation)
            .where(organisation.c.key == self._organisation)
            .values(catalogue=organisation.c.catalogue + 1)
        )

    def catalogue(self) -> int | None:
        """Return the number that grows with every deployment; None for an unknown organisation."""
        return self._connection.execute(
            select(organisation.c.catalogue).where(organisation.c.key == self._organisation)
        ).scalar_one_or_none()


class AllOrganisations:
    """Every organisation of this installation, for sign-in and start-up."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listing(self) -> tuple[tuple[str, str], ...]:
        """Return (key, name) of each, by key."""
        rows = self._connection.execute(
            select(organisation.c.key, organisation.c.name).order_by(organisation.c.key)
        )
        return tuple((row.key, row.name) for row in rows)

    def count(self) -> int:
        return self._connection.execute(
            select(func.count()).select_from(organisation)
        ).scalar_one()
