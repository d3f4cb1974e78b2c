"""People of one organisation: their roles, their absences, and their accounts at an issuer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from engine.model.directory import Directory
from engine.model.people import Absence, IssuerAccount, Person
from engine.store.identity_schema import absence, issuer_account
from engine.store.rows import Repository, values_of
from engine.store.schema import organisation, person


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
        self._directory_changed()

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
        removed = self._connection.execute(
            delete(person).where(person.c.organisation == self._organisation, person.c.demo)
        ).rowcount
        self._directory_changed()
        return removed

    def add_absence(self, record: Absence) -> None:
        self._connection.execute(
            insert(absence).values(**values_of(record), organisation=self._organisation)
        )
        self._directory_changed()

    def remove_absence(self, absence_id: str, username: str) -> bool:
        """Take an absence of this person back; False when there is none."""
        removed = self._connection.execute(
            delete(absence).where(
                absence.c.organisation == self._organisation,
                absence.c.id == absence_id,
                absence.c.username == username,
            )
        )
        self._directory_changed()
        return removed.rowcount == 1

    def absences(self, username: str | None = None) -> tuple[Absence, ...]:
        """Return everybody's absences, or one person's, by when they begin."""
        query = self._select(absence).order_by(absence.c.begins_at, absence.c.id)
        if username is not None:
            query = query.where(absence.c.username == username)
        return tuple(_absence(row) for row in self._connection.execute(query))

    def put_issuer_account(self, record: IssuerAccount) -> None:
        """Keep whom an issuer's subject is here, and the roles it gave them this time."""
        changed = self._connection.execute(
            update(issuer_account)
            .where(
                issuer_account.c.organisation == self._organisation,
                issuer_account.c.issuer == record.issuer,
                issuer_account.c.subject == record.subject,
            )
            .values(roles=list(record.roles), signed_in_at=record.signed_in_at)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(issuer_account).values(**values_of(record), organisation=self._organisation)
            )
        self._directory_changed()

    def issuer_account(self, issuer: str, subject: str) -> IssuerAccount | None:
        row = self._connection.execute(
            self._select(issuer_account).where(
                issuer_account.c.issuer == issuer, issuer_account.c.subject == subject
            )
        ).one_or_none()
        return _issuer_account(row) if row else None

    def issuer_accounts(self, username: str | None = None) -> tuple[IssuerAccount, ...]:
        """Return everybody's accounts at an issuer, or one person's."""
        query = self._select(issuer_account).order_by(issuer_account.c.username)
        if username is not None:
            query = query.where(issuer_account.c.username == username)
        return tuple(_issuer_account(row) for row in self._connection.execute(query))

    def directory_number(self) -> int | None:
        """Return the number that grows with every change here; None for an unknown organisation."""
        return self._connection.execute(
            select(organisation.c.directory).where(organisation.c.key == self._organisation)
        ).scalar_one_or_none()

    def directory(self) -> Directory:
        """Return everybody who may come in, with what decides who does which task."""
        number = self.directory_number() or 0
        people = {found.username: found for found in self.listing() if found.active}
        roles = {username: frozenset(found.roles) for username, found in people.items()}
        for account in self.issuer_accounts():
            if account.username in roles:
                roles[account.username] |= frozenset(account.roles)
        absences: dict[str, tuple[Absence, ...]] = {}
        for away in self.absences():
            absences[away.username] = (*absences.get(away.username, ()), away)
        return Directory(number, people, roles, absences)

    def _directory_changed(self) -> None:
        self._connection.execute(
            update(organisation)
            .where(organisation.c.key == self._organisation)
            .values(directory=organisation.c.directory + 1)
        )


def _person(row: Row[Any]) -> Person:
    return Person(
        username=row.username,
        name=row.name,
        roles=tuple(row.roles),
        demo=row.demo,
        email=row.email,
        active=row.active,
    )


def _absence(row: Row[Any]) -> Absence:
    return Absence(
        id=row.id,
        username=row.username,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        delegate=row.delegate,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def _issuer_account(row: Row[Any]) -> IssuerAccount:
    return IssuerAccount(
        issuer=row.issuer,
        subject=row.subject,
        username=row.username,
        roles=tuple(row.roles),
        signed_in_at=row.signed_in_at,
    )
