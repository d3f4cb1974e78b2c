"""The event log: what happened in an organisation's instances, for tools that look at many of them.

Read in portions, each in a transaction of its own: a log of years holds nothing up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.model.actors import Actor, Permission
from engine.model.history import HistoryKind
from engine.process_engine import ProcessEngine

AT_ONCE = 1_000

TRANSITIONS: Mapping[HistoryKind, str] = {
    HistoryKind.ELEMENT_COMPLETED: "complete",
    HistoryKind.ELEMENT_CANCELLED: "ate_abort",
    HistoryKind.USER_TASK_CREATED: "schedule",
    HistoryKind.USER_TASK_CLAIMED: "assign",
    HistoryKind.USER_TASK_DELEGATED: "reassign",
    HistoryKind.USER_TASK_UNCLAIMED: "reassign",
    HistoryKind.SERVICE_TASK_CREATED: "schedule",
}
"""What an event means in the life of an activity, in the words of XES; other events mean nothing there."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One thing that happened in one instance. `transition`: see TRANSITIONS, or None."""

    process_instance_id: str
    business_key: str | None
    process_definition_key: str
    version: int
    sequence: int
    at: datetime
    kind: HistoryKind
    element_id: str | None
    activity: str
    transition: str | None
    by: str | None
    clauses: tuple[str, ...]


def events(
    engine: ProcessEngine,
    *,
    by: Actor,
    process_definition_key: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[LoggedEvent]:
    """Return what happened in every instance that began in a period, instance by instance, in order.

    `since` is part of the period, `until` is not.
    """
    by.check(Permission.READ_HISTORY)
    return _events(engine, by, process_definition_key, since, until)


def _events(
    engine: ProcessEngine,
    by: Actor,
    process_definition_key: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Iterator[LoggedEvent]:
    after: tuple[str, int] = ("", 0)
    while True:
        with engine.reading(by.organisation) as tx:
            rows = tx.history.log(
                after=after,
                most=AT_ONCE,
                process_definition_key=process_definition_key,
                since=since,
                until=until,
            )
        for instance, recorded in rows:
            event = recorded.event
            yield LoggedEvent(
                process_instance_id=instance.id,
                business_key=instance.business_key,
                process_definition_key=instance.process_definition_key,
                version=instance.version,
                sequence=recorded.sequence,
                at=event.at,
                kind=event.kind,
                element_id=event.element_id,
                activity=event.element_name or event.element_id or event.kind,
                transition=TRANSITIONS.get(event.kind),
                by=event.by,
                clauses=event.clauses,
            )
        if len(rows) < AT_ONCE:
            return
        instance, recorded = rows[-1]
        after = (instance.id, recorded.sequence)
