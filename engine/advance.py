"""Moves one process instance: run it until every token waits, and save what it now waits for.

Every step of every use case ends here. Reads no clock, opens no transaction, calls nothing outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import notice_queue, webhook_events
from engine.catalogue import Catalogue
from engine.execution import Execution, Outcome, Thrown, load
from engine.execution import start as start_execution
from engine.feel import Value, encode
from engine.model.history import HistoryEvent, RecordedEvent, chained
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind, RetryPolicy
from engine.model.process_definitions import Definition
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.waits import (
    ServiceTaskWait,
    SubscriptionKind,
    SubscriptionWait,
    TimerWait,
    UserTaskWait,
    Wait,
    WaitsChange,
)
from engine.process_engine import ProcessEngine
from engine.store import Transaction

Action = Callable[[Execution], None]
"""What is done to an execution before it runs on."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The user task that a person has just done: its row says completed, by them."""

    task_id: str
    by: str


def start(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    definition: Definition,
    *,
    business_key: str | None,
    variables: Mapping[str, Value],
    by: str,
    now: datetime,
    start_event: str | None = None,
    scheduled_at: datetime | None = None,
) -> ProcessInstance:
    """Begin an instance, run it until it waits, and store it.

    `scheduled_at`: for one that a timer begins, when it was to begin, which may be long before now.
    """
    instance = ProcessInstance(
        id=new_id(),
        process_definition_id=definition.id,
        process_definition_key=definition.key,
        version=definition.version,
        business_key=business_key,
        state=InstanceState.RUNNING,
        started_at=now,
        started_by=by,
        ended_at=None,
        revision=1,
        document="",
        history_length=0,
        history_hash="",
    )
    execution = start_execution(
        engine.catalogues.process(tx, definition),
        variables=variables,
        surroundings=engine.surroundings(tx, catalogue, now),
        instance={
            "id": instance.id,
            "business_key": business_key,
            "started_at": now,
            "scheduled_at": scheduled_at,
            "calendar": catalogue.organisation.calendar.version,
        },
        start_event=start_event,
        by=by,
    )
    execution.run()
    outcome = execution.outcome()
    recorded = chained(outcome.events)
    begun = _with_history(_advanced(instance, outcome, now), recorded)
    tx.process_instances.add(begun)
    tx.history.add(instance.id, recorded)
    webhook_events.of_step(engine, tx, catalogue, begun, recorded, now=now, change=outcome.change)
    _reconcile(
        engine, tx, catalogue, begun, outcome.change, outcome.thrown, now=now, completion=None
    )
    new_tasks = _tokens(outcome.change.added, UserTaskWait)
    notice_queue.of_created(engine, tx, catalogue, begun, new_tasks, now=now)
    return begun


def step(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    action: Action,
    *,
    now: datetime,
    completion: Completion | None = None,
    events: Sequence[HistoryEvent] = (),
) -> ProcessInstance:
    """Do one thing to a locked instance, run it until it waits again, and store what came of it.

    `events` are recorded before those of the step itself. Raises
    ProcessInstanceMoved when its revision has changed since it was read, and whatever the
    action or the diagram raises; nothing is stored then.
    """
    definition = catalogue.by_id[instance.process_definition_id]
    execution = load(
        engine.catalogues.process(tx, definition),
        instance.document,
        engine.surroundings(tx, catalogue, now),
    )
    action(execution)
    execution.run()
    outcome = execution.outcome()
    advanced = _advanced(instance, outcome, now)
    saved, recorded = _saved(tx, advanced, (*events, *outcome.events))
    webhook_events.of_step(engine, tx, catalogue, saved, recorded, now=now, change=outcome.change)
    _reconcile(
        engine,
        tx,
        catalogue,
        saved,
        outcome.change,
        outcome.thrown,
        now=now,
        completion=completion,
    )
    new_tasks = _tokens(outcome.change.added, UserTaskWait)
    notice_queue.of_created(engine, tx, catalogue, saved, new_tasks, now=now)
    return saved


def record(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    event: HistoryEvent,
) -> ProcessInstance:
    """Add one event to the history of an instance whose tokens do not move."""
    saved, recorded = _saved(tx, instance, [event])
    webhook_events.of_step(engine, tx, catalogue, saved, recorded, now=event.at)
    notice_queue.of_handover(engine, tx, catalogue, saved, event)
    return saved


def _saved(
    tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]
) -> tuple[ProcessInstance, Sequence[RecordedEvent]]:
    recorded = chained(events, length=instance.history_length, last_hash=instance.history_hash)
    saved = tx.process_instances.save(_with_history(instance, recorded))
    tx.history.add(instance.id, recorded)
    return saved, recorded


def _with_history(instance: ProcessInstance, recorded: Sequence[RecordedEvent]) -> ProcessInstance:
    if not recorded:
        return instance
    return replace(instance, history_length=recorded[-1].sequence, history_hash=recorded[-1].hash)


def _advanced(instance: ProcessInstance, outcome: Outcome, now: datetime) -> ProcessInstance:
    state = instance.check_move(InstanceState(outcome.state))
    ended_at = None if state is InstanceState.RUNNING else now
    return replace(instance, state=state, ended_at=ended_at, document=outcome.document)


def _reconcile(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    change: WaitsChange,
    thrown: Sequence[Thrown],
    *,
    now: datetime,
    completion: Completion | None,
) -> None:
    """Bring the rows of user tasks, jobs and subscriptions in step with the tokens (law 3)."""
    tx.user_tasks.close(
        _tokens(change.removed, UserTaskWait),
        now=now,
        completed=completion.task_id if completion else None,
        by=completion.by if completion else None,
    )
    tx.jobs.remove(
        instance.id,
        _tokens(change.removed, TimerWait, ServiceTaskWait, SubscriptionWait),
    )
    tx.subscriptions.remove(_tokens((*change.removed, *change.changed), SubscriptionWait))
    tx.user_tasks.add(instance, [w for w in change.added if isinstance(w, UserTaskWait)])
    tx.subscriptions.add(
        instance.id,
        [w for w in (*change.added, *change.changed) if isinstance(w, SubscriptionWait)],
    )
    for wait in change.changed:
        if isinstance(wait, UserTaskWait):
            tx.user_tasks.change(wait)
        elif isinstance(wait, TimerWait):
            tx.jobs.reschedule(instance.id, wait.token_id, wait.due_at)
    jobs = [
        *(
            _job_of(engine, catalogue, instance, wait, now)
            for wait in change.added
            if isinstance(wait, TimerWait | ServiceTaskWait)
        ),
        *(_job_of_thrown(tx.organisation, instance, one, now) for one in thrown),
        *_jobs_of_buffered(tx, instance, change.added, now),
    ]
    tx.jobs.add(jobs)
    engine.dispatch(tx, jobs, now=now)


def _tokens(waits: Sequence[Wait], *kinds: type[Wait]) -> list[str]:
    return [wait.token_id for wait in waits if isinstance(wait, kinds)]


def _job_of(
    engine: ProcessEngine,
    catalogue: Catalogue,
    instance: ProcessInstance,
    wait: TimerWait | ServiceTaskWait,
    now: datetime,
) -> Job:
    if isinstance(wait, TimerWait):
        return Job(
            id=new_id(),
            organisation=catalogue.organisation.key,
            kind=JobKind.TIMER,
            process_instance_id=instance.id,
            key=wait.token_id,
            element_id=wait.element_id,
            payload={},
            due_at=wait.due_at,
        )
    policy = RetryPolicy.parse(wait.retry_cycle)
    return Job(
        id=new_id(),
        organisation=catalogue.organisation.key,
        kind=engine.performed_by(catalogue, wait.topic),
        process_instance_id=instance.id,
        key=wait.token_id,
        element_id=wait.element_id,
        payload={
            "topic": wait.topic,
            "name": wait.name,
            "clauses": list(wait.clauses),
            "variables": {name: encode(value) for name, value in wait.variables.items()},
        },
        due_at=now,
        priority=wait.priority,
        max_attempts=policy.max_attempts,
        retry_delays=policy.delays,
    )


def _job_of_thrown(
    organisation: str, instance: ProcessInstance, thrown: Thrown, now: datetime
) -> Job:
    variables = {name: encode(value) for name, value in thrown.variables.items()}
    return _message_job(
        organisation,
        instance,
        str(thrown.kind),
        thrown.name,
        thrown.correlation_key,
        variables,
        now,
    )


def _jobs_of_buffered(
    tx: Transaction, instance: ProcessInstance, added: Sequence[Wait], now: datetime
) -> list[Job]:
    """Take the messages on hold that a new subscription was late for."""
    jobs = []
    for wait in added:
        if isinstance(wait, SubscriptionWait) and wait.kind is SubscriptionKind.MESSAGE:
            keys = (wait.correlation_key or instance.business_key, wait.correlation_key)
            held = tx.buffered_messages.take(wait.name, keys, now)
            if held is not None:
                key = held.correlation_key
                jobs.append(
                    _message_job(
                        tx.organisation, instance, "message", held.name, key, held.variables, now
                    )
                )
    return jobs


def _message_job(
    organisation: str,
    instance: ProcessInstance,
    kind: str,
    name: str,
    correlation_key: str | None,
    variables: Mapping[str, Any],
    now: datetime,
) -> Job:
    job_id = new_id()
    return Job(
        id=job_id,
        organisation=organisation,
        kind=JobKind.MESSAGE,
        process_instance_id=instance.id,
        key=f"message:{job_id}",
        element_id=None,
        payload={
            "kind": kind,
            "name": name,
            "correlation_key": correlation_key,
            "variables": dict(variables),
        },
        due_at=now,
    )
