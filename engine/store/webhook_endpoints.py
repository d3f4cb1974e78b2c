"""Webhook endpoints of one organisation. Secrets are kept as they come: sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from engine.model.webhook_endpoints import (
    EndpointState,
    EventType,
    SealedSecret,
    WebhookEndpoint,
    WebhookEndpointNotFound,
)
from engine.store.rows import Repository, values_of
from engine.store.webhook_schema import webhook_endpoint

# Built once: each delivery asks it.
_GET = select(webhook_endpoint).where(
    webhook_endpoint.c.organisation == bindparam("of_organisation"),
    webhook_endpoint.c.id == bindparam("of_id"),
    webhook_endpoint.c.state != EndpointState.REMOVED,
)
_GET_AND_LOCK = _GET.with_for_update()


class WebhookEndpoints(Repository):
    def add(self, record: WebhookEndpoint) -> None:
        self._connection.execute(insert(webhook_endpoint).values(**_values(record)))

    def save(self, record: WebhookEndpoint) -> None:
        self._connection.execute(
            update(webhook_endpoint)
            .where(
                webhook_endpoint.c.organisation == self._organisation,
                webhook_endpoint.c.id == record.id,
            )
            .values(**_values(record))
        )

    def get(self, endpoint_id: str, *, lock: bool = False) -> WebhookEndpoint:
        """Return the endpoint; raise WebhookEndpointNotFound. `lock`: until the transaction ends."""
        row = self._connection.execute(
            _GET_AND_LOCK if lock else _GET,
            {"of_organisation": self._organisation, "of_id": endpoint_id},
        ).one_or_none()
        if row is None:
            raise WebhookEndpointNotFound(endpoint_id)
        return _endpoint(row)

    def listing(self) -> tuple[WebhookEndpoint, ...]:
        """Return every endpoint that has not been removed, oldest first."""
        rows = self._connection.execute(
            self._select(webhook_endpoint)
            .where(webhook_endpoint.c.state != EndpointState.REMOVED)
            .order_by(webhook_endpoint.c.created_at, webhook_endpoint.c.id)
        )
        return tuple(_endpoint(row) for row in rows)


def _values(record: WebhookEndpoint) -> dict[str, Any]:
    return {
        **values_of(record),
        "secrets": [
            [secret.sealed, secret.expires_at.isoformat() if secret.expires_at else None]
            for secret in record.secrets
        ],
    }


def _endpoint(row: Any) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=row.id,
        organisation=row.organisation,
        url=row.url,
        description=row.description,
        event_types=tuple(EventType(one) for one in row.event_types),
        secrets=tuple(
            SealedSecret(sealed, datetime.fromisoformat(until) if until else None)
            for sealed, until in row.secrets
        ),
        state=EndpointState(row.state),
        created_at=row.created_at,
        created_by=row.created_by,
        disabled_reason=row.disabled_reason,
    )
