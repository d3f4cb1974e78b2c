"""What other systems are told of a step: thin events, written with it in one transaction. Sends nothing.

Ids, kinds, clauses, due times and a link: never a name, an answer or a narrative.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.catalogue import Catalogue
from engine.model.history import HistoryKind, RecordedEvent
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind, JobState
from engine.model.notices import Notice, NoticeDelivery, NoticeKind
from engine.model.process_definitions import Definition
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskState
from engine.model.waits import UserTaskWait, WaitsChange
from engine.model.webhook_deliveries import WebhookDelivery
from engine.model.webhook_endpoints import EventType, WebhookEndpoint
from engine.process_engine import ProcessEngine
from engine.store import Transaction

PLACES = 4
"""Events that may follow from one event of the history, for their order."""

_OF_HISTORY = {
    HistoryKind.PROCESS_INSTANCE_STARTED: EventType.PROCESS_INSTANCE_STARTED,
    HistoryKind.PROCESS_INSTANCE_COMPLETED: EventType.PROCESS_INSTANCE_COMPLETED,
    HistoryKind.USER_TASK_CREATED: EventType.USER_TASK_CREATED,
    HistoryKind.USER_TASK_CLAIMED: EventType.USER_TASK_ASSIGNED,
    HistoryKind.USER_TASK_DELEGATED: EventType.USER_TASK_ASSIGNED,
    HistoryKind.USER_TASK_COMPLETED: EventType.USER_TASK_COMPLETED,
    HistoryKind.DECISION_MADE: EventType.DECISION_MADE,
}
_AT_DUE_TIME = (EventType.USER_TASK_OVERDUE, EventType.DEADLINE_MISSED)


@dataclass(frozen=True, slots=True)
class _Event:
    """One thing to tell, and its place in the order of its stream."""

    type: EventType
    sequence: int
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def of_step(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    recorded: Sequence[RecordedEvent],
    *,
    now: datetime,
    change: WaitsChange | None = None,
) -> None:
    """Write what the organisation's endpoints hear of a step that was recorded as this."""
    if not catalogue.endpoints and not watches(catalogue):
        return
    removed, arrived = (
        _tasks(change.removed if change else ()),
        _tasks((*change.added, *change.changed) if change else ()),
    )
    events = [
        event for one in recorded for event in _events_of(engine, one, {**removed, **arrived})
    ]
    _write(engine, tx, catalogue, events, now=now, instance=instance)
    if watches(catalogue):
        due = [(wait.token_id, wait.due_at) for wait in arrived.values() if wait.due_at]
        watch(engine, tx, instance.id, due, now=now)


def of_due_time(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    task: UserTask,
    due_at: datetime,
    *,
    now: datetime,
) -> None:
    """Write what endpoints hear of a user task whose due time is now or was before."""
    place = instance.history_length * PLACES + PLACES - len(_AT_DUE_TIME)
    events = [
        _Event(kind, place + index, due_at, _of_task(engine, task))
        for index, kind in enumerate(_AT_DUE_TIME)
        if task.due_at == due_at and _holds(kind, task)
    ]
    _write(engine, tx, catalogue, events, now=now, instance=instance)


def hear_notices(catalogue: Catalogue) -> tuple[WebhookEndpoint, ...]:
    """Return the endpoints that hear of notices."""
    return tuple(one for one in catalogue.endpoints if one.hears(EventType.NOTICE_QUEUED))


def of_notice(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    notice: Notice,
    copy: NoticeDelivery,
    *,
    now: datetime,
) -> None:
    """Put a copy of a notice into its endpoint's stream, under the copy's own id."""
    page = f"user-tasks/{notice.user_task_id}" if notice.user_task_id else ""
    data = {
        "notice_id": notice.job_id,
        "kind": notice.kind,
        "template": notice.template,
        "to_role": notice.to_role or None,
        "element_id": notice.element_id,
        "user_task_id": notice.user_task_id,
        "clauses": list(notice.clauses),
        "due_at": notice.due_at.isoformat() if notice.due_at else None,
        "link": f"{engine.address}/{page or f'process-instances/{instance.id}'}",
    }
    for endpoint in hear_notices(catalogue):
        if endpoint.id == copy.recipient:
            place = instance.history_length * PLACES + 1
            event = _Event(EventType.NOTICE_QUEUED, place, now, data)
            stream = _stream(endpoint, instance)
            tx.webhook_deliveries.add(
                [_delivery(engine, tx, endpoint, stream, instance, event, now, copy.id)]
            )
            wake(engine, tx, endpoint.id, stream, now=now)


def of_activation(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    deployment_id: str | None,
    definitions: Iterable[Definition],
    *,
    now: datetime,
) -> None:
    """Write what endpoints hear of versions that are active from now; `catalogue` has them already."""
    data = {
        "deployment_id": deployment_id,
        "definitions": [
            {"kind": one.kind, "key": one.key, "version": one.version} for one in definitions
        ],
        "link": None,
    }
    if data["definitions"]:
        event = _Event(EventType.DEPLOYMENT_ACTIVATED, catalogue.number, now, data)
        _write(engine, tx, catalogue, [event], now=now, instance=None)


def watches(catalogue: Catalogue) -> bool:
    """Say whether somebody is told of what happens when a task falls due."""
    if NoticeKind.TASK_OVERDUE in catalogue.organisation.task_notices:
        return True
    return any(one.hears(kind) for one in catalogue.endpoints for kind in _AT_DUE_TIME)


def watch(
    engine: ProcessEngine,
    tx: Transaction,
    instance_id: str,
    due: Iterable[tuple[str, datetime]],
    *,
    now: datetime,
) -> None:
    """Have each user task (id, due time) looked at when it falls due."""
    jobs = [
        Job(
            id=new_id(),
            organisation=tx.organisation,
            kind=JobKind.DUE_CHECK,
            process_instance_id=None,
            key=f"due:{task_id}:{int(at.timestamp())}",
            element_id=None,
            payload={"process_instance_id": instance_id, "user_task_id": task_id},
            due_at=at,
        )
        for task_id, at in due
    ]
    new = [job for job in jobs if tx.jobs.find_keyed(job.key) is None]
    tx.jobs.add(new)
    engine.dispatch(tx, new, now=now)


def wake(
    engine: ProcessEngine,
    tx: Transaction,
    endpoint_id: str,
    stream: str,
    *,
    now: datetime,
    at_once: bool = False,
) -> None:
    """Have a stream sent: it keeps its job and, unless `at_once`, the time of its next attempt."""
    # The lock keeps whoever is sending from ending the job while there is something new to send.
    job = tx.jobs.find_keyed(stream, lock=True)
    if job is None:
        job = Job(
            id=new_id(),
            organisation=tx.organisation,
            kind=JobKind.WEBHOOK,
            process_instance_id=None,
            key=stream,
            element_id=None,
            payload={"endpoint_id": endpoint_id},
            due_at=now,
        )
        tx.jobs.add([job])
    elif at_once:
        job = replace(job, due_at=now, state=JobState.WAITING, attempts=0)
        tx.jobs.save(job)
    else:
        return
    engine.dispatch(tx, [job], now=now)


def _write(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    events: Sequence[_Event],
    *,
    now: datetime,
    instance: ProcessInstance | None,
) -> None:
    for endpoint in catalogue.endpoints:
        heard = [event for event in events if endpoint.hears(event.type)]
        if heard:
            stream = _stream(endpoint, instance)
            tx.webhook_deliveries.add(
                [_delivery(engine, tx, endpoint, stream, instance, event, now) for event in heard]
            )
            wake(engine, tx, endpoint.id, stream, now=now)


def _stream(endpoint: WebhookEndpoint, instance: ProcessInstance | None) -> str:
    return f"webhook:{endpoint.id}:{instance.id if instance else ''}"


def _delivery(
    engine: ProcessEngine,
    tx: Transaction,
    endpoint: WebhookEndpoint,
    stream: str,
    instance: ProcessInstance | None,
    event: _Event,
    now: datetime,
    delivery_id: str | None = None,
) -> WebhookDelivery:
    delivery_id = delivery_id or new_id()
    of_instance: dict[str, Any] = {}
    if instance is not None:
        of_instance = {
            "process_instance_id": instance.id,
            "process_definition_key": instance.process_definition_key,
            "version": instance.version,
            "link": f"{engine.address}/process-instances/{instance.id}",
        }
    body = {
        # The names of CloudEvents 1.0.
        "specversion": "1.0",
        "id": delivery_id,
        "source": f"{engine.address}/api/v1/{tx.organisation}",
        "type": event.type,
        "subject": instance.id if instance else None,
        "time": event.at.isoformat(),
        "data": {"organisation": tx.organisation, **of_instance, **event.data},
    }
    return WebhookDelivery(
        id=delivery_id,
        organisation=tx.organisation,
        endpoint_id=endpoint.id,
        process_instance_id=instance.id if instance else None,
        stream=stream,
        sequence=event.sequence,
        event_type=event.type,
        body=json.dumps({name: value for name, value in body.items() if value is not None}),
        created_at=now,
        due_at=now,
    )


def _events_of(
    engine: ProcessEngine, recorded: RecordedEvent, tasks: Mapping[str, UserTaskWait]
) -> Iterable[_Event]:
    event = recorded.event
    kind = _OF_HISTORY.get(event.kind)
    if kind is None:
        return
    place = recorded.sequence * PLACES
    if event.kind is HistoryKind.DECISION_MADE:
        hit = (clause for rule in event.data["rules"] for clause in rule["clauses"])
        data = {
            "element_id": event.element_id,
            "clauses": list(dict.fromkeys((*event.clauses, *hit))),
            "decision": event.data["decision"],
        }
        yield _Event(kind, place, event.at, data)
        return
    if kind in (EventType.PROCESS_INSTANCE_STARTED, EventType.PROCESS_INSTANCE_COMPLETED):
        yield _Event(kind, place, event.at)
        return
    task = tasks.get(event.token_id or "")
    due_at = task.due_at if task else None
    of_task = _task_data(engine, event.token_id, event.element_id, event.clauses, due_at)
    yield _Event(kind, place, event.at, of_task)
    if kind is EventType.USER_TASK_CREATED and task is not None and task.assignee:
        yield _Event(EventType.USER_TASK_ASSIGNED, place + 1, event.at, of_task)
    if kind is EventType.USER_TASK_COMPLETED and due_at is not None and event.at <= due_at:
        yield _Event(EventType.DEADLINE_MET, place + 1, event.at, of_task)


def _tasks(waits: Iterable[object]) -> dict[str, UserTaskWait]:
    return {wait.token_id: wait for wait in waits if isinstance(wait, UserTaskWait)}


def _of_task(engine: ProcessEngine, task: UserTask) -> dict[str, Any]:
    return _task_data(engine, task.id, task.element_id, task.clauses, task.due_at)


def _task_data(
    engine: ProcessEngine,
    task_id: str | None,
    element_id: str | None,
    clauses: Sequence[str],
    due_at: datetime | None,
) -> dict[str, Any]:
    return {
        "user_task_id": task_id,
        "element_id": element_id,
        "clauses": list(clauses),
        "due_at": due_at.isoformat() if due_at else None,
        "link": f"{engine.address}/user-tasks/{task_id}",
    }


def _holds(kind: EventType, task: UserTask) -> bool:
    if task.state is UserTaskState.OPEN:
        return True
    if task.state is not UserTaskState.COMPLETED or kind is not EventType.DEADLINE_MISSED:
        return False
    assert task.completed_at is not None
    return task.due_at is not None and task.completed_at > task.due_at
