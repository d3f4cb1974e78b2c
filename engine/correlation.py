"""Finds who a message or a signal is for, within the caller's transaction, and moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from engine import advance
from engine.catalogue import Catalogue
from engine.feel import Value, encode
from engine.model.errors import RemitError
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind
from engine.model.process_definitions import Definition, DefinitionKind, DefinitionState
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.waits import SubscriptionKind
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.store.subscriptions import Subscription


class AmbiguousMessage(RemitError):
    """More than one token waits for this message: a key must say which one is meant."""

    code: ClassVar[str] = "ambiguous_message"

    def __init__(self, name: str, waiting: int) -> None:
        super().__init__(
            f"{waiting} tokens wait for the message {name}. "
            "Give the correlation_key of the one that is meant."
        )


def deliver(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    *,
    name: str,
    key: str | None,
    variables: Mapping[str, Value],
    by: str,
    holds: bool = False,
) -> tuple[str, ProcessInstance] | None:
    """Give a message to the token that waits for it, or start the process that it starts.

    Returns (`delivered` or `started`, the instance), None when nothing wants the message. A
    waiting token comes first; the started instance has the key as its business key. For a
    suspended instance it raises ProcessInstanceNotRunning or, where it `holds` what has no sender
    that could try again, keeps the message until that is activated (`held`).
    """
    waiting = tx.subscriptions.waiting(SubscriptionKind.MESSAGE, name, key)
    if len(waiting) > 1:
        raise AmbiguousMessage(name, len(waiting))
    if waiting:
        instance, _ = tx.process_instances.lock(waiting[0].process_instance_id)
        if holds and instance.state is InstanceState.SUSPENDED:
            _keep(engine, tx, waiting[0], name, variables)
            return "held", instance
        return "delivered", _wake(engine, tx, catalogue, waiting[0], variables)
    for definition in _active(catalogue):
        start_event = engine.catalogues.process(tx, definition).message_starts.get(name)
        if start_event is not None:
            instance = advance.start(
                engine,
                tx,
                catalogue,
                definition,
                business_key=key,
                variables=variables,
                by=by,
                now=engine.clock.now(),
                start_event=start_event,
            )
            return "started", instance
    return None


def broadcast(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    *,
    name: str,
    variables: Mapping[str, Value],
    by: str,
    thrown_by: str | None = None,
) -> int:
    """Give a signal to every token that waits for it and start every process it starts; how many.

    `thrown_by` is the instance that threw it, whose own tokens had it in the step that did. For a
    suspended instance it is kept until that is activated: nobody else waits for it.
    """
    waiting = [
        subscription
        for subscription in tx.subscriptions.waiting(SubscriptionKind.SIGNAL, name, None)
        if subscription.process_instance_id != thrown_by
    ]
    for subscription in waiting:
        instance, _ = tx.process_instances.lock(subscription.process_instance_id)
        if instance.state is InstanceState.SUSPENDED:
            _keep(engine, tx, subscription, name, variables)
        else:
            _wake(engine, tx, catalogue, subscription, variables)
    started = 0
    for definition in _active(catalogue):
        start_event = engine.catalogues.process(tx, definition).signal_starts.get(name)
        if start_event is not None:
            advance.start(
                engine,
                tx,
                catalogue,
                definition,
                business_key=None,
                variables=variables,
                by=by,
                now=engine.clock.now(),
                start_event=start_event,
            )
            started += 1
    return len(waiting) + started


def _keep(
    engine: ProcessEngine,
    tx: Transaction,
    subscription: Subscription,
    name: str,
    variables: Mapping[str, Value],
) -> None:
    """Let a token have a message or signal once its instance goes on, after those held before."""
    thrown = {name: encode(value) for name, value in variables.items()}
    before = tx.jobs.of_token(subscription.process_instance_id, subscription.token_id)
    if before is not None:
        payload = {**before.payload, "thrown": [*before.payload["thrown"], thrown]}
        tx.jobs.save(replace(before, payload=payload))
        return
    held = Job(
        id=new_id(),
        organisation=tx.organisation,
        kind=JobKind.HELD,
        process_instance_id=subscription.process_instance_id,
        key=subscription.token_id,
        element_id=subscription.element_id,
        payload={"name": name, "thrown": [thrown]},
        due_at=engine.clock.now(),
    )
    tx.jobs.add([held])


def _active(catalogue: Catalogue) -> list[Definition]:
    latest = (
        catalogue.latest(DefinitionKind.PROCESS, key)
        for key in catalogue.keys(DefinitionKind.PROCESS)
    )
    return [definition for definition in latest if definition.state is DefinitionState.ACTIVE]


def _wake(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    subscription: Subscription,
    variables: Mapping[str, Value],
) -> ProcessInstance:
    instance, _ = tx.process_instances.lock(subscription.process_instance_id)
    instance.check_runs()
    return advance.step(
        engine,
        tx,
        catalogue,
        instance,
        lambda execution: execution.deliver(subscription.token_id, variables),
        now=engine.clock.now(),
    )
