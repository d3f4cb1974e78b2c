"""Timer start events: a job for each of the active version, which begins an instance when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine import advance
from engine.catalogue import Catalogue
from engine.execution import first_start, timer_start
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind
from engine.model.process_definitions import Definition, DefinitionKind
from engine.process_engine import ProcessEngine
from engine.store import Transaction


def schedule(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    definition: Definition,
    *,
    now: datetime,
) -> None:
    """Have the timer start events of a version that is active from `now` begin their instances.

    Those of the key's other versions begin none any more. What a cycle would have begun before
    `now` is over: a new version of a monthly report does not write the old reports again.
    """
    stop(tx, catalogue.versions(DefinitionKind.PROCESS, definition.key))
    spec = engine.catalogues.process(tx, definition)
    for element_id, timer in spec.timer_starts.items():
        evaluation = engine.evaluation(catalogue, now)
        number = first_start(timer, since=now, evaluation=evaluation)
        due = timer_start(timer, since=now, number=number, evaluation=evaluation)
        if due is None:
            continue
        job = Job(
            id=new_id(),
            organisation=tx.organisation,
            kind=JobKind.TIMER_START,
            process_instance_id=None,
            key=f"{definition.id}:{element_id}",
            element_id=element_id,
            payload={
                "key": definition.key,
                "version": definition.version,
                "since": now.isoformat(),
                "number": number,
            },
            due_at=due,
        )
        tx.jobs.add([job])
        engine.dispatch(tx, [job], now=now)


def stop(tx: Transaction, definitions: Sequence[Definition]) -> None:
    """Have these versions begin no instance by timer any more."""
    if definitions:
        tx.jobs.remove_starts([definition.id for definition in definitions])


def begin(engine: ProcessEngine, tx: Transaction, job: Job) -> None:
    """Begin the instance that a job stands for, and set when the next one begins.

    Every occurrence begins one, also those that fell due while nothing ran: a month is not
    skipped because the service was down.
    """
    current = tx.jobs.find(job.id, lock=True)
    if current is None or current.due_at != job.due_at:
        return
    now = engine.clock.now()
    catalogue = engine.catalogues.of(tx)
    definition = catalogue.version(
        DefinitionKind.PROCESS, job.payload["key"], job.payload["version"]
    )
    assert job.element_id is not None
    advance.start(
        engine,
        tx,
        catalogue,
        definition,
        business_key=None,
        variables={},
        by="system",
        now=now,
        start_event=job.element_id,
        scheduled_at=job.due_at,
    )
    since = datetime.fromisoformat(job.payload["since"])
    number = job.payload["number"] + 1
    due = timer_start(
        engine.catalogues.process(tx, definition).timer_starts[job.element_id],
        since=since,
        number=number,
        evaluation=engine.evaluation(catalogue, since),
    )
    if due is None:
        tx.jobs.done(job.id)
        return
    following = replace(
        current, due_at=due, attempts=0, last_error=None, payload={**job.payload, "number": number}
    )
    tx.jobs.save(following)
    engine.dispatch(tx, [following], now=now)
