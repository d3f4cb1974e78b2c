"""Jobs: later work that must not be lost, and the one policy of trying again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from engine.model.errors import RemitError


class JobKind(StrEnum):
    """What is to be done.

    A timer or a message moves tokens; held is a message or signal for an instance that was suspended
    when it was thrown; a timer start begins an instance; a service task calls a
    handler; a connector asks another system; an external task waits for a worker; a webhook stream
    sends one endpoint what it is to be told of one instance, in order; a due check sees whether a
    user task is done at its due time; a notice is one copy of one on its way to one channel.
    """

    TIMER = "timer"
    TIMER_START = "timer_start"
    MESSAGE = "message"
    HELD = "held"
    SERVICE_TASK = "service_task"
    CONNECTOR = "connector"
    EXTERNAL_TASK = "external_task"
    WEBHOOK = "webhook"
    DUE_CHECK = "due_check"
    NOTICE = "notice"


class Lane(StrEnum):
    """What may run side by side for one process instance: one job of each lane at a time.

    Jobs that move tokens never wait for a handler or another system, however long that takes.
    """

    MOVES = "moves"
    HANDLERS = "handlers"
    OUTWARD = "outward"


LANES: Mapping[Lane, frozenset[JobKind]] = {
    Lane.MOVES: frozenset(
        {
            JobKind.TIMER,
            JobKind.TIMER_START,
            JobKind.MESSAGE,
            JobKind.HELD,
            JobKind.DUE_CHECK,
        }
    ),
    Lane.HANDLERS: frozenset({JobKind.SERVICE_TASK}),
    Lane.OUTWARD: frozenset({JobKind.CONNECTOR, JobKind.NOTICE, JobKind.WEBHOOK}),
}
"""The kinds of each lane. External tasks have none: workers fetch them."""

LANE_OF: Mapping[JobKind, Lane] = {kind: lane for lane, kinds in LANES.items() for kind in kinds}


class JobState(StrEnum):
    WAITING = "waiting"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class Job:
    """One row of later work. `key` is unique within its process instance: a token's timer has one row.

    `process_instance_id` is None for a timer start, which belongs to a version of a process, and
    for what must never hold up an instance: a webhook stream, a notice and a due check.
    """

    id: str
    organisation: str
    kind: JobKind
    process_instance_id: str | None
    key: str
    element_id: str | None
    payload: Mapping[str, Any]
    due_at: datetime
    state: JobState = JobState.WAITING
    priority: int = 0
    attempts: int = 0
    max_attempts: int = 4
    retry_delays: tuple[float, ...] = ()
    last_error: str | None = None
    lease: str | None = None
    leased_until: datetime | None = None

    @property
    def instance_id(self) -> str:
        """Return the instance of a job that has one: those that move it."""
        assert self.process_instance_id is not None, f"a {self.kind} job has an instance"
        return self.process_instance_id


DEFAULT_DELAYS = (10.0, 60.0, 600.0)
"""Seconds before the second, third and fourth attempt."""

_CYCLE = re.compile(r"^R(\d{1,3})/(P.+)$")
_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a job is tried again, and after how many seconds each time."""

    delays: tuple[float, ...] = field(default=DEFAULT_DELAYS)

    @property
    def max_attempts(self) -> int:
        return len(self.delays) + 1

    @classmethod
    def parse(cls, text: str | None) -> RetryPolicy:
        """Read `failedJobRetryTimeCycle`: `R5/PT5M`, or delays such as `PT10S,PT1M`; None: the default.

        Raises ValueError with a sentence when the text is neither.
        """
        if text is None or not text.strip():
            return cls()
        if cycle := _CYCLE.match(text.strip()):
            # Camunda counts attempts in a cycle: R5 is five attempts, four of them again.
            again = max(int(cycle[1]) - 1, 0)
            return cls((_seconds(cycle[2]),) * again)
        return cls(tuple(_seconds(part) for part in text.split(",")))


def _seconds(text: str) -> float:
    match = _DURATION.match(text.strip())
    if not match or not any(match.groups()):
        raise ValueError(f"{text.strip()!r} is not a duration such as PT5M or PT30S")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def after_failure(
    job: Job, error: str, *, now: datetime, not_before: datetime | None = None
) -> Job:
    """Say what becomes of a job that failed: try again later, or wait for a person.

    `not_before` is when whoever refused it asks to be asked again.
    """
    failed = replace(
        job, attempts=job.attempts + 1, last_error=error, lease=None, leased_until=None
    )
    if failed.attempts >= failed.max_attempts:
        return replace(failed, state=JobState.DEAD_LETTER)
    delays = failed.retry_delays or DEFAULT_DELAYS
    delay = delays[min(failed.attempts, len(delays)) - 1]
    due_at = now + timedelta(seconds=delay)
    return replace(failed, due_at=max(due_at, not_before or due_at))


def retried(job: Job, *, now: datetime) -> Job:
    """Return a dead-letter job as new: due now, with every attempt before it again."""
    return replace(
        job, state=JobState.WAITING, attempts=0, due_at=now, lease=None, leased_until=None
    )


class JobNotFound(RemitError):
    """There is no such job (any more), or not in this organisation."""

    code: ClassVar[str] = "job_not_found"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id} here: it was done, or its token moved on.")
