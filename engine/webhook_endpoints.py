"""Webhook endpoints: other systems that are told what happens. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine import due_checks, webhook_streams
from engine.model.actors import Actor, Permission
from engine.model.identifiers import new_id
from engine.model.states import IllegalMove
from engine.model.webhook_endpoints import (
    EndpointState,
    EventType,
    SealedSecret,
    WebhookEndpoint,
)
from engine.process_engine import ProcessEngine, WebhookSender
from engine.store import Transaction


def create(
    engine: ProcessEngine,
    *,
    by: Actor,
    url: str,
    event_types: Sequence[EventType],
    description: str = "",
) -> tuple[WebhookEndpoint, str]:
    """Have an address told of these events from now on; returns it and its signing secret.

    The secret is shown this once. Raises whatever the way out refuses of the address.
    """
    by.check(Permission.ADMINISTER)
    sender, now = _sender(engine), engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        sender.check(url, engine.catalogues.of(tx).organisation.webhook_hosts)
        secret = sender.new_secret()
        endpoint = WebhookEndpoint(
            id=new_id(),
            organisation=by.organisation,
            url=url,
            description=description,
            event_types=tuple(dict.fromkeys(event_types)),
            secrets=(SealedSecret(sender.seal(secret)),),
            state=EndpointState.ENABLED,
            created_at=now,
            created_by=by.user,
        )
        tx.webhook_endpoints.add(endpoint)
        _changed(engine, tx, now)
    return endpoint, secret


def listing(engine: ProcessEngine, *, by: Actor) -> tuple[WebhookEndpoint, ...]:
    """Return the organisation's endpoints, oldest first."""
    by.check(Permission.ADMINISTER)
    with engine.reading(by.organisation) as tx:
        return tx.webhook_endpoints.listing()


def rotate(engine: ProcessEngine, *, by: Actor, endpoint_id: str) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret, shown this once; the old one signs beside it for a day."""
    by.check(Permission.ADMINISTER)
    sender = _sender(engine)
    with engine.transaction(by.organisation) as tx:
        endpoint = tx.webhook_endpoints.get(endpoint_id, lock=True)
        secret = sender.new_secret()
        rotated = endpoint.with_new_secret(sender.seal(secret), engine.clock.now())
        tx.webhook_endpoints.save(rotated)
        tx.organisations.catalogue_changed()
    return rotated, secret


def enable(engine: ProcessEngine, *, by: Actor, endpoint_id: str) -> WebhookEndpoint:
    """Tell a disabled endpoint again, from now on; what it missed can be replayed."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        endpoint = tx.webhook_endpoints.get(endpoint_id, lock=True)
        if endpoint.state is EndpointState.ENABLED:
            raise IllegalMove("webhook endpoint", endpoint.state, EndpointState.ENABLED)
        enabled = replace(endpoint, state=EndpointState.ENABLED, disabled_reason=None)
        tx.webhook_endpoints.save(enabled)
        _changed(engine, tx, engine.clock.now())
    return enabled


def disable(engine: ProcessEngine, *, by: Actor, endpoint_id: str) -> WebhookEndpoint:
    """Tell an endpoint nothing until it is enabled; what was still to be sent is a dead letter."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        endpoint = tx.webhook_endpoints.get(endpoint_id, lock=True)
        webhook_streams.disable(engine, tx, endpoint, "Switched off by hand.")
        return tx.webhook_endpoints.get(endpoint_id)


def remove(engine: ProcessEngine, *, by: Actor, endpoint_id: str) -> None:
    """Tell an endpoint nothing more, for good. The log of what was sent to it stays."""
    by.check(Permission.ADMINISTER)
    with engine.transaction(by.organisation) as tx:
        endpoint = tx.webhook_endpoints.get(endpoint_id, lock=True)
        tx.webhook_deliveries.give_up(endpoint.id, now=engine.clock.now())
        tx.webhook_endpoints.save(replace(endpoint, state=EndpointState.REMOVED, secrets=()))
        tx.organisations.catalogue_changed()


def _sender(engine: ProcessEngine) -> WebhookSender:
    assert engine.webhook_sender is not None, "this engine was put together without a way out"
    return engine.webhook_sender


def _changed(engine: ProcessEngine, tx: Transaction, now: datetime) -> None:
    """Let every step know the endpoints as they are now, and watch the tasks that are open."""
    tx.organisations.catalogue_changed()
    due_checks.watch_open_tasks(engine, tx, engine.catalogues.as_changed_by(tx), now)
