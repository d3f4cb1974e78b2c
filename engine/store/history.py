"""History: rows are added, in order and chained; none is ever changed or removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert

from engine.model.history import HistoryEvent, HistoryKind, RecordedEvent
from engine.model.pages import Page, PageRequest
from engine.store.rows import Repository, paged
from engine.store.schema import history_event

# Built once: it belongs to every step.
_ADD = insert(history_event)


class History(Repository):
    def add(self, instance_id: str, recorded: Sequence[RecordedEvent]) -> None:
        """Add events after those that are there."""
        rows = [
            {
                "process_instance_id": instance_id,
                "sequence": one.sequence,
                "organisation": self._organisation,
                "kind": one.event.kind,
                "at": one.event.at,
                "element_id": one.event.element_id,
                "element_name": one.event.element_name,
                "token_id": one.event.token_id,
                "by": one.event.by,
                "clauses": list(one.event.clauses),
                "data": dict(one.event.data),
                "hash": one.hash,
            }
            for one in recorded
        ]
        if rows:
            self._connection.execute(_ADD, rows)

    def listing(
        self, instance_id: str, page: PageRequest, *, kinds: Sequence[HistoryKind] = ()
    ) -> Page[RecordedEvent]:
        """Return an instance's events in the order they happened."""
        query = self._select(history_event).where(
            history_event.c.process_instance_id == instance_id
        )
        if kinds:
            query = query.where(history_event.c.kind.in_(kinds))
        order = ((history_event.c.sequence, False),)
        return paged(self._connection, query, page, order, _recorded)

    def latest(
        self, instance_id: str, *, kinds: Sequence[HistoryKind], most: int
    ) -> tuple[RecordedEvent, ...]:
        """Return an instance's last events of these kinds, in the order they happened."""
        rows = self._connection.execute(
            self._select(history_event)
            .where(
                history_event.c.process_instance_id == instance_id,
                history_event.c.kind.in_(kinds),
            )
            .order_by(history_event.c.sequence.desc())
            .limit(most)
        ).all()
        return tuple(_recorded(row) for row in reversed(rows))

    def all(
        self, instance_id: str, *, kinds: Sequence[HistoryKind] = ()
    ) -> tuple[RecordedEvent, ...]:
        """Return every event of an instance, or of these kinds, in order."""
        query = self._select(history_event).where(
            history_event.c.process_instance_id == instance_id
        )
        if kinds:
            query = query.where(history_event.c.kind.in_(kinds))
        rows = self._connection.execute(query.order_by(history_event.c.sequence))
        return tuple(_recorded(row) for row in rows)


def _recorded(row: Row[Any]) -> RecordedEvent:
    return RecordedEvent(
        sequence=row.sequence,
        event=HistoryEvent(
            kind=HistoryKind(row.kind),
            at=row.at,
            element_id=row.element_id,
            element_name=row.element_name,
            token_id=row.token_id,
            by=row.by,
            clauses=tuple(row.clauses),
            data=row.data,
        ),
        hash=row.hash,
    )
