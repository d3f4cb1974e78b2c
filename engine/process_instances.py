"""Process instances: start one, look at it, hold it up or end it by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import advance, told_notices
from engine.execution import Execution, load
from engine.feel import Value, from_json
from engine.model.actors import Actor, Permission
from engine.model.attachments import Attachment
from engine.model.deadlines import Deadline, deadlines_of
from engine.model.history import HistoryEvent, HistoryKind, RecordedEvent
from engine.model.pages import LARGEST_PAGE, Page, PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.user_tasks import UserTask
from engine.model.waits import (
    ConditionWait,
    ServiceTaskWait,
    SubscriptionWait,
    TimerWait,
    UserTaskWait,
    Wait,
)
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.told_notices import ToldNotice


@dataclass(frozen=True, slots=True)
class Token:
    """Where an instance waits: `kind` is user_task, timer, subscription, condition or
    service_task."""

    token_id: str
    element_id: str
    name: str
    kind: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokensInDiagram:
    """A diagram with tokens in it: the instance's own, or that of a process it has called.

    `tokens` says how many wait at which element, in the order they came there.
    """

    key: str
    version: int
    name: str
    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """An instance with all that its page shows."""

    instance: ProcessInstance
    diagrams: tuple[TokensInDiagram, ...]
    user_tasks: tuple[UserTask, ...]
    deadlines: tuple[Deadline, ...]
    attachments: tuple[Attachment, ...]
    notices: tuple[ToldNotice, ...]
    history: Page[RecordedEvent]
    suspended_by: HistoryEvent | None
    """Who has suspended it and why, while it is."""


def start(
    engine: ProcessEngine,
    *,
    by: Actor,
    process_definition_key: str,
    business_key: str | None,
    variables: Mapping[str, Any],
    version: int | None = None,
) -> ProcessInstance:
    """Begin an instance of the active version (or of `version`) and run it until it waits.

    `variables` are JSON or FEEL values. Raises DefinitionNotFound or DefinitionSuspended.
    """
    by.check(Permission.START)
    with engine.transaction(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        definition = catalogue.startable(process_definition_key, version)
        return advance.start(
            engine,
            tx,
            catalogue,
            definition,
            business_key=business_key,
            variables={name: from_json(value) for name, value in variables.items()},
            by=by.user,
            now=engine.clock.now(),
        )


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    state: InstanceState | None = None,
    business_key: str | None = None,
    process_definition_key: str | None = None,
    overdue: bool | None = None,
    q: str | None = None,
) -> Page[ProcessInstance]:
    """Return instances, newest first; `overdue`: those with an open task past its due time, or those without."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return tx.process_instances.listing(
            page,
            state=state,
            business_key=business_key,
            process_definition_key=process_definition_key,
            overdue=overdue,
            now=engine.clock.now(),
            text=q,
        )


def get(engine: ProcessEngine, *, by: Actor, instance_id: str) -> ProcessInstance:
    """Return the instance; raise ProcessInstanceNotFound."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return tx.process_instances.get(instance_id)


def variables(
    engine: ProcessEngine, *, by: Actor, instance_id: str, token_id: str | None = None
) -> dict[str, Value]:
    """Return the instance's variables as FEEL values; with a token, those that are seen there."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return _loaded(engine, tx, tx.process_instances.get(instance_id)).variables(token_id)


def tokens(engine: ProcessEngine, *, by: Actor, instance_id: str) -> tuple[Token, ...]:
    """Return where the instance waits; nothing once it has ended."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        instance = tx.process_instances.get(instance_id)
        if instance.state not in (InstanceState.RUNNING, InstanceState.SUSPENDED):
            return ()
        waits = _loaded(engine, tx, instance).waits()
    return tuple(_token(wait) for wait in waits.by_token.values())


def history(
    engine: ProcessEngine, *, by: Actor, instance_id: str, page: PageRequest
) -> Page[RecordedEvent]:
    """Return what happened to the instance, in order."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        tx.process_instances.get(instance_id)
        return tx.history.listing(instance_id, page)


def user_tasks(engine: ProcessEngine, *, by: Actor, instance_id: str) -> tuple[UserTask, ...]:
    """Return every user task the instance has had, oldest first."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        tx.process_instances.get(instance_id)
        return tx.user_tasks.of_instance(instance_id)


def deadlines(engine: ProcessEngine, *, by: Actor, instance_id: str) -> tuple[Deadline, ...]:
    """Return the due and follow-up times of the instance's user tasks, and how they were kept."""
    return deadlines_of(user_tasks(engine, by=by, instance_id=instance_id), engine.clock.now())


def overview(
    engine: ProcessEngine,
    *,
    by: Actor,
    instance_id: str,
    page: PageRequest,
    kinds: Sequence[HistoryKind],
) -> Overview:
    """Return all that an instance's page shows, read at one instant; history of these kinds."""
    by.check(Permission.READ_INSTANCES)
    now = engine.clock.now()
    with engine.reading(by.organisation) as tx:
        instance, number = tx.process_instances.with_catalogue(instance_id)
        catalogue = engine.catalogues.of(tx, number)
        spec = engine.catalogues.process(tx, catalogue.by_id[instance.process_definition_id])
        own = TokensInDiagram(spec.key, spec.version, spec.name, {})
        diagrams: tuple[TokensInDiagram, ...] = (own,)
        if instance.state in (InstanceState.RUNNING, InstanceState.SUSPENDED):
            surroundings = engine.surroundings(tx, catalogue, now)
            diagrams = _diagrams(own, load(spec, instance.document, surroundings))
        tasks = tx.user_tasks.of_instance(instance_id)
        return Overview(
            instance=instance,
            diagrams=diagrams,
            user_tasks=tasks,
            deadlines=deadlines_of(tasks, now),
            attachments=tx.attachments.of_instance(instance_id),
            notices=told_notices.of(
                tx,
                tx.notices.listing(
                    PageRequest(size=LARGEST_PAGE), process_instance_id=instance_id
                ).items,
            ),
            history=tx.history.listing(instance_id, page, kinds=kinds),
            suspended_by=_suspension(tx, instance),
        )


def _suspension(tx: Transaction, instance: ProcessInstance) -> HistoryEvent | None:
    if instance.state is not InstanceState.SUSPENDED:
        return None
    found = tx.history.latest(instance.id, kinds=[HistoryKind.PROCESS_INSTANCE_SUSPENDED], most=1)
    return found[0].event if found else None


def comment(engine: ProcessEngine, *, by: Actor, instance_id: str, text: str) -> None:
    """Add what somebody has to say to the instance's history, for all who may read it."""
    by.check(Permission.READ_INSTANCES)
    with engine.transaction(by.organisation) as tx:
        instance, number = tx.process_instances.lock(instance_id)
        event = HistoryEvent(
            HistoryKind.COMMENT_ADDED, at=engine.clock.now(), by=by.user, data={"text": text}
        )
        advance.record(engine, tx, engine.catalogues.of(tx, number), instance, event)


def _diagrams(own: TokensInDiagram, execution: Execution) -> tuple[TokensInDiagram, ...]:
    """Return the diagrams that hold tokens, the instance's own first."""
    found = {own.key: own}
    tokens: dict[str, Counter[str]] = {own.key: Counter()}
    for place in execution.places():
        if place.process not in found:
            spec = execution.process_of(place.token_id)
            found[place.process] = TokensInDiagram(spec.key, spec.version, spec.name, {})
            tokens[place.process] = Counter()
        tokens[place.process][place.element_id] += 1
    return tuple(replace(found[key], tokens=dict(tokens[key])) for key in found)


def cancel(engine: ProcessEngine, *, by: Actor, instance_id: str, reason: str) -> ProcessInstance:
    """End a running instance by hand; the reason is kept in its history."""
    by.check(Permission.CANCEL)
    with engine.transaction(by.organisation) as tx:
        instance, number = tx.process_instances.lock(instance_id)
        instance.check_move(InstanceState.CANCELLED)
        return advance.step(
            engine,
            tx,
            engine.catalogues.of(tx, number),
            instance,
            lambda execution: execution.cancel(reason, by=by.user),
            now=engine.clock.now(),
        )


def suspend(engine: ProcessEngine, *, by: Actor, instance_id: str, reason: str) -> ProcessInstance:
    """Let nothing of an instance move until it is activated: tasks, timers and messages wait.

    Its history keeps who did it and why. One that is suspended already stays as it is.
    """
    return _moved(
        engine,
        by,
        instance_id,
        InstanceState.SUSPENDED,
        HistoryKind.PROCESS_INSTANCE_SUSPENDED,
        reason,
    )


def activate(
    engine: ProcessEngine, *, by: Actor, instance_id: str, reason: str = ""
) -> ProcessInstance:
    """Let a suspended instance go on; what fell due meanwhile happens now."""
    return _moved(
        engine,
        by,
        instance_id,
        InstanceState.RUNNING,
        HistoryKind.PROCESS_INSTANCE_RESUMED,
        reason,
    )


def _moved(
    engine: ProcessEngine,
    by: Actor,
    instance_id: str,
    state: InstanceState,
    kind: HistoryKind,
    reason: str,
) -> ProcessInstance:
    by.check(Permission.CANCEL)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        instance, number = tx.process_instances.lock(instance_id)
        if instance.state is state:
            return instance
        moved = replace(instance, state=instance.check_move(state))
        event = HistoryEvent(kind, at=now, by=by.user, data={"reason": reason} if reason else {})
        recorded = advance.record(engine, tx, engine.catalogues.of(tx, number), moved, event)
        if state is InstanceState.RUNNING:
            due = tx.jobs.listing(
                PageRequest(LARGEST_PAGE), now=now, state="due", process_instance_id=instance_id
            )
            engine.dispatch(tx, due.items, now=now)
        return recorded


def _loaded(engine: ProcessEngine, tx: Transaction, instance: ProcessInstance) -> Execution:
    catalogue = engine.catalogues.of(tx)
    definition = catalogue.by_id[instance.process_definition_id]
    return load(
        engine.catalogues.process(tx, definition),
        instance.document,
        engine.surroundings(tx, catalogue, engine.clock.now()),
    )


def _token(wait: Wait) -> Token:
    match wait:
        case UserTaskWait():
            return Token(wait.token_id, wait.element_id, wait.name, "user_task", wait.due_at)
        case TimerWait():
            return Token(wait.token_id, wait.element_id, wait.name, "timer", wait.due_at)
        case SubscriptionWait():
            return Token(wait.token_id, wait.element_id, wait.name, "subscription")
        case ConditionWait():
            return Token(wait.token_id, wait.element_id, wait.name, "condition")
        case ServiceTaskWait():
            return Token(wait.token_id, wait.element_id, wait.name, "service_task")
