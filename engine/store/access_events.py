"""The access log: appended to, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from engine.model.access import AccessEvent, AccessKind
from engine.model.identifiers import new_id
from engine.model.pages import Page, PageRequest
from engine.store.identity_schema import access_event
from engine.store.rows import Repository, paged, values_of

LONGEST = 500
LONGEST_USER = 100


class AccessEvents(Repository):
    def add(self, kind: AccessKind, *, user: str | None, about: str, now: datetime) -> None:
        """Write one thing down; what is longer than a line is cut."""
        record = AccessEvent(new_id(), now, kind, user and user[:LONGEST_USER], about[:LONGEST])
        self._connection.execute(
            insert(access_event).values(**values_of(record), organisation=self._organisation)
        )

    def listing(self, page: PageRequest) -> Page[AccessEvent]:
        """Return what was written down, newest first."""
        return paged(
            self._connection,
            self._select(access_event),
            page,
            ((access_event.c.at, True), (access_event.c.id, True)),
            lambda row: AccessEvent(row.id, row.at, AccessKind(row.kind), row.user, row.about),
        )
