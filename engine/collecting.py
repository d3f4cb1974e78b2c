"""Collects what the instances of a period hold, for reports that come round. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from engine.catalogue import Catalogue
from engine.collected import names_in
from engine.execution import load
from engine.feel import Date, DateTime, Value, from_instant, instant
from engine.model.errors import RemitError
from engine.model.process_definitions import DefinitionKind
from engine.model.process_instances import ProcessInstance
from engine.model.service_tasks import ServiceRequest, ServiceResult
from engine.process_engine import ProcessEngine
from engine.store import Transaction

STARTED, ENDED = "started", "ended"
MOST_INSTANCES = 2_000
"""More than this in one period is no list that a person could read."""


class NotCollectable(RemitError):
    """A task asks to collect what there is not: a process, a period, or too many instances."""

    code: ClassVar[str] = "not_collectable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a task asks for. `counted_by`: started, ended, or a variable that holds a date."""

    processes: tuple[str, ...]
    since: datetime
    until: datetime
    counted_by: str
    variables: tuple[str, ...]

    def counts(
        self, instance: ProcessInstance, variables: Mapping[str, Value], zone: ZoneInfo
    ) -> bool:
        """Say whether an instance belongs to the period."""
        match self.counted_by:
            case "started":
                at: datetime | None = instance.started_at
            case "ended":
                at = instance.ended_at
            case name:
                at = _instant(variables.get(name), zone)
        return at is not None and self.since <= at < self.until


def collect(engine: ProcessEngine, request: ServiceRequest) -> ServiceResult:
    """Return the instances of some processes in a period, in the order they started.

    Handler of the topic `collect`. Its inputs: `processes` and `variables`, names in a list or with
    commas between them; `since` (included) and `until` (not included), dates or dates and times;
    `counted_by`: `started` (if it says nothing), `ended`, or the variable whose date counts. Gives
    `since` and `until` as they were given, `count`, and `instances`: each with `process`,
    `process_instance_id`, `business_key`, `state`, `started_at`, `ended_at` and the variables, null
    where neither it nor a process that it is calling has any. Raises NotCollectable, which ends as a dead letter for a person.
    """
    with engine.reading(request.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        zone = catalogue.organisation.calendar.zone
        asked = _asked(catalogue, request, zone)
        found: list[Value] = []
        for instance, variables in _instances(engine, tx, catalogue, asked, request.now):
            if asked.counts(instance, variables, zone):
                found.append(_entry(instance, variables, asked, zone))
            if len(found) > MOST_INSTANCES:
                raise NotCollectable(
                    f"{request.element_id} found more than {MOST_INSTANCES} instances: "
                    "collect a shorter period."
                )
    return ServiceResult(
        variables={
            "since": request.variables["since"],
            "until": request.variables["until"],
            "count": Decimal(len(found)),
            "instances": found,
        }
    )


def _asked(catalogue: Catalogue, request: ServiceRequest, zone: ZoneInfo) -> Asked:
    said = request.variables
    processes = names_in(said.get("processes"))
    known = {key for key in processes if catalogue.versions(DefinitionKind.PROCESS, key)}
    if not processes or known != set(processes):
        missing = ", ".join(key for key in processes if key not in known) or "no process"
        raise NotCollectable(
            f"{request.element_id} names {missing}: “processes” are keys of processes here."
        )
    since, until = _instant(said.get("since"), zone), _instant(said.get("until"), zone)
    if since is None or until is None or until < since:
        raise NotCollectable(
            f"{request.element_id} names no period: “since” and “until” are dates, or dates and "
            "times, in this order."
        )
    return Asked(
        processes,
        since,
        until,
        counted_by=str(said.get("counted_by") or STARTED),
        variables=names_in(said.get("variables")),
    )


def _instances(
    engine: ProcessEngine, tx: Transaction, catalogue: Catalogue, asked: Asked, now: datetime
) -> Iterator[tuple[ProcessInstance, Mapping[str, Value]]]:
    """Yield the instances that may belong to the period, with their variables."""
    surroundings = engine.surroundings(tx, catalogue, now)
    for instance in tx.process_instances.of_processes(
        asked.processes,
        started=(asked.since, asked.until) if asked.counted_by == STARTED else None,
        ended=(asked.since, asked.until) if asked.counted_by == ENDED else None,
    ):
        definition = catalogue.by_id[instance.process_definition_id]
        spec = engine.catalogues.process(tx, definition)
        yield instance, load(spec, instance.document, surroundings).known()


def _entry(
    instance: ProcessInstance, variables: Mapping[str, Value], asked: Asked, zone: ZoneInfo
) -> Value:
    return {
        **{name: variables.get(name) for name in asked.variables},
        "process": instance.process_definition_key,
        "process_instance_id": instance.id,
        "business_key": instance.business_key,
        "state": str(instance.state),
        "started_at": from_instant(instance.started_at, zone),
        "ended_at": from_instant(instance.ended_at, zone) if instance.ended_at else None,
    }


def _instant(value: object, zone: ZoneInfo) -> datetime | None:
    if not isinstance(value, Date | DateTime):
        return None
    try:
        return instant(value, zone)
    except OverflowError:
        return None
