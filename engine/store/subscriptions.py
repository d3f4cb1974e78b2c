"""Subscriptions: which token of which instance waits for which message or signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_

from engine.model.waits import SubscriptionKind, SubscriptionWait
from engine.store.rows import Repository
from engine.store.schema import process_instance, subscription


@dataclass(frozen=True, slots=True)
class Subscription:
    """One waiting token."""

    token_id: str
    process_instance_id: str
    element_id: str
    name: str
    correlation_key: str | None


class Subscriptions(Repository):
    def add(self, instance_id: str, waits: Sequence[SubscriptionWait]) -> None:
        rows = [
            {
                "id": wait.token_id,
                "organisation": self._organisation,
                "process_instance_id": instance_id,
                "element_id": wait.element_id,
                "kind": wait.kind,
                "name": wait.name,
                "correlation_key": wait.correlation_key,
            }
            for wait in waits
        ]
        if rows:
            self._connection.execute(insert(subscription), rows)

    def remove(self, token_ids: Sequence[str]) -> None:
        if token_ids:
            self._connection.execute(
                delete(subscription).where(
                    subscription.c.organisation == self._organisation,
                    subscription.c.id.in_(token_ids),
                )
            )

    def waiting(
        self, kind: SubscriptionKind, name: str, correlation_key: str | None
    ) -> tuple[Subscription, ...]:
        """Return who waits for this name, suspended or not.

        A key finds those that wait for that key, and those that named none but belong to the
        instance with that business key; no key finds those that wait for none.
        """
        query = (
            self._select(subscription)
            .join(process_instance, process_instance.c.id == subscription.c.process_instance_id)
            .where(
                subscription.c.kind == kind,
                subscription.c.name == name,
                process_instance.c.state.in_(("running", "suspended")),
            )
            .order_by(subscription.c.process_instance_id, subscription.c.id)
        )
        if kind is SubscriptionKind.MESSAGE:
            named_none = subscription.c.correlation_key.is_(None)
            if correlation_key is None:
                query = query.where(named_none)
            else:
                own = process_instance.c.business_key == correlation_key
                query = query.where(
                    or_(subscription.c.correlation_key == correlation_key, named_none & own)
                )
        return tuple(
            Subscription(
                row.id, row.process_instance_id, row.element_id, row.name, row.correlation_key
            )
            for row in self._connection.execute(query)
        )
