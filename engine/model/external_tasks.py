"""External tasks: work that a program outside fetches, holds for a while, and reports back on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from engine.model.errors import RemitError
from engine.model.jobs import Job, JobState, after_failure

LONGEST_DETAILS = 20_000
"""Characters kept of what a worker tells about a failure."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a worker asks for: tasks of one topic, each held for `lock_for`; None: any.

    `variables` names those it wants (None: all it can see), `equal` those that must have a value.
    """

    name: str
    lock_for: timedelta
    business_key: str | None = None
    process_definition_ids: tuple[str, ...] | None = None
    process_definition_keys: tuple[str, ...] | None = None
    variables: tuple[str, ...] | None = None
    local_only: bool = False
    equal: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_selective(self) -> bool:
        """Whether a task of the topic may not be what is asked for."""
        narrowed = (self.business_key, self.process_definition_ids, self.process_definition_keys)
        return any(one is not None for one in narrowed) or bool(self.equal)


@dataclass(frozen=True, slots=True)
class ExternalTask:
    """One external task and where it comes from. `variables` are FEEL values by name."""

    job: Job
    process_definition_id: str
    process_definition_key: str
    version: int
    version_tag: str | None
    business_key: str | None
    suspended: bool
    variables: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return str(self.job.payload["topic"])

    @property
    def worker(self) -> str | None:
        """Return who holds, or last held, the task; None when it was given back."""
        return worker_of(self.job)

    @property
    def retries(self) -> int | None:
        """Return how many attempts are left; None before the first failure."""
        if self.job.attempts == 0:
            return None
        return max(self.job.max_attempts - self.job.attempts, 0)


def lease_of(worker: str) -> str:
    """Return the lease of a worker, whose own name may be of any length."""
    return hashlib.sha256(worker.encode()).hexdigest()[:32]


def worker_of(job: Job) -> str | None:
    """Return the name of the worker that has a lease on the job."""
    return job.payload.get("worker") if job.lease is not None else None


def check_held(job: Job, worker: str) -> None:
    """Raise ExternalTaskNotHeld unless this worker was the last to lock the task.

    A lock that has run out still counts as long as nobody else has taken the task since: its work
    is done, and doing it again would be worse.
    """
    if job.lease != lease_of(worker):
        raise ExternalTaskNotHeld(job, worker)


def locked(job: Job, worker: str, until: datetime) -> Job:
    """Return the job as this worker holds it."""
    return replace(
        job,
        lease=lease_of(worker),
        leased_until=until,
        payload={**job.payload, "worker": worker},
    )


def after_worker_failure(
    job: Job,
    message: str,
    details: str | None,
    *,
    retries: int | None,
    retry_after: timedelta,
    now: datetime,
) -> Job:
    """Say what becomes of a task that its worker failed at: fetched again later, or a dead letter.

    `retries`: attempts that the worker gives it still, the next after `retry_after`; None: the
    diagram's own policy.
    """
    told = {**job.payload, "error_details": details[:LONGEST_DETAILS] if details else None}
    failed = after_failure(replace(job, payload=told), message, now=now)
    if retries is None:
        return failed
    return replace(
        failed,
        max_attempts=failed.attempts + max(retries, 0),
        state=JobState.WAITING if retries > 0 else JobState.DEAD_LETTER,
        due_at=now + retry_after,
    )


class ExternalTaskNotFound(RemitError):
    """There is no such external task (any more), or not in this organisation."""

    code: ClassVar[str] = "external_task_not_found"

    def __init__(self, task_id: str) -> None:
        super().__init__(
            f"There is no external task {task_id} here: it was done, or its token moved on."
        )


class ExternalTaskNotHeld(RemitError):
    """Another worker holds the external task, or nobody does: only its holder may report on it."""

    code: ClassVar[str] = "external_task_not_held"

    def __init__(self, job: Job, worker: str) -> None:
        holder = worker_of(job)
        whose = f"It is held by {holder}." if holder else "It is held by nobody: fetch it first."
        super().__init__(f"External task {job.id} is not held by {worker}. {whose}")
