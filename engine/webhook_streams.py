"""Sends one endpoint what it is to be told of one instance: in order, with no transaction open.

At least once: whoever dies between sending and noting it sends the same delivery id again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine import notice_deliveries
from engine.model.identifiers import new_id
from engine.model.jobs import Job
from engine.model.webhook_deliveries import (
    DeliveryState,
    Reply,
    WebhookAttempt,
    WebhookDelivery,
    after_attempt,
)
from engine.model.webhook_endpoints import (
    EndpointState,
    EventType,
    WebhookEndpoint,
    WebhookEndpointNotFound,
)
from engine.process_engine import ProcessEngine
from engine.store import Transaction

LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 50
"""Deliveries of one stream before others get a turn."""

Next = tuple[WebhookDelivery, WebhookEndpoint, tuple[str, ...]]


def run(engine: ProcessEngine, job: Job) -> None:
    """Send what is due of the stream that a job stands for, until an attempt fails or none is left."""
    now, lease = engine.clock.now(), new_id()
    with engine.transaction(job.organisation) as tx:
        claimed = tx.jobs.claim(job.id, lease, now=now, until=now + LEASE)
        if claimed is None:
            return
        following = _next(engine, tx, claimed)
    for left in range(MOST_AT_ONCE - 1, -1, -1):
        if following is None:
            return
        reply = _send(engine, *following)
        with engine.transaction(job.organisation) as tx:
            sent = following[0]
            following = _noted(engine, tx, claimed, sent, reply, more=left > 0)
        if sent.event_type == EventType.NOTICE_QUEUED:
            notice_deliveries.follow(engine, job.organisation, sent.id)


def disable(
    engine: ProcessEngine, tx: Transaction, endpoint: WebhookEndpoint, reason: str
) -> None:
    """Tell the endpoint nothing more; what was still to be sent waits for a person."""
    tx.webhook_endpoints.save(
        replace(endpoint, state=EndpointState.DISABLED, disabled_reason=reason)
    )
    tx.webhook_deliveries.give_up(endpoint.id, now=engine.clock.now())
    tx.organisations.catalogue_changed()


def _send(
    engine: ProcessEngine,
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    hosts: tuple[str, ...],
) -> Reply:
    assert engine.webhook_sender is not None
    now = engine.clock.now()
    return engine.webhook_sender.send(
        endpoint.url,
        delivery.body,
        webhook_id=delivery.id,
        sealed=endpoint.valid_secrets(now),
        hosts=hosts,
        now=now,
    )


def _next(engine: ProcessEngine, tx: Transaction, job: Job, *, more: bool = True) -> Next | None:
    """Return what to send now; otherwise end the job, or let it wait for the next attempt's time."""
    now = engine.clock.now()
    delivery = tx.webhook_deliveries.next_of(job.key)
    if delivery is None:
        tx.jobs.done(job.id)
        return None
    try:
        endpoint = tx.webhook_endpoints.get(delivery.endpoint_id)
    except WebhookEndpointNotFound:
        endpoint = None
    if endpoint is None or endpoint.state is not EndpointState.ENABLED:
        tx.webhook_deliveries.give_up(delivery.endpoint_id, now=now)
        tx.jobs.done(job.id)
        return None
    if delivery.due_at > now or not more:
        later = replace(
            job, due_at=max(delivery.due_at, now), attempts=0, lease=None, leased_until=None
        )
        tx.jobs.save(later)
        engine.dispatch(tx, [later], now=now)
        return None
    tx.jobs.save(replace(job, leased_until=now + LEASE))
    return delivery, endpoint, engine.catalogues.of(tx).organisation.webhook_hosts


def _noted(
    engine: ProcessEngine,
    tx: Transaction,
    job: Job,
    sent: WebhookDelivery,
    reply: Reply,
    *,
    more: bool,
) -> Next | None:
    """Keep what an attempt gave, and return what to send next."""
    now = engine.clock.now()
    current = tx.jobs.find(job.id, lock=True)
    if current is None or current.lease != job.lease:
        return None  # another has taken over, and will send it again under the same id
    delivery = tx.webhook_deliveries.get(sent.id)
    tried = after_attempt(delivery, reply, now=now)
    if delivery.state is not DeliveryState.PENDING and not reply.is_success:
        # Given up while it was under way.
        tried = replace(delivery, attempts_ever=delivery.attempts_ever + 1)
    tx.webhook_deliveries.save(tried)
    tx.webhook_deliveries.add_attempt(
        WebhookAttempt(sent.id, tried.attempts_ever, now, reply.status, reply.error)
    )
    if reply.is_gone:
        endpoint = tx.webhook_endpoints.get(sent.endpoint_id, lock=True)
        disable(engine, tx, endpoint, "It answered 410: it wants to hear no more.")
    return _next(engine, tx, current, more=more)
