"""Deadlines: by when user tasks were or are to be done, and whether they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.user_tasks import UserTask, UserTaskState


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a user task was or is to be done; `state`: met, missed, open, overdue or cancelled."""

    user_task_id: str
    element_id: str
    name: str
    due_at: datetime | None
    follow_up_at: datetime | None
    clauses: tuple[str, ...]
    state: str
    started_at: datetime
    ended_at: datetime | None


def deadlines_of(tasks: Sequence[UserTask], now: datetime) -> tuple[Deadline, ...]:
    """Return the due and follow-up times among these tasks, and how they were kept as of `now`."""
    return tuple(
        Deadline(
            user_task_id=task.id,
            element_id=task.element_id,
            name=task.name,
            due_at=task.due_at,
            follow_up_at=task.follow_up_at,
            clauses=task.clauses,
            state=_kept(task, now),
            started_at=task.created_at,
            ended_at=task.completed_at,
        )
        for task in tasks
        if task.due_at is not None or task.follow_up_at is not None
    )


def _kept(task: UserTask, now: datetime) -> str:
    ended = task.completed_at or now
    late = task.due_at is not None and ended > task.due_at
    if task.state is UserTaskState.OPEN:
        return "overdue" if late else "open"
    if task.state is UserTaskState.CANCELLED:
        return "cancelled"
    return "missed" if late else "met"
