"""`/external-task`: workers fetch, hold and report. Parses, calls the use case, renders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from engine import external_tasks
from engine.model.external_tasks import ExternalTask, Topic
from engine.store.external_tasks import SORTS, Wanted
from webhooks.caller import caller, engine
from webhooks.engine_rest import identifiers, values
from webhooks.engine_rest.requests import (
    LARGEST_NUMBER,
    Accepted,
    DefinitionIdentifier,
    Identifier,
    Input,
    Listed,
    ListQuery,
    Milliseconds,
    Only,
    OwnTenant,
    Truth,
    Unserved,
    Variables,
    body,
    query,
)
from webhooks.engine_rest.resources import answer, done, resource
from webhooks.engine_rest.waiting_room import POLL

blueprint = resource("external_tasks")

LONGEST_WORKER = 200
LONGEST_POLL = 30 * 60_000
"""Milliseconds; Camunda's own limit."""

MOST_TASKS = 1_000
MOST_TOPICS = 200
"""More than any worker has, and as many as one statement to the database bears."""


def _worker() -> fields.String:
    return fields.String(required=True, validate=Length(1, LONGEST_WORKER))


class TopicInput(Input):
    """One topic of a fetch, and which of its tasks."""

    topicName = fields.String(required=True, validate=Length(1, 255))  # noqa: N815
    lockDuration = Milliseconds(least=1, required=True)  # noqa: N815
    variables = Listed(load_default=None)
    localVariables = Truth(load_default=False)  # noqa: N815
    businessKey = fields.String(load_default=None)  # noqa: N815
    processDefinitionId = DefinitionIdentifier(load_default=None)  # noqa: N815
    processDefinitionIdIn = Listed(DefinitionIdentifier(), load_default=None)  # noqa: N815
    processDefinitionKey = fields.String(load_default=None)  # noqa: N815
    processDefinitionKeyIn = Listed(load_default=None)  # noqa: N815
    processDefinitionVersionTag = Unserved()  # noqa: N815
    processVariables = fields.Dict(keys=fields.String(), load_default=dict)  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    withoutTenantId = Accepted()  # noqa: N815
    includeExtensionProperties = Truth(load_default=False)  # noqa: N815
    deserializeValues = Accepted()  # noqa: N815


class SortInput(Input):
    """What tasks are ordered by."""

    sortBy = fields.String(required=True, validate=OneOf(sorted(SORTS)))  # noqa: N815
    sortOrder = fields.String(load_default="asc", validate=OneOf(["asc", "desc"]))  # noqa: N815


class FetchInput(Input):
    """Who fetches, how many, of which topics, and how long to wait for one."""

    workerId = _worker()  # noqa: N815
    maxTasks = fields.Integer(required=True, validate=Range(1, LARGEST_NUMBER))  # noqa: N815
    usePriority = Truth(load_default=True)  # noqa: N815
    sorting = fields.List(fields.Nested(SortInput()), load_default=list)
    asyncResponseTimeout = Milliseconds(most=LONGEST_POLL, load_default=0)  # noqa: N815
    topics = fields.List(
        fields.Nested(TopicInput()), load_default=list, validate=Length(max=MOST_TOPICS)
    )

    @validates_schema
    def _each_topic_once(self, data: Any, **_: Any) -> None:
        names = [topic["topicName"] for topic in data["topics"]]
        if len(names) != len(set(names)):
            raise ValidationError("A topic is named twice.", "topics")


class WorkerInput(Input):
    workerId = _worker()  # noqa: N815


class CompleteInput(WorkerInput):
    variables = Variables(load_default=dict)
    localVariables = Variables(load_default=dict)  # noqa: N815


class FailureInput(WorkerInput):
    errorMessage = fields.String(load_default="")  # noqa: N815
    errorDetails = fields.String(load_default=None)  # noqa: N815
    retries = fields.Integer(load_default=None, validate=Range(0, 1_000))
    retryTimeout = Milliseconds(load_default=0)  # noqa: N815
    variables = Unserved()
    localVariables = Unserved()  # noqa: N815


class BpmnErrorInput(WorkerInput):
    errorCode = fields.String(required=True, validate=Length(1, 255))  # noqa: N815
    errorMessage = fields.String(load_default="")  # noqa: N815
    variables = Variables(load_default=dict)


class ExtendInput(WorkerInput):
    newDuration = Milliseconds(least=1, required=True)  # noqa: N815


class LockInput(WorkerInput):
    lockDuration = Milliseconds(least=1, required=True)  # noqa: N815


class RetriesInput(Input):
    retries = fields.Integer(required=True, validate=Range(0, 1_000))


class ExternalTaskQuery(ListQuery):
    """Which external tasks to list."""

    externalTaskId = Identifier()  # noqa: N815
    externalTaskIdIn = Listed(Identifier())  # noqa: N815
    topicName = fields.String()  # noqa: N815
    workerId = fields.String()  # noqa: N815
    locked = Only()
    notLocked = Only()  # noqa: N815
    withRetriesLeft = Only()  # noqa: N815
    noRetriesLeft = Only()  # noqa: N815
    activityId = fields.String()  # noqa: N815
    activityIdIn = Listed()  # noqa: N815
    processInstanceId = Identifier()  # noqa: N815
    processInstanceIdIn = Listed(Identifier())  # noqa: N815
    processDefinitionId = DefinitionIdentifier()  # noqa: N815
    active = Only()
    suspended = Only()
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = fields.String(validate=OneOf(sorted(SORTS)))  # noqa: N815


@blueprint.post("/external-task/fetchAndLock")
def fetch_and_lock() -> Response:
    """Fetch tasks and hold them; with none there, wait for one as long as asked."""
    asked = body(FetchInput())
    topics = [_topic(topic) for topic in asked["topics"]]
    found = _fetched(asked, topics)
    if not found and topics and _waits(asked, topics):
        return Response(status=202)
    return answer([_locked(task, asked) for task in found])


@blueprint.post("/external-task/<task_id>/complete")
def complete(task_id: str) -> Response:
    """Take over what a worker did."""
    told = body(CompleteInput())
    result = external_tasks.Result(told["variables"], told["localVariables"])
    external_tasks.complete(**_by(task_id), worker=told["workerId"], result=result)
    return done()


@blueprint.post("/external-task/<task_id>/failure")
def fail(task_id: str) -> Response:
    """Note that a worker failed."""
    told = body(FailureInput())
    external_tasks.fail(
        **_by(task_id),
        worker=told["workerId"],
        message=told["errorMessage"],
        details=told["errorDetails"],
        retries=told["retries"],
        retry_after=timedelta(milliseconds=told["retryTimeout"]),
    )
    return done()


@blueprint.post("/external-task/<task_id>/bpmnError")
def throw_bpmn_error(task_id: str) -> Response:
    """End a task with an error that its diagram knows."""
    told = body(BpmnErrorInput())
    external_tasks.throw_bpmn_error(
        **_by(task_id),
        worker=told["workerId"],
        code=told["errorCode"],
        message=told["errorMessage"],
        variables=told["variables"],
    )
    return done()


@blueprint.post("/external-task/<task_id>/extendLock")
def extend_lock(task_id: str) -> Response:
    """Hold a task longer."""
    told = body(ExtendInput())
    external_tasks.extend_lock(
        **_by(task_id), worker=told["workerId"], lock_for=_duration(told["newDuration"])
    )
    return done()


@blueprint.post("/external-task/<task_id>/lock")
def lock(task_id: str) -> Response:
    """Hold one task."""
    told = body(LockInput())
    external_tasks.lock(
        **_by(task_id), worker=told["workerId"], lock_for=_duration(told["lockDuration"])
    )
    return done()


@blueprint.post("/external-task/<task_id>/unlock")
def unlock(task_id: str) -> Response:
    """Give a task back."""
    external_tasks.unlock(**_by(task_id))
    return done()


@blueprint.put("/external-task/<task_id>/retries")
def set_retries(task_id: str) -> Response:
    """Give a task this many attempts."""
    external_tasks.set_retries(**_by(task_id), retries=body(RetriesInput())["retries"])
    return done()


@blueprint.get("/external-task")
def list_all() -> Response:
    """List external tasks."""
    asked = query(ExternalTaskQuery())
    order = [(asked["sortBy"], asked["sortOrder"] == "desc")] if "sortBy" in asked else []
    page = {"first": asked["firstResult"], "most": asked["maxResults"], "order": order}
    found = external_tasks.listing(engine(), by=caller(), wanted=_wanted(asked), **page)
    return answer([_shown(task) for task in found])


@blueprint.get("/external-task/count")
def count() -> Response:
    """Count external tasks."""
    wanted = _wanted(query(ExternalTaskQuery()))
    return answer({"count": external_tasks.count(engine(), by=caller(), wanted=wanted)})


@blueprint.get("/external-task/<task_id>")
def show(task_id: str) -> Response:
    """Show one external task."""
    return answer(_shown(external_tasks.get(**_by(task_id))))


@blueprint.get("/external-task/<task_id>/errorDetails")
def show_error_details(task_id: str) -> Response:
    """Show what a worker told about its last failure."""
    told = external_tasks.get(**_by(task_id)).job.payload.get("error_details")
    return Response(told or "", content_type="text/plain", status=200 if told else 204)


def _by(task_id: str) -> dict[str, Any]:
    return {"engine": engine(), "by": caller(), "task_id": identifiers.plain(task_id)}


def _duration(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def _fetched(asked: Any, topics: list[Topic]) -> tuple[ExternalTask, ...]:
    if not topics:
        return ()
    by_priority = [("taskPriority", True)] if asked["usePriority"] else []
    order = [(one["sortBy"], one["sortOrder"] == "desc") for one in asked["sorting"]]
    return external_tasks.fetch_and_lock(
        engine(),
        by=caller(),
        worker=asked["workerId"],
        topics=topics,
        most=min(asked["maxTasks"], MOST_TASKS),
        order=by_priority + order,
    )


def _waits(asked: Any, topics: list[Topic]) -> bool:
    """Ask the server to let this request wait; False when it cannot, or has waited long enough."""
    poll = request.environ.get(POLL)
    return poll is not None and poll.wait(
        caller().organisation,
        [topic.name for topic in topics],
        seconds=asked["asyncResponseTimeout"] / 1000,
        selective=any(topic.is_selective for topic in topics),
    )


def _topic(asked: Any) -> Topic:
    ids, keys = asked["processDefinitionIdIn"], asked["processDefinitionKeyIn"]
    if asked["processDefinitionId"] is not None:
        ids = (asked["processDefinitionId"],)
    if asked["processDefinitionKey"] is not None:
        keys = (asked["processDefinitionKey"],)
    return Topic(
        name=asked["topicName"],
        lock_for=_duration(asked["lockDuration"]),
        business_key=asked["businessKey"],
        process_definition_ids=ids,
        process_definition_keys=keys,
        variables=asked["variables"],
        local_only=asked["localVariables"],
        equal=asked["processVariables"],
    )


def _wanted(asked: Any) -> Wanted:
    return Wanted(
        now=engine().clock.now(),
        ids=_one_or_several(asked, "externalTaskId", "externalTaskIdIn"),
        topic=asked.get("topicName"),
        worker=asked.get("workerId"),
        locked=_either(asked, "locked", "notLocked"),
        retries_left=_either(asked, "withRetriesLeft", "noRetriesLeft"),
        element_ids=_one_or_several(asked, "activityId", "activityIdIn"),
        process_instance_ids=_one_or_several(asked, "processInstanceId", "processInstanceIdIn"),
        process_definition_id=asked.get("processDefinitionId"),
        suspended=_either(asked, "suspended", "active"),
    )


def _one_or_several(asked: Any, one: str, several: str) -> tuple[str, ...] | None:
    found: tuple[str, ...] | None = (asked[one],) if one in asked else asked.get(several)
    return found


def _either(asked: Any, yes: str, no: str) -> bool | None:
    if asked.get(yes):
        return True
    return False if asked.get(no) else None


def _shown(task: ExternalTask) -> dict[str, Any]:
    job = task.job
    return {
        "id": identifiers.dashed(job.id),
        "topicName": task.topic,
        "activityId": job.element_id,
        "activityInstanceId": identifiers.dashed(job.key),
        "executionId": identifiers.dashed(job.key),
        "processInstanceId": identifiers.dashed(job.instance_id),
        "processDefinitionId": identifiers.definition_identifier(
            task.process_definition_key, task.version, task.process_definition_id
        ),
        "processDefinitionKey": task.process_definition_key,
        "processDefinitionVersionTag": task.version_tag,
        "businessKey": task.business_key,
        "tenantId": None,
        "workerId": task.worker,
        "lockExpirationTime": values.date_or_none(job.leased_until),
        "createTime": None,
        "retries": task.retries,
        "errorMessage": job.last_error,
        "priority": job.priority,
        "suspended": task.suspended,
    }


def _locked(task: ExternalTask, asked: Any) -> dict[str, Any]:
    topic = next(one for one in asked["topics"] if one["topicName"] == task.topic)
    wants_properties = topic["includeExtensionProperties"]
    return {
        **_shown(task),
        "errorDetails": task.job.payload.get("error_details"),
        "variables": values.typed_all(task.variables),
        "extensionProperties": dict(task.properties) if wants_properties else {},
    }
