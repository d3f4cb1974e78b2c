"""What a process instance waits for, as values. They follow from its document alone (law 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class UserTaskWait:
    """A person must do something. `due_at` was computed once, when the token arrived."""

    token_id: str
    element_id: str
    name: str
    created_at: datetime
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    form_ref: str | None = None
    clauses: tuple[str, ...] = ()
    excluded_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimerWait:
    """A timer event is armed. `attached_to` is the token of the activity it sits on, if any."""

    token_id: str
    element_id: str
    name: str
    due_at: datetime
    attached_to: str | None = None
    interrupting: bool = True
    clauses: tuple[str, ...] = ()


class SubscriptionKind(StrEnum):
    MESSAGE = "message"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class SubscriptionWait:
    """A catching event or receive task waits for a message or a signal by name."""

    token_id: str
    element_id: str
    kind: SubscriptionKind
    name: str
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionWait:
    """A conditional event waits for a change of variables: nothing outside has to be kept for it."""

    token_id: str
    element_id: str
    name: str
    condition: str


@dataclass(frozen=True, slots=True)
class ServiceTaskWait:
    """A service or send task waits for its handler, or an external worker, to have done its work.

    `variables` are the task's input parameters (or none); `retries` follows the dialect's
    failedJobRetryTimeCycle text, None for the engine's own policy.
    """

    token_id: str
    element_id: str
    name: str
    topic: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    retry_cycle: str | None = None
    priority: int = 0
    clauses: tuple[str, ...] = ()


Wait = UserTaskWait | TimerWait | SubscriptionWait | ConditionWait | ServiceTaskWait


@dataclass(frozen=True, slots=True)
class Waits:
    """Everything one instance waits for, by token."""

    by_token: Mapping[str, Wait] = field(default_factory=dict)

    @classmethod
    def of(cls, waits: Iterable[Wait]) -> Waits:
        return cls({wait.token_id: wait for wait in waits})

    def since(self, before: Waits) -> WaitsChange:
        """Say which rows must come, change and go for `before` to become these waits."""
        return WaitsChange(
            added=tuple(w for token, w in self.by_token.items() if token not in before.by_token),
            changed=tuple(
                wait
                for token, wait in self.by_token.items()
                if token in before.by_token and before.by_token[token] != wait
            ),
            removed=tuple(w for token, w in before.by_token.items() if token not in self.by_token),
        )


@dataclass(frozen=True, slots=True)
class WaitsChange:
    """The difference between two moments of one instance."""

    added: tuple[Wait, ...]
    changed: tuple[Wait, ...]
    removed: tuple[Wait, ...]
