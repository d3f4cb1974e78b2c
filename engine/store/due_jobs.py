"""Due jobs of every organisation, for the executors. Reads and frees; never moves a token."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from engine.model.jobs import LANE_OF, LANES, JobKind, JobState, Lane
from engine.model.process_instances import InstanceState
from engine.store.external_tasks import available
from engine.store.schema import job, process_instance


class Gate(NamedTuple):
    """Lets one job through at a time: of its instance, or for want of one itself, in one lane."""

    owner: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class DueJob:
    """What an executor needs to know of a job to deliver it."""

    id: str
    organisation: str
    process_instance_id: str | None
    due_at: datetime
    kind: JobKind

    @property
    def gate(self) -> Gate:
        """Return what lets one job through at a time."""
        return Gate(self.process_instance_id or self.id, LANE_OF[self.kind])


_COLUMNS = (job.c.id, job.c.organisation, job.c.process_instance_id, job.c.due_at, job.c.kind)


class DueJobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(
        self, now: datetime, *, limit: int, without: Collection[JobKind] = ()
    ) -> tuple[DueJob, ...]:
        """Return jobs due at `now` that nobody is working on, the longest due first; none of some kinds."""
        rows = self._connection.execute(
            select(*_COLUMNS)
            .outerjoin(process_instance, process_instance.c.id == job.c.process_instance_id)
            .where(_deliverable(now), *_none_of(without))
            .order_by(job.c.due_at, job.c.priority.desc(), job.c.id)
            .limit(limit)
        )
        return tuple(_due_job(row) for row in rows)

    def next_of(self, gate: Gate, now: datetime) -> DueJob | None:
        """Return the longest due job that nobody is working on behind a gate: see `DueJob.gate`."""
        row = self._connection.execute(
            select(*_COLUMNS)
            .outerjoin(process_instance, process_instance.c.id == job.c.process_instance_id)
            .where(
                _deliverable(now),
                job.c.kind.in_(sorted(LANES[gate.lane])),
                or_(
                    job.c.process_instance_id == gate.owner,
                    and_(job.c.process_instance_id.is_(None), job.c.id == gate.owner),
                ),
            )
            .order_by(job.c.due_at, job.c.priority.desc(), job.c.id)
            .limit(1)
        ).one_or_none()
        return _due_job(row) if row else None

    def earliest(
        self, organisation: str | None = None, *, without: Collection[JobKind] = ()
    ) -> datetime | None:
        """Return when the next job falls due, of none of some kinds; None when none waits."""
        query = (
            select(func.min(job.c.due_at, type_=job.c.due_at.type))
            .outerjoin(process_instance, process_instance.c.id == job.c.process_instance_id)
            .where(_waiting(), *_none_of(without))
        )
        if organisation is not None:
            query = query.where(job.c.organisation == organisation)
        return self._connection.execute(query).scalar_one_or_none()

    def external_topics(self, now: datetime) -> dict[tuple[str, str], int]:
        """Return how many tasks of each organisation and topic workers can fetch at `now`."""
        rows = self._connection.execute(_EXTERNAL_TOPICS, {"of_now": now})
        return {(row.organisation, row.topic): row.tasks for row in rows}

    def release_leases(self) -> int:
        """Free every job that a process which is gone was working on; returns how many.

        Only for the one owner of a database, before it starts work. Workers outside are not gone:
        they keep their external tasks until the locks run out.
        """
        freed = self._connection.execute(
            update(job)
            .where(job.c.lease.is_not(None), job.c.kind != JobKind.EXTERNAL_TASK)
            .values(lease=None, leased_until=None)
        )
        return freed.rowcount


_topic = job.c.payload["topic"].as_string().label("topic")

# Built once: asked every second while a worker waits.
_EXTERNAL_TOPICS = (
    select(job.c.organisation, _topic, func.count().label("tasks"))
    .join(process_instance, process_instance.c.id == job.c.process_instance_id)
    .where(available(bindparam("of_now", type_=job.c.due_at.type)))
    .group_by(job.c.organisation, _topic)
)


def _due_job(row: Any) -> DueJob:
    return DueJob(row.id, row.organisation, row.process_instance_id, row.due_at, JobKind(row.kind))


def _waiting() -> ColumnElement[bool]:
    """Say in SQL that an executor will have to deliver the job; a suspended instance's waits with it."""
    runs = process_instance.c.state == InstanceState.RUNNING
    return and_(
        job.c.state == JobState.WAITING,
        job.c.kind != JobKind.EXTERNAL_TASK,
        # What an instance has thrown is delivered even when it has ended since.
        or_(job.c.kind == JobKind.MESSAGE, job.c.process_instance_id.is_(None), runs),
    )


def _none_of(kinds: Collection[JobKind]) -> tuple[ColumnElement[bool], ...]:
    return (job.c.kind.not_in(sorted(kinds)),) if kinds else ()


def _deliverable(now: datetime) -> ColumnElement[bool]:
    free = or_(job.c.lease.is_(None), job.c.leased_until <= now)
    return and_(_waiting(), job.c.due_at <= now, free)
