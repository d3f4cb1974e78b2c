"""User tasks: what a person is asked to do, by when, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError


class UserTaskState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class UserTask:
    """One user task of one process instance. Its id is the token's; `version` grows with each change."""

    id: str
    process_instance_id: str
    process_definition_key: str
    business_key: str | None
    element_id: str
    name: str
    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    created_at: datetime
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int
    form_ref: str | None
    clauses: tuple[str, ...]
    state: UserTaskState
    version: int
    completed_at: datetime | None = None
    completed_by: str | None = None
    excluded_users: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state is UserTaskState.OPEN

    def is_for(self, actor: Actor) -> bool:
        """Say whether the actor may work on this task."""
        if actor.may(Permission.WORK_ALL_TASKS):
            return True
        if not actor.may(Permission.WORK_TASKS):
            return False
        named = {self.assignee, *self.candidate_users} - {None}
        return not actor.users.isdisjoint(named) or not actor.roles.isdisjoint(
            self.candidate_groups
        )

    def check_visible_to(self, actor: Actor) -> None:
        """Raise UserTaskNotFound for an actor who may not even know of the task."""
        if not self.is_for(actor) and not actor.may(Permission.READ_HISTORY):
            raise UserTaskNotFound(self.id)

    def check_workable_by(self, actor: Actor) -> None:
        """Raise UserTaskNotFound for an actor whom the task is not for."""
        if not self.is_for(actor):
            raise UserTaskNotFound(self.id)

    def check_not_taken_from(self, actor: Actor) -> None:
        """Raise UserTaskTaken when somebody else has claimed the task."""
        if self.assignee not in {None, *actor.users} and not actor.may(Permission.WORK_ALL_TASKS):
            raise UserTaskTaken(self)

    def check_not_excluded(self, user: str) -> None:
        """Raise UserTaskExcluded for somebody whom the procedure keeps out, whatever their roles."""
        if user in self.excluded_users:
            raise UserTaskExcluded(self)

    def check_open(self) -> None:
        """Raise UserTaskClosed when the task was completed or cancelled before."""
        if self.state is not UserTaskState.OPEN:
            raise UserTaskClosed(self)


class UserTaskNotFound(RemitError):
    """There is no such user task, or not for this actor."""

    code: ClassVar[str] = "user_task_not_found"

    def __init__(self, task_id: str) -> None:
        super().__init__(f"There is no user task {task_id} here, or it is not yours to see.")


class UserTaskClosed(RemitError):
    """The user task was completed or cancelled before; nothing was changed."""

    code: ClassVar[str] = "user_task_closed"

    def __init__(self, task: UserTask) -> None:
        super().__init__(f"“{task.name}” is not open any more. Nothing was changed.")


class UserTaskTaken(RemitError):
    """Somebody else has claimed the user task."""

    code: ClassVar[str] = "user_task_taken"

    def __init__(self, task: UserTask) -> None:
        super().__init__(f"“{task.name}” is with {task.assignee}. Ask them to hand it over.")


class UserTaskExcluded(RemitError):
    """The procedure keeps this person out of the task, because of what they did before."""

    code: ClassVar[str] = "user_task_excluded"

    def __init__(self, task: UserTask) -> None:
        super().__init__(
            f"“{task.name}” has to be done by somebody else: the procedure asks for a second person "
            "here. Nothing was changed."
        )


class UserTaskChanged(RemitError):
    """The caller saw an older version of the task than the one stored."""

    code: ClassVar[str] = "user_task_changed"

    def __init__(self, task: UserTask) -> None:
        super().__init__(
            f"“{task.name}” has changed since you opened it (it is at version {task.version} now). "
            "Read it again before you complete it."
        )
