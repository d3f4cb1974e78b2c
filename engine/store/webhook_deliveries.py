"""Webhook deliveries of one organisation, in streams, and the log of every attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from engine.model.pages import Page, PageRequest
from engine.model.webhook_deliveries import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryNotFound,
)
from engine.store.rows import Repository, paged, values_of
from engine.store.webhook_schema import webhook_attempt, webhook_delivery

# Built once: they belong to every attempt.
_ADD = insert(webhook_delivery)
_ADD_ATTEMPT = insert(webhook_attempt)
_SEVERAL = select(webhook_delivery).where(
    webhook_delivery.c.organisation == bindparam("of_organisation"),
    webhook_delivery.c.id.in_(bindparam("ids", expanding=True)),
)
_NEXT = (
    select(webhook_delivery)
    .where(
        webhook_delivery.c.organisation == bindparam("of_organisation"),
        webhook_delivery.c.stream == bindparam("of_stream"),
        webhook_delivery.c.state == DeliveryState.PENDING,
    )
    .order_by(webhook_delivery.c.sequence, webhook_delivery.c.created_at, webhook_delivery.c.id)
    .limit(bindparam("most"))
)
_SAVE = (
    update(webhook_delivery)
    .where(
        webhook_delivery.c.organisation == bindparam("of_organisation"),
        webhook_delivery.c.id == bindparam("of_id"),
    )
    .values(
        {
            column: bindparam(f"new_{column}", type_=webhook_delivery.c[column].type)
            for column in ("state", "attempts", "attempts_ever", "due_at", "ended_at")
        }
    )
)


def _changed(record: WebhookDelivery) -> dict[str, Any]:
    return {
        "of_id": record.id,
        "new_state": record.state,
        "new_attempts": record.attempts,
        "new_attempts_ever": record.attempts_ever,
        "new_due_at": record.due_at,
        "new_ended_at": record.ended_at,
    }


class WebhookDeliveries(Repository):
    def add(self, records: Sequence[WebhookDelivery]) -> None:
        if records:
            self._connection.execute(_ADD, [values_of(record) for record in records])

    def get(self, delivery_id: str) -> WebhookDelivery:
        """Return the delivery; raise WebhookDeliveryNotFound."""
        row = self._connection.execute(
            self._select(webhook_delivery).where(webhook_delivery.c.id == delivery_id)
        ).one_or_none()
        if row is None:
            raise WebhookDeliveryNotFound(delivery_id)
        return _delivery(row)

    def several(self, delivery_ids: Sequence[str]) -> dict[str, WebhookDelivery]:
        """Return these deliveries by id."""
        rows = self._connection.execute(
            _SEVERAL, {"of_organisation": self._organisation, "ids": list(delivery_ids)}
        )
        return {row.id: _delivery(row) for row in rows}

    def next_of(self, stream: str, *, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return the first deliveries of a stream that are still to be made, in order."""
        rows = self._connection.execute(
            _NEXT, {"of_organisation": self._organisation, "of_stream": stream, "most": limit}
        )
        return tuple(_delivery(row) for row in rows)

    def save(self, *records: WebhookDelivery) -> None:
        """Store what became of deliveries."""
        if records:
            self._connection.execute(
                _SAVE,
                [{**_changed(one), "of_organisation": self._organisation} for one in records],
            )

    def give_up(self, endpoint_id: str, *, now: datetime) -> None:
        """Make every delivery that is still to be made to an endpoint a dead letter."""
        self._connection.execute(
            update(webhook_delivery)
            .where(
                webhook_delivery.c.organisation == self._organisation,
                webhook_delivery.c.endpoint_id == endpoint_id,
                webhook_delivery.c.state == DeliveryState.PENDING,
            )
            .values(state=DeliveryState.DEAD_LETTER, ended_at=now)
        )

    def add_attempts(self, records: Sequence[WebhookAttempt]) -> None:
        if records:
            self._connection.execute(
                _ADD_ATTEMPT,
                [{**values_of(one), "organisation": self._organisation} for one in records],
            )

    def attempts(self, *delivery_ids: str) -> tuple[WebhookAttempt, ...]:
        """Return every attempt at these deliveries, those of one in order."""
        rows = self._connection.execute(
            self._select(webhook_attempt)
            .where(webhook_attempt.c.delivery_id.in_(delivery_ids))
            .order_by(webhook_attempt.c.delivery_id, webhook_attempt.c.number)
        )
        return tuple(
            WebhookAttempt(row.delivery_id, row.number, row.at, row.status, row.error)
            for row in rows
        )

    def ended_between(
        self,
        endpoint_id: str,
        *,
        since: datetime,
        until: datetime,
        state: DeliveryState | None,
        limit: int,
    ) -> tuple[WebhookDelivery, ...]:
        """Return an endpoint's ended deliveries of events of a time, oldest first."""
        query = self._select(webhook_delivery).where(
            webhook_delivery.c.endpoint_id == endpoint_id,
            webhook_delivery.c.created_at >= since,
            webhook_delivery.c.created_at <= until,
            webhook_delivery.c.state != DeliveryState.PENDING,
        )
        if state is not None:
            query = query.where(webhook_delivery.c.state == state)
        rows = self._connection.execute(
            query.order_by(webhook_delivery.c.created_at, webhook_delivery.c.id).limit(limit)
        )
        return tuple(_delivery(row) for row in rows)

    def listing(
        self,
        page: PageRequest,
        *,
        endpoint_id: str | None = None,
        process_instance_id: str | None = None,
        state: DeliveryState | None = None,
    ) -> Page[WebhookDelivery]:
        """Return deliveries, newest first."""
        query = self._select(webhook_delivery)
        for column, wanted in (
            (webhook_delivery.c.endpoint_id, endpoint_id),
            (webhook_delivery.c.process_instance_id, process_instance_id),
            (webhook_delivery.c.state, state),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        order = ((webhook_delivery.c.created_at, True), (webhook_delivery.c.id, True))
        return paged(self._connection, query, page, order, _delivery)


def _delivery(row: Any) -> WebhookDelivery:
    return WebhookDelivery(
        id=row.id,
        organisation=row.organisation,
        endpoint_id=row.endpoint_id,
        process_instance_id=row.process_instance_id,
        stream=row.stream,
        sequence=row.sequence,
        event_type=row.event_type,
        body=row.body,
        created_at=row.created_at,
        due_at=row.due_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        attempts_ever=row.attempts_ever,
        ended_at=row.ended_at,
    )
