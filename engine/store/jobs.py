"""Jobs of one organisation: the row is the truth, whoever delivers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, or_, select, update

from engine.model.jobs import Job, JobKind, JobNotFound, JobState
from engine.model.pages import Page, PageRequest
from engine.store.rows import Repository, paged, values_of
from engine.store.schema import job

# Built once: they belong to most steps, or to every job.
_ADD = insert(job)
_IS_IT = and_(job.c.organisation == bindparam("of_organisation"), job.c.id == bindparam("of_id"))
_FIND = select(job).where(_IS_IT)
_FIND_AND_LOCK = _FIND.with_for_update()
_SAVE = (
    update(job)
    .where(_IS_IT)
    .values({column: bindparam(f"new_{column.name}", type_=column.type) for column in job.c})
)
_CLAIM = (
    update(job)
    .where(
        _IS_IT,
        job.c.state == JobState.WAITING,
        or_(job.c.lease.is_(None), job.c.leased_until <= bindparam("now")),
    )
    .values(lease=bindparam("new_lease"), leased_until=bindparam("until"))
    .returning(*job.c)
)
_DONE = delete(job).where(_IS_IT)


class Jobs(Repository):
    def add(self, records: Sequence[Job]) -> None:
        if records:
            self._connection.execute(_ADD, [values_of(record) for record in records])

    def get(self, job_id: str) -> Job:
        """Return the job; raise JobNotFound."""
        found = self.find(job_id)
        if found is None:
            raise JobNotFound(job_id)
        return found

    def find(self, job_id: str, *, lock: bool = False) -> Job | None:
        """Return the job, or None when it is gone; `lock`: until the transaction ends."""
        query = _FIND_AND_LOCK if lock else _FIND
        row = self._connection.execute(query, self._of(job_id)).one_or_none()
        return job_of(row) if row else None

    def find_keyed(self, key: str, *, lock: bool = False) -> Job | None:
        """Return the job of no instance that has this key; None when there is none."""
        query = self._select(job).where(job.c.process_instance_id.is_(None), job.c.key == key)
        row = self._connection.execute(query.with_for_update() if lock else query).first()
        return job_of(row) if row else None

    def of_token(self, instance_id: str, key: str) -> Job | None:
        """Return the job of an instance's token, locked until the transaction ends; None without one."""
        row = self._connection.execute(
            self._select(job)
            .where(job.c.process_instance_id == instance_id, job.c.key == key)
            .with_for_update()
        ).one_or_none()
        return job_of(row) if row else None

    def save(self, record: Job) -> None:
        """Store what became of a job; nothing when its token has moved on."""
        values = {f"new_{name}": value for name, value in values_of(record).items()}
        self._connection.execute(_SAVE, {**values, **self._of(record.id)})

    def reschedule(self, instance_id: str, key: str, due_at: datetime) -> None:
        """Give a token's job another due time."""
        self._connection.execute(
            update(job)
            .where(
                job.c.organisation == self._organisation,
                job.c.process_instance_id == instance_id,
                job.c.key == key,
            )
            .values(due_at=due_at, state=JobState.WAITING, attempts=0)
        )

    def claim(self, job_id: str, lease: str, *, now: datetime, until: datetime) -> Job | None:
        """Take a job for work outside a transaction; None when it is gone or somebody has it."""
        row = self._connection.execute(
            _CLAIM, {**self._of(job_id), "new_lease": lease, "now": now, "until": until}
        ).one_or_none()
        return job_of(row) if row else None

    def remove_starts(self, definition_ids: Sequence[str]) -> None:
        """Drop the timer starts of these versions."""
        self._connection.execute(
            delete(job).where(
                job.c.organisation == self._organisation,
                job.c.process_instance_id.is_(None),
                job.c.kind == JobKind.TIMER_START,
                or_(*(job.c.key.startswith(f"{one}:", autoescape=True) for one in definition_ids)),
            )
        )

    def starts(self) -> tuple[Job, ...]:
        """Return the timer starts of the organisation, the next one first."""
        rows = self._connection.execute(
            self._select(job)
            .where(job.c.kind == JobKind.TIMER_START)
            .order_by(job.c.due_at, job.c.id)
        )
        return tuple(job_of(row) for row in rows)

    def done(self, job_id: str) -> None:
        """Drop a job that has been carried out."""
        self._connection.execute(_DONE, self._of(job_id))

    def remove(self, instance_id: str, keys: Sequence[str]) -> None:
        """Drop the jobs of tokens that moved on; a late delivery of one does nothing."""
        if keys:
            self._connection.execute(
                delete(job).where(
                    job.c.organisation == self._organisation,
                    job.c.process_instance_id == instance_id,
                    job.c.key.in_(keys),
                )
            )

    def listing(
        self,
        page: PageRequest,
        *,
        now: datetime,
        state: str | None = None,
        process_instance_id: str | None = None,
    ) -> Page[Job]:
        """Return jobs by due time. `state`: due (now or earlier), waiting (later) or dead_letter."""
        query = self._select(job)
        if process_instance_id is not None:
            query = query.where(job.c.process_instance_id == process_instance_id)
        match state:
            case "dead_letter":
                query = query.where(job.c.state == JobState.DEAD_LETTER)
            case "due":
                query = query.where(and_(job.c.state == JobState.WAITING, job.c.due_at <= now))
            case "waiting":
                query = query.where(and_(job.c.state == JobState.WAITING, job.c.due_at > now))
        order = ((job.c.due_at, False), (job.c.id, False))
        return paged(self._connection, query, page, order, job_of)

    def _of(self, job_id: str) -> dict[str, str]:
        return {"of_organisation": self._organisation, "of_id": job_id}


def job_of(row: Row[Any]) -> Job:
    """Make the value from a row of the table."""
    return Job(
        id=row.id,
        organisation=row.organisation,
        kind=JobKind(row.kind),
        process_instance_id=row.process_instance_id,
        key=row.key,
        element_id=row.element_id,
        payload=row.payload,
        due_at=row.due_at,
        state=JobState(row.state),
        priority=row.priority,
        attempts=row.attempts,
        max_attempts=row.max_attempts,
        retry_delays=tuple(row.retry_delays),
        last_error=row.last_error,
        lease=row.lease,
        leased_until=row.leased_until,
    )
