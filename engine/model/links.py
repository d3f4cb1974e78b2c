"""One-time links to a user task: what each is bound to, and when it is worth nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError
from engine.model.user_tasks import UserTask


class LinkAction(StrEnum):
    """What a link lets its recipient do without signing in."""

    SHOW = "show"
    """Nothing but see which task it is: the task itself asks for signing in."""
    COMPLETE = "complete"
    """Complete the task, which its diagram allows."""


class LinkState(StrEnum):
    USABLE = "usable"
    USED = "used"
    VOID = "void"
    """The task was closed, handed over, changed or moved to another version since."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TaskLink:
    """A link bound to one task as it was, one recipient and one action. Its secret is never kept."""

    id: str
    organisation: str
    user_task_id: str
    task_version: int
    definition_id: str
    username: str
    action: LinkAction
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    asked_again_at: datetime | None = None

    def state(self, task: UserTask, definition_id: str, now: datetime) -> LinkState:
        """Say what the link is worth for the task as it is now."""
        if self.used_at is not None:
            return LinkState.USED
        if not task.is_open or task.version != self.task_version:
            return LinkState.VOID
        if definition_id != self.definition_id:
            return LinkState.VOID
        return LinkState.USABLE if now < self.expires_at else LinkState.EXPIRED


class LinkNotUsable(RemitError):
    """The link was used, is too old, is for a task that has changed, or never existed: one answer."""

    code: ClassVar[str] = "link_not_usable"

    def __init__(self) -> None:
        super().__init__(
            "This link cannot be used any more. A link works once, for some days, and only "
            "while the task is with the person it was sent to."
        )


class LinkNeedsSignIn(RemitError):
    """The task is a sign-off or shows what only a person who is signed in may see."""

    code: ClassVar[str] = "link_needs_sign_in"

    def __init__(self) -> None:
        super().__init__("This task can be done only by somebody who is signed in.")
