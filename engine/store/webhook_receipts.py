"""Webhook receipts of one organisation, and the sealed secrets of the systems that send."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from engine.model.pages import Page, PageRequest
from engine.model.webhook_endpoints import SealedSecret
from engine.model.webhook_receipts import WebhookReceipt
from engine.store.rows import Repository, paged, values_of
from engine.store.webhook_schema import webhook_receipt, webhook_secret


class WebhookReceipts(Repository):
    def add(self, record: WebhookReceipt) -> None:
        self._connection.execute(
            insert(webhook_receipt).values(**values_of(record), organisation=self._organisation)
        )

    def listing(self, page: PageRequest, *, source: str | None = None) -> Page[WebhookReceipt]:
        """Return receipts, newest first."""
        query = self._select(webhook_receipt)
        if source is not None:
            query = query.where(webhook_receipt.c.source == source)
        order = ((webhook_receipt.c.received_at, True), (webhook_receipt.c.id, True))
        return paged(
            self._connection,
            query,
            page,
            order,
            lambda row: WebhookReceipt(
                row.id,
                row.source,
                row.event_id,
                row.received_at,
                row.outcome,
                row.process_instance_id,
                row.error,
            ),
        )

    def refused_since(self, source: str, since: datetime) -> int:
        """Return how many requests to a source were refused since an instant."""
        query = select(func.count()).where(
            webhook_receipt.c.organisation == self._organisation,
            webhook_receipt.c.received_at > since,
            webhook_receipt.c.source == source,
            webhook_receipt.c.outcome == "refused",
        )
        return int(self._connection.execute(query).scalar_one())

    def secrets(self, source: str) -> tuple[SealedSecret, ...]:
        """Return a source's sealed secrets, the newest first; none when it was never given one."""
        row = self._connection.execute(
            self._select(webhook_secret).where(webhook_secret.c.source == source)
        ).one_or_none()
        return tuple(
            SealedSecret(sealed, datetime.fromisoformat(until) if until else None)
            for sealed, until in (row.secrets if row else ())
        )

    def put_secrets(
        self, source: str, secrets: tuple[SealedSecret, ...], *, by: str, now: datetime
    ) -> None:
        """Give a source these secrets and no others."""
        self._connection.execute(
            delete(webhook_secret).where(
                webhook_secret.c.organisation == self._organisation,
                webhook_secret.c.source == source,
            )
        )
        self._connection.execute(
            insert(webhook_secret).values(
                organisation=self._organisation,
                source=source,
                secrets=[
                    [one.sealed, one.expires_at.isoformat() if one.expires_at else None]
                    for one in secrets
                ],
                changed_at=now,
                changed_by=by,
            )
        )
