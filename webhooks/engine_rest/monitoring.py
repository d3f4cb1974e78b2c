"""`/job` and `/incident`: later work, and what of it waits for a person. Parses, calls, renders."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from flask import Response
from marshmallow import fields
from marshmallow.validate import Range

from engine import external_tasks, jobs, process_instances
from engine.model.jobs import Job, JobKind, JobState
from engine.model.pages import Page, PageRequest
from engine.model.process_instances import ProcessInstance
from webhooks.caller import caller, engine
from webhooks.engine_rest import identifiers, listings, values
from webhooks.engine_rest.requests import (
    Accepted,
    Identifier,
    Input,
    ListQuery,
    Only,
    OwnTenant,
    Unserved,
    body,
    query,
)
from webhooks.engine_rest.resources import answer, done, resource

blueprint = resource("monitoring")

FAILED_JOB = "failedJob"
FAILED_EXTERNAL_TASK = "failedExternalTask"
MOVES_INSTANCES = frozenset(
    {JobKind.TIMER, JobKind.MESSAGE, JobKind.HELD, JobKind.SERVICE_TASK, JobKind.CONNECTOR}
)
"""Jobs to Camunda's clients; external tasks have operations of their own."""


class JobQuery(ListQuery):
    """Which jobs to list."""

    jobId = Identifier()  # noqa: N815
    processInstanceId = Identifier()  # noqa: N815
    activityId = fields.String()  # noqa: N815
    timers = Only()
    messages = Only()
    executable = Only()
    withException = Only()  # noqa: N815
    noRetriesLeft = Only()  # noqa: N815
    withRetriesLeft = Only()  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class IncidentQuery(ListQuery):
    """Which incidents, in Camunda's sense, to list."""

    incidentId = Identifier()  # noqa: N815
    incidentType = fields.String()  # noqa: N815
    processInstanceId = Identifier()  # noqa: N815
    activityId = fields.String()  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class JobRetriesInput(Input):
    retries = fields.Integer(required=True, validate=Range(1, 1_000))
    dueDate = Accepted()  # noqa: N815


@blueprint.get("/job")
def list_jobs() -> Response:
    """List timers, messages and service tasks that wait or have failed."""
    asked = query(JobQuery())
    found = listings.some(asked, _jobs(asked), lambda one: _is_wanted(one, asked))
    return answer([_job(job) for job in found])


@blueprint.get("/job/count")
def count_jobs() -> Response:
    """Count jobs."""
    asked = query(JobQuery())
    return answer({"count": listings.how_many(_jobs(asked), lambda one: _is_wanted(one, asked))})


@blueprint.get("/job/<job_id>")
def show_job(job_id: str) -> Response:
    """Show one job."""
    return answer(_job(jobs.get(engine(), by=caller(), job_id=identifiers.plain(job_id))))


@blueprint.put("/job/<job_id>/retries")
def set_job_retries(job_id: str) -> Response:
    """Try a job again that waits for a person; one that is under way stays as it is."""
    body(JobRetriesInput())
    _retry(jobs.get(engine(), by=caller(), job_id=identifiers.plain(job_id)))
    return done()


@blueprint.get("/incident")
def list_incidents() -> Response:
    """List what waits for a person: jobs and external tasks out of retries."""
    asked = query(IncidentQuery())
    found = listings.some(asked, _failed(asked), lambda one: _is_reported(one, asked))
    return answer([_incident(job) for job in found])


@blueprint.get("/incident/count")
def count_incidents() -> Response:
    """Count what waits for a person."""
    asked = query(IncidentQuery())
    found = listings.how_many(_failed(asked), lambda one: _is_reported(one, asked))
    return answer({"count": found})


def _retry(job: Job) -> None:
    if job.state is not JobState.DEAD_LETTER:
        return
    if job.kind is JobKind.EXTERNAL_TASK:
        external_tasks.set_retries(engine(), by=caller(), task_id=job.id, retries=1)
    else:
        jobs.retry(engine(), by=caller(), job_id=job.id)


def _jobs(asked: Any, state: str | None = None) -> listings.Pages[Job]:
    def of_instance(page: PageRequest) -> Page[Job]:
        return jobs.listing(
            engine(),
            by=caller(),
            page=page,
            state=state,
            process_instance_id=asked.get("processInstanceId"),
        )

    return of_instance


def _failed(asked: Any) -> listings.Pages[Job]:
    return _jobs(asked, "dead_letter")


def _is_wanted(job: Job, asked: Any) -> bool:
    dead = job.state is JobState.DEAD_LETTER
    return (
        job.kind in MOVES_INSTANCES
        and asked.get("jobId") in (None, job.id)
        and asked.get("activityId") in (None, job.element_id)
        and not (asked.get("timers") and job.kind is not JobKind.TIMER)
        and not (asked.get("messages") and job.kind is JobKind.TIMER)
        and not (asked.get("executable") and (dead or job.due_at > engine().clock.now()))
        and not (asked.get("withException") and job.last_error is None)
        and not (asked.get("noRetriesLeft") and not dead)
        and not (asked.get("withRetriesLeft") and dead)
    )


def _is_reported(job: Job, asked: Any) -> bool:
    return (
        job.kind in {*MOVES_INSTANCES, JobKind.EXTERNAL_TASK}
        and job.process_instance_id is not None
        and asked.get("incidentId") in (None, _incident_id(job).hex)
        and asked.get("incidentType") in (None, _type(job))
        and asked.get("activityId") in (None, job.element_id)
    )


def _instance(job: Job) -> ProcessInstance | None:
    if job.process_instance_id is None:
        return None
    return process_instances.get(engine(), by=caller(), instance_id=job.process_instance_id)


def _definition(instance: ProcessInstance) -> str:
    return identifiers.definition_identifier(
        instance.process_definition_key, instance.version, instance.process_definition_id
    )


def _job(job: Job) -> dict[str, Any]:
    instance = _instance(job)
    dead = job.state is JobState.DEAD_LETTER
    return {
        "id": identifiers.dashed(job.id),
        "jobDefinitionId": None,
        "dueDate": values.date(job.due_at),
        "processInstanceId": identifiers.dashed_or_none(job.process_instance_id),
        "executionId": identifiers.dashed_or_none(job.process_instance_id),
        "processDefinitionId": _definition(instance) if instance else None,
        "processDefinitionKey": instance.process_definition_key if instance else None,
        "retries": 0 if dead else job.max_attempts - job.attempts,
        "exceptionMessage": job.last_error,
        "failedActivityId": job.element_id if job.last_error else None,
        "suspended": False,
        "priority": job.priority,
        "tenantId": None,
        "createTime": None,
        "batchId": None,
    }


def _incident(job: Job) -> dict[str, Any]:
    instance, identifier = _instance(job), str(_incident_id(job))
    assert instance is not None, "only what belongs to an instance is reported"
    place = identifiers.dashed(instance.id)
    return {
        "id": identifier,
        "processDefinitionId": _definition(instance),
        "processInstanceId": place,
        "executionId": place,
        "incidentTimestamp": values.date(job.due_at),
        "incidentType": _type(job),
        "activityId": job.element_id,
        "failedActivityId": job.element_id,
        "causeIncidentId": identifier,
        "rootCauseIncidentId": identifier,
        "configuration": identifiers.dashed(job.id),
        "incidentMessage": job.last_error,
        "tenantId": None,
        "jobDefinitionId": None,
        "annotation": None,
    }


def _incident_id(job: Job) -> UUID:
    return uuid5(NAMESPACE_OID, f"dead letter {job.id}")


def _type(job: Job) -> str:
    return FAILED_EXTERNAL_TASK if job.kind is JobKind.EXTERNAL_TASK else FAILED_JOB
