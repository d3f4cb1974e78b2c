"""History events: what happened to an instance, in order, chained so that a gap shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class HistoryKind(StrEnum):
    PROCESS_INSTANCE_STARTED = "process_instance_started"
    PROCESS_INSTANCE_COMPLETED = "process_instance_completed"
    PROCESS_INSTANCE_CANCELLED = "process_instance_cancelled"
    PROCESS_INSTANCE_FAILED = "process_instance_failed"
    PROCESS_INSTANCE_SUSPENDED = "process_instance_suspended"
    PROCESS_INSTANCE_RESUMED = "process_instance_resumed"
    ELEMENT_ENTERED = "element_entered"
    ELEMENT_COMPLETED = "element_completed"
    ELEMENT_CANCELLED = "element_cancelled"
    USER_TASK_CREATED = "user_task_created"
    USER_TASK_CLAIMED = "user_task_claimed"
    USER_TASK_UNCLAIMED = "user_task_unclaimed"
    USER_TASK_DELEGATED = "user_task_delegated"
    USER_TASK_COMPLETED = "user_task_completed"
    TIMER_SET = "timer_set"
    TIMER_FIRED = "timer_fired"
    MESSAGE_CAUGHT = "message_caught"
    MESSAGE_THROWN = "message_thrown"
    SIGNAL_CAUGHT = "signal_caught"
    SIGNAL_THROWN = "signal_thrown"
    CONDITION_MET = "condition_met"
    ERROR_THROWN = "error_thrown"
    ESCALATION_THROWN = "escalation_thrown"
    COMPENSATION_THROWN = "compensation_thrown"
    TRANSACTION_CANCELLED = "transaction_cancelled"
    DECISION_MADE = "decision_made"
    SERVICE_TASK_CREATED = "service_task_created"
    SERVICE_TASK_COMPLETED = "service_task_completed"
    SERVICE_TASK_FAILED = "service_task_failed"
    NOTICE_SENT = "notice_sent"
    NOTICE_DELIVERED = "notice_delivered"
    NOTICE_FAILED = "notice_failed"
    VARIABLES_CHANGED = "variables_changed"
    EXPRESSION_WARNING = "expression_warning"
    COMMENT_ADDED = "comment_added"
    ATTACHMENT_ADDED = "attachment_added"
    ATTACHMENT_REMOVED = "attachment_removed"


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One thing that happened. `data` is encoded for storage already: plain JSON values only."""

    kind: HistoryKind
    at: datetime
    element_id: str | None = None
    element_name: str | None = None
    token_id: str | None = None
    by: str | None = None
    clauses: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(previous: str, sequence: int, event: HistoryEvent) -> str:
    """Return the SHA-256 that binds `event` to all before it: change one and every later hash differs."""
    body = _CANONICAL.encode(
        [
            previous,
            sequence,
            event.kind,
            event.at.isoformat(),
            event.element_id,
            event.element_name,
            event.token_id,
            event.by,
            list(event.clauses),
            event.data,
        ]
    )
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A history event with its place in its instance's chain; `sequence` counts from 1."""

    sequence: int
    event: HistoryEvent
    hash: str


def chained(
    events: Sequence[HistoryEvent], *, length: int = 0, last_hash: str = ""
) -> tuple[RecordedEvent, ...]:
    """Return events with their places after the `length` ones before, the last of hash `last_hash`."""
    recorded: list[RecordedEvent] = []
    for sequence, event in enumerate(events, start=length + 1):
        last_hash = chain_hash(last_hash, sequence, event)
        recorded.append(RecordedEvent(sequence, event, last_hash))
    return tuple(recorded)


def first_break(events: Sequence[RecordedEvent]) -> int | None:
    """Return the sequence number where a whole chain does not hold, None when it holds."""
    for given, due in zip(events, chained([recorded.event for recorded in events]), strict=True):
        if given != due:
            return due.sequence
    return None
