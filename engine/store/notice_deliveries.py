"""Copies of notices on their channels, and the log of every attempt at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update

from engine.model.notices import (
    Channel,
    NoticeAttempt,
    NoticeDelivery,
    NoticeDeliveryNotFound,
    NoticeState,
)
from engine.store.notice_schema import notice_attempt, notice_delivery
from engine.store.rows import Repository, values_of


class NoticeDeliveries(Repository):
    def add(self, records: Sequence[NoticeDelivery]) -> None:
        if records:
            self._connection.execute(
                insert(notice_delivery),
                [{**values_of(r), "organisation": self._organisation} for r in records],
            )

    def find(self, delivery_id: str) -> NoticeDelivery | None:
        """Return the delivery, None when there is none."""
        row = self._connection.execute(
            self._select(notice_delivery).where(notice_delivery.c.id == delivery_id)
        ).one_or_none()
        return _delivery(row) if row else None

    def get(self, delivery_id: str) -> NoticeDelivery:
        """Return the delivery; raise NoticeDeliveryNotFound."""
        found = self.find(delivery_id)
        if found is None:
            raise NoticeDeliveryNotFound(delivery_id)
        return found

    def save(self, record: NoticeDelivery) -> None:
        """Store what became of a delivery."""
        self._connection.execute(
            update(notice_delivery)
            .where(
                notice_delivery.c.organisation == self._organisation,
                notice_delivery.c.id == record.id,
            )
            .values(
                state=record.state,
                begun=record.begun,
                attempts=record.attempts,
                attempts_ever=record.attempts_ever,
                due_at=record.due_at,
                sent_at=record.sent_at,
                ended_at=record.ended_at,
                last_error=record.last_error,
            )
        )

    def of(self, job_ids: Sequence[str]) -> tuple[NoticeDelivery, ...]:
        """Return every delivery of these notices, the oldest first."""
        rows = self._connection.execute(
            self._select(notice_delivery)
            .where(notice_delivery.c.job_id.in_(job_ids))
            .order_by(
                notice_delivery.c.created_at, notice_delivery.c.position, notice_delivery.c.id
            )
        )
        return tuple(_delivery(row) for row in rows)

    def add_attempt(self, record: NoticeAttempt, instance_id: str) -> None:
        self._connection.execute(
            insert(notice_attempt).values(
                **values_of(record),
                organisation=self._organisation,
                process_instance_id=instance_id,
            )
        )

    def attempts(self, delivery_ids: Sequence[str]) -> tuple[NoticeAttempt, ...]:
        """Return every attempt at these deliveries, in order."""
        rows = self._connection.execute(
            self._select(notice_attempt)
            .where(notice_attempt.c.delivery_id.in_(delivery_ids))
            .order_by(notice_attempt.c.delivery_id, notice_attempt.c.number)
        )
        return tuple(
            NoticeAttempt(row.delivery_id, row.number, row.at, row.outcome, row.detail)
            for row in rows
        )


def _delivery(row: Any) -> NoticeDelivery:
    return NoticeDelivery(
        id=row.id,
        job_id=row.job_id,
        to_role=row.to_role,
        process_instance_id=row.process_instance_id,
        channel=Channel(row.channel),
        recipient=row.recipient,
        route=tuple(Channel(channel) for channel in row.route),
        position=row.position,
        created_at=row.created_at,
        due_at=row.due_at,
        state=NoticeState(row.state),
        begun=row.begun,
        attempts=row.attempts,
        attempts_ever=row.attempts_ever,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        last_error=row.last_error,
    )
