"""Webhook deliveries: what was sent to whom, every attempt, and sending again what was given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine import webhook_events
from engine.model.actors import Actor, Permission
from engine.model.pages import Page, PageRequest
from engine.model.states import IllegalMove
from engine.model.webhook_deliveries import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    asked_again,
)
from engine.model.webhook_endpoints import EndpointState, WebhookEndpoint
from engine.process_engine import ProcessEngine
from engine.store import Transaction

MOST_REPLAYED = 1_000
"""Deliveries that one call sends again; the next call goes on after them."""


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    endpoint_id: str | None = None,
    process_instance_id: str | None = None,
    state: DeliveryState | None = None,
) -> Page[WebhookDelivery]:
    """Return deliveries, newest first."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.webhook_deliveries.listing(
            page, endpoint_id=endpoint_id, process_instance_id=process_instance_id, state=state
        )


def get(engine: ProcessEngine, *, by: Actor, delivery_id: str) -> WebhookDelivery:
    """Return a delivery with what it says; raise WebhookDeliveryNotFound."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.webhook_deliveries.get(delivery_id)


def attempts(engine: ProcessEngine, *, by: Actor, delivery_id: str) -> tuple[WebhookAttempt, ...]:
    """Return every attempt at a delivery, in order; raise WebhookDeliveryNotFound."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.webhook_deliveries.attempts(tx.webhook_deliveries.get(delivery_id).id)


def attempts_of(
    engine: ProcessEngine, *, by: Actor, deliveries: Sequence[WebhookDelivery]
) -> dict[str, list[WebhookAttempt]]:
    """Return the attempts at each of these deliveries, by its id, in order."""
    by.check(Permission.READ_JOBS)
    found: dict[str, list[WebhookAttempt]] = {delivery.id: [] for delivery in deliveries}
    with engine.reading(by.organisation) as tx:
        for attempt in tx.webhook_deliveries.attempts(*found) if found else ():
            found[attempt.delivery_id].append(attempt)
    return found


def replay(engine: ProcessEngine, *, by: Actor, delivery_id: str) -> WebhookDelivery:
    """Send a delivery again, under the same id, with all its attempts before it."""
    by.check(Permission.RETRY_JOBS)
    with engine.transaction(by.organisation) as tx:
        delivery = tx.webhook_deliveries.get(delivery_id)
        endpoint = _enabled(tx, delivery.endpoint_id)
        if delivery.state is DeliveryState.PENDING:
            raise IllegalMove("webhook delivery", delivery.state, "sent again: it is under way")
        [again] = _again(engine, tx, endpoint, [delivery])
    return again


def replay_range(
    engine: ProcessEngine,
    *,
    by: Actor,
    endpoint_id: str,
    since: datetime,
    until: datetime | None = None,
    state: DeliveryState | None = None,
) -> tuple[WebhookDelivery, ...]:
    """Send an endpoint again what it was told of a time, oldest first, at most 1,000 at once.

    `state`: only what was delivered, or only dead letters.
    """
    by.check(Permission.RETRY_JOBS)
    with engine.transaction(by.organisation) as tx:
        endpoint = _enabled(tx, endpoint_id)
        found = tx.webhook_deliveries.ended_between(
            endpoint.id,
            since=since,
            until=until or engine.clock.now(),
            state=state,
            limit=MOST_REPLAYED,
        )
        return _again(engine, tx, endpoint, found)


def _enabled(tx: Transaction, endpoint_id: str) -> WebhookEndpoint:
    endpoint = tx.webhook_endpoints.get(endpoint_id)
    if endpoint.state is not EndpointState.ENABLED:
        raise IllegalMove("webhook endpoint", endpoint.state, "sent anything: enable it first")
    return endpoint


def _again(
    engine: ProcessEngine,
    tx: Transaction,
    endpoint: WebhookEndpoint,
    deliveries: Iterable[WebhookDelivery],
) -> tuple[WebhookDelivery, ...]:
    now = engine.clock.now()
    again = tuple(asked_again(delivery, now=now) for delivery in deliveries)
    for stream in dict.fromkeys(delivery.stream for delivery in again):
        webhook_events.wake(engine, tx, endpoint.id, stream, now=now, at_once=True)
    for delivery in again:
        tx.webhook_deliveries.save(delivery)
    return again
