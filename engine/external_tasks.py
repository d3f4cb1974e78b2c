"""External tasks: a worker fetches and holds them, and reports that they are done or have failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine import advance
from engine.catalogue import Catalogue
from engine.execution import RESERVED_NAMES, load
from engine.feel import Value, from_json
from engine.model.actors import Actor, Permission
from engine.model.external_tasks import (
    ExternalTask,
    ExternalTaskNotFound,
    ExternalTaskNotHeld,
    Topic,
    after_worker_failure,
    check_held,
    locked,
)
from engine.model.jobs import Job, JobKind, JobState, retried
from engine.model.process_instances import InstanceState
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.store.external_tasks import Wanted

LOOKED_AT = 500
"""Tasks looked at when variables decide which of them a worker wants."""

BY_PRIORITY = (("taskPriority", True),)


@dataclass(frozen=True, slots=True)
class Result:
    """What a worker gives: `variables` for the process, `local` for the task's output parameters."""

    variables: Mapping[str, Any]
    local: Mapping[str, Any]


def fetch_and_lock(
    engine: ProcessEngine,
    *,
    by: Actor,
    worker: str,
    topics: Sequence[Topic],
    most: int,
    order: Sequence[tuple[str, bool]] = BY_PRIORITY,
) -> tuple[ExternalTask, ...]:
    """Return at most `most` tasks that nobody holds, held by `worker` from now on.

    `order`: see `engine.store.external_tasks.SORTS`; then the longest available first.
    """
    by.check(Permission.WORK_EXTERNAL_TASKS)
    now = engine.clock.now()
    asked = {topic.name: topic for topic in topics}
    limit = LOOKED_AT if any(topic.equal for topic in topics) else most
    # Most questions find nothing: they take no turn among those who write.
    with engine.reading(by.organisation) as tx:
        if not tx.external_tasks.available(topics, now=now, limit=1, order=()):
            return ()
    fetched: list[ExternalTask] = []
    with engine.transaction(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        for task in tx.external_tasks.available(topics, now=now, limit=limit, order=order):
            topic = asked[task.topic]
            known = _with_variables(engine, tx, catalogue, task, topic)
            job = locked(task.job, worker, now + topic.lock_for)
            if known is not None and tx.external_tasks.lock(job, now=now):
                fetched.append(replace(known, job=job))
            if len(fetched) == most:
                break
    return tuple(fetched)


def complete(
    engine: ProcessEngine, *, by: Actor, task_id: str, worker: str, result: Result
) -> None:
    """Take over what the worker did, and run the process instance until it waits again."""
    variables, local = _values(result.variables), _values(result.local)
    _move(
        engine,
        by,
        task_id,
        worker,
        lambda token: (
            lambda execution: execution.complete_service_task(
                token, variables, local=local, by=by.user
            )
        ),
    )


def throw_bpmn_error(
    engine: ProcessEngine,
    *,
    by: Actor,
    task_id: str,
    worker: str,
    code: str,
    message: str,
    variables: Mapping[str, Any],
) -> None:
    """End the task with an error that the diagram knows; caught by nothing, it fails the instance."""
    values = _values(variables)
    _move(
        engine,
        by,
        task_id,
        worker,
        lambda token: (
            lambda execution: execution.throw_bpmn_error(token, code, message, values, by=by.user)
        ),
    )


def fail(
    engine: ProcessEngine,
    *,
    by: Actor,
    task_id: str,
    worker: str,
    message: str,
    details: str | None = None,
    retries: int | None = None,
    retry_after: timedelta = timedelta(0),
) -> None:
    """Note that the work failed: it is fetched again later, or waits for a person as a dead letter."""
    by.check(Permission.WORK_EXTERNAL_TASKS)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        job = _held(tx, task_id, worker)
        failed = after_worker_failure(
            job, message, details, retries=retries, retry_after=retry_after, now=now
        )
        tx.jobs.save(failed)
        if failed.state is JobState.WAITING:
            engine.dispatch(tx, [failed], now=now)


def extend_lock(
    engine: ProcessEngine, *, by: Actor, task_id: str, worker: str, lock_for: timedelta
) -> None:
    """Hold a task that the worker has for `lock_for` from now."""
    by.check(Permission.WORK_EXTERNAL_TASKS)
    with engine.transaction(by.organisation) as tx:
        job = _held(tx, task_id, worker)
        tx.jobs.save(locked(job, worker, engine.clock.now() + lock_for))


def lock(
    engine: ProcessEngine, *, by: Actor, task_id: str, worker: str, lock_for: timedelta
) -> None:
    """Hold one task that nobody else holds; raise ExternalTaskNotHeld when somebody does."""
    by.check(Permission.WORK_EXTERNAL_TASKS)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        job = _found(tx, task_id)
        if not tx.external_tasks.lock(locked(job, worker, now + lock_for), now=now):
            raise ExternalTaskNotHeld(job, worker)


def unlock(engine: ProcessEngine, *, by: Actor, task_id: str) -> None:
    """Give a task back, whoever holds it: it can be fetched at once."""
    by.check(Permission.WORK_EXTERNAL_TASKS)
    with engine.transaction(by.organisation) as tx:
        free = replace(_found(tx, task_id), lease=None, leased_until=None)
        tx.jobs.save(free)
        if free.state is JobState.WAITING:
            engine.dispatch(tx, [free], now=engine.clock.now())


def set_retries(engine: ProcessEngine, *, by: Actor, task_id: str, retries: int) -> None:
    """Give a task this many attempts; none makes it a dead letter."""
    by.check(Permission.RETRY_JOBS)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        job = _found(tx, task_id)
        if retries > 0:
            again = retried(job, now=now) if job.state is JobState.DEAD_LETTER else job
            tx.jobs.save(replace(again, attempts=1, max_attempts=1 + retries))
            engine.dispatch(tx, [again], now=now)
        else:
            tx.jobs.save(replace(job, attempts=max(job.attempts, 1), state=JobState.DEAD_LETTER))


def get(engine: ProcessEngine, *, by: Actor, task_id: str) -> ExternalTask:
    """Return one task without its variables; raise ExternalTaskNotFound."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        found = tx.external_tasks.find(task_id)
        if found is None:
            raise ExternalTaskNotFound(task_id)
        return _tagged(engine.catalogues.of(tx), found)


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    wanted: Wanted,
    first: int,
    most: int,
    order: Sequence[tuple[str, bool]] = (),
) -> tuple[ExternalTask, ...]:
    """Return tasks without their variables, from place `first` on."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        found = tx.external_tasks.listing(wanted, first=first, limit=most, order=order)
    return tuple(_tagged(catalogue, task) for task in found)


def count(engine: ProcessEngine, *, by: Actor, wanted: Wanted) -> int:
    """Return how many tasks there are."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.external_tasks.count(wanted)


def topics_available(engine: ProcessEngine) -> Mapping[tuple[str, str], int]:
    """Return how many tasks of each organisation and topic can be fetched now."""
    with engine.store.system_reading() as tx:
        return tx.due_jobs.external_topics(engine.clock.now())


def _move(
    engine: ProcessEngine,
    by: Actor,
    task_id: str,
    worker: str,
    action: Callable[[str], advance.Action],
) -> None:
    """Move the instance of a task that the worker holds: the instance is locked first, then the job."""
    by.check(Permission.WORK_EXTERNAL_TASKS)
    with engine.transaction(by.organisation) as tx:
        wanted = _found(tx, task_id, lock=False)
        instance, number = tx.process_instances.lock(wanted.instance_id)
        job = _held(tx, task_id, worker)
        instance.check_runs()
        advance.step(
            engine,
            tx,
            engine.catalogues.of(tx, number),
            instance,
            action(job.key),
            now=engine.clock.now(),
        )


def _held(tx: Transaction, task_id: str, worker: str) -> Job:
    job = _found(tx, task_id)
    check_held(job, worker)
    return job


def _found(tx: Transaction, task_id: str, *, lock: bool = True) -> Job:
    job = tx.jobs.find(task_id, lock=lock)
    if job is None or job.kind is not JobKind.EXTERNAL_TASK:
        raise ExternalTaskNotFound(task_id)
    return job


def _values(given: Mapping[str, Any]) -> dict[str, Value]:
    return {name: from_json(value) for name, value in given.items()}


def _tagged(catalogue: Catalogue, task: ExternalTask) -> ExternalTask:
    definition = catalogue.by_id[task.process_definition_id]
    return replace(task, version_tag=definition.version_tag)


def _with_variables(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    task: ExternalTask,
    topic: Topic,
) -> ExternalTask | None:
    """Return the task with what the worker wants to know of it; None when it is not asked for."""
    instance = tx.process_instances.get(task.job.instance_id)
    if instance.state is not InstanceState.RUNNING:
        return None
    definition = catalogue.by_id[task.process_definition_id]
    spec = engine.catalogues.process(tx, definition)
    surroundings = engine.surroundings(tx, catalogue, engine.clock.now())
    execution = load(spec, instance.document, surroundings)
    seen = execution.variables(task.job.key)
    if any(name not in seen or seen[name] != from_json(v) for name, v in topic.equal.items()):
        return None
    local = task.job.payload["variables"] if topic.local_only else None
    element = execution.process_of(task.job.key).elements.get(task.job.element_id or "")
    return replace(
        task,
        version_tag=definition.version_tag,
        variables={
            name: value
            for name, value in seen.items()
            if name not in RESERVED_NAMES
            and (topic.variables is None or name in topic.variables)
            and (local is None or name in local)
        },
        properties=element.properties if element else {},
    )
