"""History: rows are added, in order and chained; none is ever changed or removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, insert, or_

from engine.model.history import HistoryEvent, HistoryKind, RecordedEvent
from engine.model.pages import Page, PageRequest
from engine.store.rows import Repository, paged
from engine.store.schema import history_event, process_instance

# Built once: it belongs to every step.
_ADD = insert(history_event)


class LoggedInstance(NamedTuple):
    """What the event log says of the instance that an event belongs to."""

    id: str
    business_key: str | None
    process_definition_key: str
    version: int


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

    def log(
        self,
        *,
        after: tuple[str, int],
        most: int,
        process_definition_key: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[tuple[LoggedInstance, RecordedEvent], ...]:
        """Return events of all instances that began in a period, by instance and in order.

        `after`: beyond this instance id and sequence number.
        """
        instance_id, sequence = after
        query = (
            self._select(
                history_event,
                history_event,
                process_instance.c.business_key,
                process_instance.c.process_definition_key,
                process_instance.c.version,
            )
            .join(process_instance, process_instance.c.id == history_event.c.process_instance_id)
            .where(
                or_(
                    history_event.c.process_instance_id > instance_id,
                    and_(
                        history_event.c.process_instance_id == instance_id,
                        history_event.c.sequence > sequence,
                    ),
                )
            )
            .order_by(history_event.c.process_instance_id, history_event.c.sequence)
            .limit(most)
        )
        if process_definition_key is not None:
            query = query.where(
                process_instance.c.process_definition_key == process_definition_key
            )
        if since is not None:
            query = query.where(process_instance.c.started_at >= since)
        if until is not None:
            query = query.where(process_instance.c.started_at < until)
        return tuple(
            (
                LoggedInstance(
                    row.process_instance_id,
                    row.business_key,
                    row.process_definition_key,
                    row.version,
                ),
                _recorded(row),
            )
            for row in self._connection.execute(query)
        )


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
