"""Sends one endpoint what it is to be told of one instance: in order, with no transaction open.

At least once: whoever dies between sending and noting it sends the same delivery id again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

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
SHORTEST_LEFT = timedelta(seconds=30)
"""Of a lease, when sending begins: the time for a batch, its last answer and its noting."""
MOST_AT_ONCE = 50
"""Deliveries of one stream before others get a turn."""

TOGETHER = 10
"""Deliveries that are sent one after the other before what came of them is noted in one transaction."""
LONGEST_TOGETHER = timedelta(seconds=10)
"""No further one is begun after this: what was sent is noted before the lease ends."""

Next = tuple[tuple[WebhookDelivery, ...], WebhookEndpoint, tuple[str, ...]]
Sent = list[tuple[WebhookDelivery, Reply]]


def run(engine: ProcessEngine, job: Job) -> None:
    """Send what is due of the stream that a job stands for, until an attempt fails or none is left."""
    now, lease = engine.clock.now(), new_id()
    with engine.transaction(job.organisation) as tx:
        claimed = tx.jobs.claim(job.id, lease, now=now, until=now + LEASE)
        if claimed is None:
            return
        following = _next(engine, tx, claimed)
    left = MOST_AT_ONCE
    while following is not None:
        sent = _send(engine, *following)
        left -= len(sent)
        with engine.transaction(job.organisation) as tx:
            following = _noted(engine, tx, claimed, sent, more=left > 0)
        for delivery, _ in sent:
            if delivery.event_type == EventType.NOTICE_QUEUED:
                notice_deliveries.follow(engine, job.organisation, delivery.id)


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
    deliveries: Sequence[WebhookDelivery],
    endpoint: WebhookEndpoint,
    hosts: tuple[str, ...],
) -> Sent:
    """Send deliveries in their order up to the first that fails, and return those with the replies."""
    assert engine.webhook_sender is not None
    sent: Sent = []
    began = engine.clock.now()
    with engine.webhook_sender.sending() as send:
        for delivery in deliveries:
            now = engine.clock.now()
            if sent and now - began > LONGEST_TOGETHER:
                break
            reply = send(
                endpoint.url,
                delivery.body,
                webhook_id=delivery.id,
                sealed=endpoint.valid_secrets(now),
                hosts=hosts,
                now=now,
            )
            sent.append((delivery, reply))
            if not reply.is_success:
                break
    return sent


def _next(engine: ProcessEngine, tx: Transaction, job: Job, *, more: bool = True) -> Next | None:
    """Return what to send now; otherwise end the job, or let it wait for the next attempt's time."""
    now = engine.clock.now()
    pending = tx.webhook_deliveries.next_of(job.key, limit=TOGETHER)
    if not pending:
        tx.jobs.done(job.id)
        return None
    delivery = pending[0]
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
    if job.leased_until is None or job.leased_until - now < SHORTEST_LEFT:
        tx.jobs.save(replace(job, leased_until=now + LEASE))
    due = tuple(takewhile(lambda one: one.due_at <= now, pending))
    return due, endpoint, engine.catalogues.of(tx).organisation.webhook_hosts


def _noted(
    engine: ProcessEngine,
    tx: Transaction,
    job: Job,
    sent: Sent,
    *,
    more: bool,
) -> Next | None:
    """Keep what each attempt gave, and return what to send next."""
    now = engine.clock.now()
    current = tx.jobs.find(job.id, lock=True)
    if current is None or current.lease != job.lease:
        return None  # another has taken over, and will send it again under the same id
    kept = tx.webhook_deliveries.several([delivery.id for delivery, _ in sent])
    tries = [(_tried(kept[delivery.id], reply, now), reply) for delivery, reply in sent]
    tx.webhook_deliveries.save(*(tried for tried, _ in tries))
    tx.webhook_deliveries.add_attempts(
        [
            WebhookAttempt(tried.id, tried.attempts_ever, now, reply.status, reply.error)
            for tried, reply in tries
        ]
    )
    last, reply = tries[-1]
    if reply.is_gone:
        endpoint = tx.webhook_endpoints.get(last.endpoint_id, lock=True)
        disable(engine, tx, endpoint, "It answered 410: it wants to hear no more.")
    return _next(engine, tx, current, more=more)


def _tried(delivery: WebhookDelivery, reply: Reply, now: datetime) -> WebhookDelivery:
    if delivery.state is not DeliveryState.PENDING and not reply.is_success:
        # Given up while it was under way.
        return replace(delivery, attempts_ever=delivery.attempts_ever + 1)
    return after_attempt(delivery, reply, now=now)
