"""External tasks of one organisation: the jobs of that kind, with the instances they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, func, or_, select, update

from engine.model.external_tasks import ExternalTask, Topic
from engine.model.jobs import Job, JobKind, JobState
from engine.model.process_instances import InstanceState
from engine.store.jobs import job_of
from engine.store.rows import Repository
from engine.store.schema import job, process_instance

_topic = job.c.payload["topic"].as_string()
_worker = job.c.payload["worker"].as_string()

_SORTS: dict[str, ColumnElement[Any]] = {
    "id": job.c.id,
    "lockExpirationTime": job.c.leased_until,
    "processInstanceId": job.c.process_instance_id,
    "processDefinitionId": process_instance.c.definition_id,
    "processDefinitionKey": process_instance.c.process_definition_key,
    "taskPriority": job.c.priority,
    "createTime": job.c.due_at,
}
SORTS = frozenset(_SORTS)
"""What a list of external tasks can be ordered by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which external tasks to list; None asks nothing. `locked` is judged at `now`."""

    now: datetime
    ids: tuple[str, ...] | None = None
    topic: str | None = None
    worker: str | None = None
    locked: bool | None = None
    retries_left: bool | None = None
    element_ids: tuple[str, ...] | None = None
    process_instance_ids: tuple[str, ...] | None = None
    process_definition_id: str | None = None
    suspended: bool | None = None


class ExternalTasks(Repository):
    def available(
        self,
        topics: Sequence[Topic],
        *,
        now: datetime,
        limit: int,
        order: Sequence[tuple[str, bool]],
    ) -> tuple[ExternalTask, ...]:
        """Return tasks that can be fetched now; `order` as in `listing`, then the longest due first."""
        query = (
            self._tasks()
            .where(available(now), or_(*(_asked_for(topic) for topic in topics)))
            .order_by(*_ordered(order), job.c.due_at, job.c.id)
            .limit(limit)
        )
        return tuple(_external_task(row) for row in self._connection.execute(query))

    def find(self, task_id: str) -> ExternalTask | None:
        """Return one task, or None when it is gone."""
        row = self._connection.execute(self._tasks().where(job.c.id == task_id)).one_or_none()
        return _external_task(row) if row else None

    def lock(self, wanted: Job, *, now: datetime) -> bool:
        """Write the lease that `wanted` has, unless somebody else holds the job or it is gone."""
        free = or_(job.c.lease.is_(None), job.c.leased_until <= now, job.c.lease == wanted.lease)
        changed = self._connection.execute(
            update(job)
            .where(
                job.c.organisation == self._organisation,
                job.c.id == wanted.id,
                job.c.kind == JobKind.EXTERNAL_TASK,
                job.c.state == JobState.WAITING,
                free,
            )
            .values(lease=wanted.lease, leased_until=wanted.leased_until, payload=wanted.payload)
        )
        return changed.rowcount == 1

    def listing(
        self, wanted: Wanted, *, first: int, limit: int, order: Sequence[tuple[str, bool]]
    ) -> tuple[ExternalTask, ...]:
        """Return tasks from place `first` on; `order`: what of (see SORTS), and whether descending."""
        query = (
            self._tasks()
            .where(*_conditions(wanted))
            .order_by(*_ordered(order), job.c.due_at, job.c.id)
            .offset(first)
            .limit(limit)
        )
        return tuple(_external_task(row) for row in self._connection.execute(query))

    def count(self, wanted: Wanted) -> int:
        """Return how many tasks there are."""
        found = self._tasks().where(*_conditions(wanted)).subquery()
        counted: int = self._connection.execute(
            select(func.count()).select_from(found)
        ).scalar_one()
        return counted

    def _tasks(self) -> Select[Any]:
        return (
            self._select(
                job,
                job,
                process_instance.c.definition_id,
                process_instance.c.process_definition_key,
                process_instance.c.version,
                process_instance.c.business_key,
                process_instance.c.state.label("instance_state"),
            )
            .join(process_instance, process_instance.c.id == job.c.process_instance_id)
            .where(job.c.kind == JobKind.EXTERNAL_TASK)
        )


def available(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Say in SQL that a worker can fetch the job at `now`; its instance is joined."""
    return and_(
        job.c.kind == JobKind.EXTERNAL_TASK,
        job.c.state == JobState.WAITING,
        job.c.due_at <= now,
        or_(job.c.lease.is_(None), job.c.leased_until <= now),
        process_instance.c.state == InstanceState.RUNNING,
    )


def _asked_for(topic: Topic) -> ColumnElement[bool]:
    asked = [_topic == topic.name]
    if topic.business_key is not None:
        asked.append(process_instance.c.business_key == topic.business_key)
    if topic.process_definition_ids is not None:
        asked.append(process_instance.c.definition_id.in_(topic.process_definition_ids))
    if topic.process_definition_keys is not None:
        asked.append(process_instance.c.process_definition_key.in_(topic.process_definition_keys))
    return and_(*asked)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        asked.append(job.c.id.in_(wanted.ids))
    if wanted.topic is not None:
        asked.append(_topic == wanted.topic)
    if wanted.worker is not None:
        asked.append(and_(job.c.lease.is_not(None), _worker == wanted.worker))
    if wanted.locked is not None:
        held = and_(job.c.lease.is_not(None), job.c.leased_until > wanted.now)
        free = or_(job.c.lease.is_(None), job.c.leased_until <= wanted.now)
        asked.append(held if wanted.locked else free)
    if wanted.retries_left is not None:
        state = JobState.WAITING if wanted.retries_left else JobState.DEAD_LETTER
        asked.append(job.c.state == state)
    if wanted.element_ids is not None:
        asked.append(job.c.element_id.in_(wanted.element_ids))
    if wanted.process_instance_ids is not None:
        asked.append(job.c.process_instance_id.in_(wanted.process_instance_ids))
    if wanted.process_definition_id is not None:
        asked.append(process_instance.c.definition_id == wanted.process_definition_id)
    if wanted.suspended is not None:
        is_suspended = process_instance.c.state == InstanceState.SUSPENDED
        asked.append(is_suspended if wanted.suspended else ~is_suspended)
    return asked


def _ordered(order: Sequence[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    return [
        _SORTS[what].desc() if descending else _SORTS[what].asc() for what, descending in order
    ]


def _external_task(row: Row[Any]) -> ExternalTask:
    return ExternalTask(
        job=job_of(row),
        process_definition_id=row.definition_id,
        process_definition_key=row.process_definition_key,
        version=row.version,
        version_tag=None,
        business_key=row.business_key,
        suspended=row.instance_state == InstanceState.SUSPENDED,
    )
