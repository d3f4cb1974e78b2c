"""Evidence of one instance: all that was asked, decided, told and recorded, and whether the record is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import told_notices
from engine.execution import load
from engine.feel import Value
from engine.model.access import AccessKind
from engine.model.actors import Actor, Permission
from engine.model.deadlines import Deadline, deadlines_of
from engine.model.history import HistoryKind, RecordedEvent, first_break
from engine.model.process_definitions import Definition
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask
from engine.process_engine import ProcessEngine
from engine.told_notices import ToldNotice


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain of an instance's history holds, from its first event to its last."""

    whole: bool
    events: int
    last_hash: str
    broken_at: int | None
    """The sequence number of the first event that is not as it was recorded, or is missing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an organisation can show of one instance, read at one instant."""

    organisation: str
    made_at: datetime
    made_by: str
    instance: ProcessInstance
    definition: Definition
    variables: Mapping[str, Value]
    user_tasks: tuple[UserTask, ...]
    deadlines: tuple[Deadline, ...]
    decisions: tuple[RecordedEvent, ...]
    notices: tuple[ToldNotice, ...]
    clauses: tuple[str, ...]
    history: tuple[RecordedEvent, ...]
    verification: Verification


def of_instance(engine: ProcessEngine, *, by: Actor, instance_id: str) -> Evidence:
    """Return everything recorded of an instance, its history verified; raise ProcessInstanceNotFound.

    The reading itself is written down: evidence holds all that a case knows of people.
    """
    by.check(Permission.READ_HISTORY)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        instance, number = tx.process_instances.with_catalogue(instance_id)
        catalogue = engine.catalogues.of(tx, number)
        definition = catalogue.by_id[instance.process_definition_id]
        execution = load(
            engine.catalogues.process(tx, definition),
            instance.document,
            engine.surroundings(tx, catalogue, now),
        )
        tx.access_events.add(
            AccessKind.EVIDENCE_READ,
            user=by.user,
            about=f"process instance {instance_id}",
            now=now,
        )
        tasks = tx.user_tasks.of_instance(instance_id)
        history = tx.history.all(instance_id)
        return Evidence(
            organisation=by.organisation,
            made_at=now,
            made_by=by.user,
            instance=instance,
            definition=definition,
            variables=execution.variables(),
            user_tasks=tasks,
            deadlines=deadlines_of(tasks, now),
            decisions=tuple(one for one in history if one.event.kind is HistoryKind.DECISION_MADE),
            notices=told_notices.of_instance(tx, instance_id),
            clauses=tuple(sorted({clause for one in history for clause in one.event.clauses})),
            history=history,
            verification=verified(instance, history),
        )


def verified(instance: ProcessInstance, history: tuple[RecordedEvent, ...]) -> Verification:
    """Say whether this is the instance's whole history, unchanged.

    The instance keeps the number of its events and the last hash, so that an end that was cut off
    shows as much as a change in the middle.
    """
    broken_at = first_break(history)
    last_hash = history[-1].hash if history else ""
    if broken_at is None and len(history) != instance.history_length:
        broken_at = min(len(history), instance.history_length) + 1
    if broken_at is None and last_hash != instance.history_hash:
        broken_at = len(history)
    return Verification(
        whole=broken_at is None,
        events=len(history),
        last_hash=instance.history_hash,
        broken_at=broken_at,
    )
