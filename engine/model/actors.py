"""Who does something, for which organisation, and what their roles allow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from engine.model.errors import RemitError


class Permission(StrEnum):
    START = "start process instances"
    READ_INSTANCES = "read process instances"
    READ_HISTORY = "read history"
    WORK_TASKS = "work on user tasks of one's own roles"
    WORK_ALL_TASKS = "work on every user task"
    WORK_EXTERNAL_TASKS = "work on external tasks"
    SEND_MESSAGES = "send messages"
    EVALUATE = "evaluate decisions"
    CANCEL = "suspend and cancel process instances"
    DEPLOY = "deploy"
    ACTIVATE = "activate and suspend versions"
    READ_JOBS = "read jobs"
    RETRY_JOBS = "retry jobs"
    ADMINISTER = "manage people and tokens"


_STAFF = frozenset({Permission.START, Permission.READ_INSTANCES, Permission.WORK_TASKS})
_COMPLIANCE = frozenset(
    {Permission.READ_INSTANCES, Permission.READ_HISTORY, Permission.READ_JOBS, Permission.EVALUATE}
)
_PROCESS_OWNER = _COMPLIANCE | {Permission.DEPLOY, Permission.ACTIVATE, Permission.START}
_SYSTEM = (
    _STAFF
    | _COMPLIANCE
    | {Permission.SEND_MESSAGES, Permission.WORK_ALL_TASKS, Permission.WORK_EXTERNAL_TASKS}
)

BUILT_IN_ROLES: dict[str, frozenset[Permission]] = {
    "administrator": frozenset(Permission),
    "process_owner": _PROCESS_OWNER,
    "compliance": _COMPLIANCE,
    "staff": _STAFF,
    "system": _SYSTEM,
}
"""What Remit's own roles allow."""


class NotAllowed(RemitError):
    """The actor is known, but none of their roles allows this."""

    code: ClassVar[str] = "not_allowed"

    def __init__(self, permission: Permission) -> None:
        super().__init__(f"None of your roles lets you {permission}. Ask an administrator.")


ROLE_OF_AN_ORGANISATION = frozenset({Permission.READ_INSTANCES, Permission.WORK_TASKS})
"""What every role of an organisation's own allows; its content may grant more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a token or Remit itself, acting for one organisation."""

    organisation: str
    user: str
    roles: frozenset[str]
    permissions: frozenset[Permission]
    session: Literal["token", "person", "system"]
    acts_for: frozenset[str] = frozenset()
    """Absent people whose tasks this one sees and does meanwhile."""

    @property
    def users(self) -> frozenset[str]:
        """Return every user name whose tasks are the actor's to do: their own, and those they stand in for."""
        return self.acts_for | {self.user}

    def may(self, permission: Permission) -> bool:
        """Say whether one of the actor's roles allows this."""
        return permission in self.permissions

    def check(self, permission: Permission) -> None:
        """Raise NotAllowed unless one of the actor's roles allows this."""
        if permission not in self.permissions:
            raise NotAllowed(permission)


def system_actor(organisation: str) -> Actor:
    """Return Remit itself, acting for `organisation`."""
    return Actor(organisation, "system", frozenset(), frozenset(Permission), "system")
