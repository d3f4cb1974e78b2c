"""People of one organisation and their roles."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, update

from engine.model.people import Person
from engine.store.rows import Repository, values_of
from engine.store.schema import person


class People(Repository):
    def put(self, record: Person) -> None:
        """Add a person, or give them another name or other roles."""
        values = values_of(record)
        changed = self._connection.execute(
            update(person)
            .where(
                person.c.organisation == self._organisation, person.c.username == record.username
            )
            .values(**values)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(person).values(**values, organisation=self._organisation)
            )

    def find(self, username: str) -> Person | None:
        row = self._connection.execute(
            self._select(person).where(person.c.username == username)
        ).one_or_none()
        return _person(row) if row else None

    def listing(self) -> tuple[Person, ...]:
        rows = self._connection.execute(self._select(person).order_by(person.c.username))
        return tuple(_person(row) for row in rows)

    def remove_demo(self) -> int:
        """Remove the demo people; returns how many."""
        return self._connection.execute(
            delete(person).where(person.c.organisation == self._organisation, person.c.demo)
        ).rowcount


def _person(row: Row[Any]) -> Person:
    return Person(username=row.username, name=row.name, roles=tuple(row.roles), demo=row.demo)
