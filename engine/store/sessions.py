"""Sessions. Only a hash of each session's secret is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from engine.model.sign_ins import Means, Session
from engine.store.identity_schema import session
from engine.store.rows import Repository, values_of
from engine.store.schema import organisation


class Sessions(Repository):
    def add(self, record: Session, secret_hash: str) -> None:
        self._connection.execute(
            insert(session).values(**values_of(record), secret_hash=secret_hash)
        )

    def end(self, secret_hash: str) -> None:
        self._connection.execute(
            delete(session).where(
                session.c.organisation == self._organisation, session.c.secret_hash == secret_hash
            )
        )

    def end_all(self, *, username: str | None = None, token_id: str | None = None) -> int:
        """End every session of a person or of a token; returns how many there were."""
        whose = (
            session.c.username == username
            if username is not None
            else session.c.token_id == token_id
        )
        return self._connection.execute(
            delete(session).where(session.c.organisation == self._organisation, whose)
        ).rowcount

    def count(self, username: str, *, now: datetime) -> int:
        """Return how many sessions of a person have not ended yet."""
        return self._connection.execute(
            select(func.count())
            .select_from(session)
            .where(
                session.c.organisation == self._organisation,
                session.c.username == username,
                session.c.ends_at > now,
            )
        ).scalar_one()

    def forget_ended(self, now: datetime) -> None:
        """Drop the organisation's sessions that have ended by themselves."""
        self._connection.execute(
            delete(session).where(
                session.c.organisation == self._organisation, session.c.ends_at <= now
            )
        )


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session, and the numbers by which its organisation's cached content can be trusted."""

    session: Session
    catalogue: int
    directory: int


# Built once: every page asks it.
_FIND = (
    select(session, organisation.c.catalogue, organisation.c.directory)
    .join(organisation, organisation.c.key == session.c.organisation)
    .where(session.c.secret_hash == bindparam("of_secret"))
)


class AllSessions:
    """Sessions of every organisation, for finding out whose a cookie is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, secret_hash: str) -> FoundSession | None:
        row: Any = self._connection.execute(_FIND, {"of_secret": secret_hash}).one_or_none()
        if row is None:
            return None
        found = Session(
            organisation=row.organisation,
            username=row.username,
            token_id=row.token_id,
            means=Means(row.means),
            begun_at=row.begun_at,
            ends_at=row.ends_at,
        )
        return FoundSession(found, row.catalogue, row.directory)
