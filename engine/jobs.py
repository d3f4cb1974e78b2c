"""Jobs: run the due ones, try the failed ones again, show those that wait for a person."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from engine import (
    advance,
    connector_calls,
    correlation,
    due_checks,
    notice_deliveries,
    notice_queue,
    starts,
    webhook_streams,
)
from engine.execution import Execution
from engine.feel import Value, decode
from engine.model.actors import Actor, Permission
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind, JobState, after_failure, retried
from engine.model.notices import Channel
from engine.model.pages import Page, PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.service_tasks import (
    BpmnError,
    ResultWarning,
    ServiceRequest,
    ServiceResult,
)
from engine.model.states import IllegalMove
from engine.process_engine import Handler, ProcessEngine
from engine.store import Transaction
from engine.store.due_jobs import DueJob

LEASE = timedelta(seconds=60)
LONGEST_ERROR = 2_000

log = logging.getLogger(__name__)


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    state: str | None = None,
    process_instance_id: str | None = None,
) -> Page[Job]:
    """Return jobs by due time. `state`: due (now or earlier), waiting (later), dead_letter, or all."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.jobs.listing(
            page,
            now=engine.clock.now(),
            state=state,
            process_instance_id=process_instance_id,
        )


def get(engine: ProcessEngine, *, by: Actor, job_id: str) -> Job:
    """Return one job; raise JobNotFound."""
    by.check(Permission.READ_JOBS)
    with engine.reading(by.organisation) as tx:
        return tx.jobs.get(job_id)


def retry(engine: ProcessEngine, *, by: Actor, job_id: str) -> Job:
    """Give a dead-letter job all its attempts again, the first one now."""
    by.check(Permission.RETRY_JOBS)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        job = tx.jobs.get(job_id)
        if job.state is not JobState.DEAD_LETTER:
            raise IllegalMove("job", job.state, "retried: it is under way already")
        again = retried(job, now=now)
        tx.jobs.save(again)
        engine.dispatch(tx, [again], now=now)
    return again


def earliest_due(
    engine: ProcessEngine,
    *,
    organisation: str | None = None,
    without: Collection[JobKind] = (),
) -> datetime | None:
    """Return when the next job falls due, of none of some kinds; None when none waits."""
    with engine.store.system_reading() as tx:
        return tx.due_jobs.earliest(organisation, without=without)


def run_due(engine: ProcessEngine) -> int:
    """Run, here and in order, every job that is due and what follows from it at once; how many."""
    done = 0
    last: tuple[DueJob, ...] = ()
    while True:
        with engine.store.system_reading() as tx:
            due = tx.due_jobs.due(engine.clock.now(), limit=1)
        if not due or due == last:
            return done
        run_job(engine, due[0].organisation, due[0].id)
        last = due
        done += 1


def run_job(engine: ProcessEngine, organisation: str, job_id: str) -> None:
    """Run one job: done, or tried again later, or a dead letter. Does nothing when it is gone.

    Safe to call any number of times for the same job, by any number of threads and processes.
    """
    with engine.reading(organisation) as tx:
        job = tx.jobs.find(job_id)
    if job is None or job.state is not JobState.WAITING:
        return
    try:
        match job.kind:
            case JobKind.TIMER:
                _fire_timer(engine, job)
            case JobKind.TIMER_START:
                with engine.transaction(job.organisation) as tx:
                    starts.begin(engine, tx, job)
            case JobKind.MESSAGE:
                _deliver_message(engine, job)
            case JobKind.HELD:
                _deliver_held(engine, job)
            case JobKind.SERVICE_TASK:
                _perform(engine, job, engine.handlers[job.payload["topic"]])
            case JobKind.CONNECTOR:
                _perform(engine, job, connector_calls.perform)
            case JobKind.WEBHOOK:
                webhook_streams.run(engine, job)
            case JobKind.DUE_CHECK:
                due_checks.run(engine, job)
            case JobKind.NOTICE:
                notice_deliveries.run(engine, job)
            case JobKind.EXTERNAL_TASK:
                return
    except Exception as error:  # whatever a job raises becomes its retry or dead letter
        _failed(engine, job, error)


def _fire_timer(engine: ProcessEngine, job: Job) -> None:
    with engine.transaction(job.organisation) as tx:
        _move(engine, tx, job, lambda execution: execution.fire_timer(job.key))


def _deliver_message(engine: ProcessEngine, job: Job) -> None:
    payload = job.payload
    variables = {name: decode(value) for name, value in payload["variables"].items()}
    with engine.transaction(job.organisation) as tx:
        if tx.jobs.find(job.id, lock=True) is None:
            return
        catalogue = engine.catalogues.of(tx)
        if payload["kind"] == "signal":
            correlation.broadcast(
                engine,
                tx,
                catalogue,
                name=payload["name"],
                variables=variables,
                by="system",
                thrown_by=job.process_instance_id,
            )
        else:
            correlation.deliver(
                engine,
                tx,
                catalogue,
                name=payload["name"],
                key=payload["correlation_key"],
                variables=variables,
                by="system",
                holds=True,
            )
        tx.jobs.done(job.id)


def _deliver_held(engine: ProcessEngine, job: Job) -> None:
    """Bring a token what was thrown for it while its instance was suspended, in that order."""
    with engine.transaction(job.organisation) as tx:
        for thrown in job.payload["thrown"]:
            variables = {name: decode(value) for name, value in thrown.items()}
            moved = _move(engine, tx, job, partial(_bring, job.key, variables))
            if moved is None:
                return  # still suspended, or the token had enough and moved on
        tx.jobs.done(job.id)


def _bring(token_id: str, variables: Mapping[str, Value], execution: Execution) -> None:
    execution.deliver(token_id, variables)


def _perform(engine: ProcessEngine, job: Job, handler: Handler) -> None:
    """Call the handler with no transaction open, then take over its answer in a second one."""
    now = engine.clock.now()
    lease = new_id()
    with engine.transaction(job.organisation) as tx:
        claimed = tx.jobs.claim(job.id, lease, now=now, until=now + LEASE)
        if claimed is None:
            return
        instance = tx.process_instances.get(job.instance_id)
    request = ServiceRequest(
        job_id=claimed.id,
        organisation=claimed.organisation,
        process_instance_id=claimed.instance_id,
        token_id=claimed.key,
        business_key=instance.business_key,
        element_id=claimed.element_id or "",
        topic=claimed.payload["topic"],
        variables={name: decode(value) for name, value in claimed.payload["variables"].items()},
        clauses=tuple(claimed.payload["clauses"]),
        now=now,
    )
    try:
        result = handler(engine, request)
    except BpmnError as error:
        caught = error
        with engine.transaction(job.organisation) as tx:
            _move(
                engine,
                tx,
                claimed,
                lambda execution: execution.throw_bpmn_error(
                    claimed.key, caught.error_code, caught.message, caught.variables
                ),
            )
        return
    with engine.transaction(job.organisation) as tx:
        _take_over(engine, tx, claimed, result)


def _take_over(engine: ProcessEngine, tx: Transaction, job: Job, result: ServiceResult) -> None:
    moved = _move(
        engine,
        tx,
        job,
        lambda execution: execution.complete_service_task(job.key, result.variables),
        events=[
            *(_warned(job, warning, engine.clock.now()) for warning in result.warnings),
            *(
                HistoryEvent(
                    HistoryKind.NOTICE_DELIVERED,
                    at=notice.delivered_at,
                    element_id=notice.element_id,
                    token_id=job.key,
                    clauses=notice.clauses,
                    data={
                        "to_role": notice.to_role,
                        "template": notice.template,
                        "channel": Channel.INBOX,
                        "job_id": notice.job_id,
                    },
                )
                for notice in result.notices
                if (Channel.INBOX,) in notice.routes
            ),
        ],
    )
    if moved is not None:
        catalogue, now = engine.catalogues.of(tx), engine.clock.now()
        for notice in result.notices:
            notice_queue.put(engine, tx, catalogue, moved, notice, now=now)


def _warned(job: Job, warning: ResultWarning, now: datetime) -> HistoryEvent:
    return HistoryEvent(
        HistoryKind.EXPRESSION_WARNING,
        at=now,
        element_id=job.element_id,
        element_name=job.payload["name"],
        token_id=job.key,
        clauses=tuple(job.payload["clauses"]),
        data=asdict(warning),
    )


def _move(
    engine: ProcessEngine,
    tx: Transaction,
    job: Job,
    action: advance.Action,
    events: list[HistoryEvent] | None = None,
) -> ProcessInstance | None:
    """Move the instance of a job that is still wanted: the instance is locked first, then the job.

    Returns the instance as it is then, None when nothing was to be moved.
    """
    instance, number = tx.process_instances.lock(job.instance_id)
    current = tx.jobs.find(job.id, lock=True)
    if current is None or current.lease != job.lease:
        return None
    if instance.state is not InstanceState.RUNNING:
        return None
    return advance.step(
        engine,
        tx,
        engine.catalogues.of(tx, number),
        instance,
        action,
        now=engine.clock.now(),
        events=events or (),
    )


def give_up(engine: ProcessEngine, organisation: str, job_id: str) -> None:
    """Count a job as failed whose handler does not answer; should it answer late, nobody listens."""
    with engine.reading(organisation) as tx:
        job = tx.jobs.find(job_id)
    if job is not None and job.state is JobState.WAITING:
        _failed(engine, job, TimeoutError("The handler did not answer in time."))


def _failed(engine: ProcessEngine, job: Job, error: Exception) -> None:
    """Keep what went wrong with the job; the instance stays as it was before."""
    now = engine.clock.now()
    # The class only: a message may hold what somebody typed. The row keeps the whole for those allowed.
    log.warning("job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)
    text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    with engine.transaction(job.organisation) as tx:
        current = tx.jobs.find(job.id, lock=True)
        if current is None or current.attempts != job.attempts:
            return  # this attempt was given up before
        not_before = getattr(error, "not_before", None)
        failed = after_failure(current, text, now=now, not_before=not_before)
        tx.jobs.save(failed)
        engine.dispatch(tx, [failed], now=now)
