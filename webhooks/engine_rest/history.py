"""`/history`: what ran and what was done, ended or not. Parses, calls the use case, renders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from flask import Response
from marshmallow import fields

from engine import process_definitions, process_instances, user_tasks
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.pages import Page, PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskState
from webhooks.caller import caller, engine
from webhooks.engine_rest import events, identifiers, listings, values
from webhooks.engine_rest.requests import (
    Accepted,
    DefinitionIdentifier,
    Identifier,
    ListQuery,
    Only,
    OwnTenant,
    Unserved,
    query,
)
from webhooks.engine_rest.resources import answer, resource

blueprint = resource("history")

STATES = {
    InstanceState.RUNNING: "ACTIVE",
    InstanceState.SUSPENDED: "SUSPENDED",
    InstanceState.COMPLETED: "COMPLETED",
    InstanceState.CANCELLED: "EXTERNALLY_TERMINATED",
    InstanceState.FAILED: "INTERNALLY_TERMINATED",
}
BEGINS = frozenset(
    {HistoryKind.ELEMENT_ENTERED, HistoryKind.USER_TASK_CREATED, HistoryKind.SERVICE_TASK_CREATED}
)
ENDS = frozenset({HistoryKind.ELEMENT_COMPLETED, HistoryKind.ELEMENT_CANCELLED})


class HistoricInstanceQuery(ListQuery):
    """Which process instances to list."""

    processInstanceId = Identifier()  # noqa: N815
    processInstanceBusinessKey = fields.String()  # noqa: N815
    processDefinitionKey = fields.String()  # noqa: N815
    processDefinitionId = DefinitionIdentifier()  # noqa: N815
    finished = Only()
    unfinished = Only()
    active = Only()
    suspended = Only()
    completed = Only()
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class OfInstanceQuery(ListQuery):
    """Of which instance."""

    processInstanceId = Identifier(required=True)  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class ActivityQuery(OfInstanceQuery):
    """Which steps of an instance to list."""

    activityId = fields.String()  # noqa: N815
    activityType = fields.String()  # noqa: N815
    finished = Only()
    unfinished = Only()
    canceled = Only()


class VariableQuery(OfInstanceQuery):
    """Which variables of an instance to list."""

    variableName = fields.String()  # noqa: N815
    deserializeValues = Accepted()  # noqa: N815


class HistoricTaskQuery(ListQuery):
    """Which user tasks to list."""

    taskId = Identifier()  # noqa: N815
    processInstanceId = Identifier()  # noqa: N815
    processInstanceBusinessKey = fields.String()  # noqa: N815
    processDefinitionKey = fields.String()  # noqa: N815
    taskDefinitionKey = fields.String()  # noqa: N815
    taskAssignee = fields.String()  # noqa: N815
    finished = Only()
    unfinished = Only()
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


@blueprint.get("/history/process-instance")
def list_instances() -> Response:
    """List process instances, the latest first."""
    asked = query(HistoricInstanceQuery())
    found = listings.some(asked, _instances(asked), lambda one: _is_wanted(one, asked))
    return answer([_shown(instance) for instance in found])


@blueprint.get("/history/process-instance/count")
def count_instances() -> Response:
    """Count process instances."""
    asked = query(HistoricInstanceQuery())
    found = listings.how_many(_instances(asked), lambda one: _is_wanted(one, asked))
    return answer({"count": found})


@blueprint.get("/history/process-instance/<instance_id>")
def show_instance(instance_id: str) -> Response:
    """Show one process instance, ended or not."""
    return answer(_shown(_instance(identifiers.plain(instance_id))))


@blueprint.get("/history/activity-instance")
def list_activities() -> Response:
    """List the steps of an instance, in order."""
    asked = query(ActivityQuery())
    steps = [one for one in _activities(asked["processInstanceId"]) if _is_step(one, asked)]
    return answer(_part(steps, asked))


@blueprint.get("/history/task")
def list_tasks() -> Response:
    """List user tasks, the oldest first."""
    asked = query(HistoricTaskQuery())
    found = listings.some(asked, _tasks(asked), lambda one: _is_task(one, asked))
    return answer([_task(task) for task in found])


@blueprint.get("/history/variable-instance")
def list_variables() -> Response:
    """List the variables of an instance, as they are or were at its end."""
    asked = query(VariableQuery())
    found = [one for one in _variables(asked) if asked.get("variableName") in (None, one["name"])]
    return answer(_part(found, asked))


def _part(found: list[dict[str, Any]], asked: Any) -> list[dict[str, Any]]:
    first, most = asked["firstResult"], asked["maxResults"]
    return found[first : first + most]


def _instance(instance_id: str) -> ProcessInstance:
    return process_instances.get(engine(), by=caller(), instance_id=instance_id)


def _instances(asked: Any) -> listings.Pages[ProcessInstance]:
    def every_state(page: PageRequest) -> Page[ProcessInstance]:
        return process_instances.listing(
            engine(),
            by=caller(),
            page=page,
            state=None,
            business_key=asked.get("processInstanceBusinessKey"),
            process_definition_key=asked.get("processDefinitionKey"),
        )

    return every_state


def _is_wanted(one: ProcessInstance, asked: Any) -> bool:
    ended = one.ended_at is not None
    return (
        asked.get("processInstanceId") in (None, one.id)
        and asked.get("processDefinitionId") in (None, one.process_definition_id)
        and not (asked.get("finished") and not ended)
        and not (asked.get("unfinished") and ended)
        and not (asked.get("active") and one.state is not InstanceState.RUNNING)
        and not (asked.get("suspended") and one.state is not InstanceState.SUSPENDED)
        and not (asked.get("completed") and one.state is not InstanceState.COMPLETED)
    )


def _definition(instance: ProcessInstance) -> str:
    return identifiers.definition_identifier(
        instance.process_definition_key, instance.version, instance.process_definition_id
    )


def _shown(one: ProcessInstance) -> dict[str, Any]:
    identifier = identifiers.dashed(one.id)
    ended = one.ended_at
    return {
        "id": identifier,
        "businessKey": one.business_key,
        "processDefinitionId": _definition(one),
        "processDefinitionKey": one.process_definition_key,
        "processDefinitionName": one.process_definition_key,
        "processDefinitionVersion": one.version,
        "startTime": values.date(one.started_at),
        "endTime": values.date_or_none(ended),
        "removalTime": None,
        "durationInMillis": _milliseconds(one.started_at, ended),
        "startUserId": one.started_by,
        "startActivityId": None,
        "deleteReason": None,
        "rootProcessInstanceId": identifier,
        "superProcessInstanceId": None,
        "superCaseInstanceId": None,
        "caseInstanceId": None,
        "tenantId": None,
        "state": STATES[one.state],
    }


def _milliseconds(began: Any, ended: Any) -> int | None:
    return None if ended is None else int((ended - began).total_seconds() * 1000)


def _activities(instance_id: str) -> list[dict[str, Any]]:
    """Return one row for each step: what began it and, once it has ended, what ended it."""
    instance = _instance(instance_id)
    spec = process_definitions.specification(
        engine(), by=caller(), key=instance.process_definition_key, version=instance.version
    )
    steps: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for event in _steps(instance_id):
        place = (event.token_id, event.element_id)
        element = spec.elements.get(event.element_id or "")
        began = steps.get(place)
        if began is None:
            began = steps[place] = _activity(instance, event, element.type if element else None)
        if event.kind in ENDS:
            began["endTime"] = values.date(event.at)
            began["canceled"] = event.kind is HistoryKind.ELEMENT_CANCELLED
            began["durationInMillis"] = _milliseconds(
                values.parse_date(began["startTime"]), event.at
            )
    return list(steps.values())


def _steps(instance_id: str) -> Iterator[HistoryEvent]:
    for recorded in events.of_instance(instance_id):
        event = recorded.event
        if event.kind in BEGINS | ENDS and event.element_id and event.token_id:
            yield event


def _activity(instance: ProcessInstance, event: HistoryEvent, kind: str | None) -> dict[str, Any]:
    place = identifiers.dashed(instance.id)
    is_task = kind == "userTask"
    return {
        "id": f"{event.element_id}:{identifiers.dashed(str(event.token_id))}",
        "parentActivityInstanceId": place,
        "activityId": event.element_id,
        "activityName": event.element_name,
        "activityType": kind,
        "processDefinitionKey": instance.process_definition_key,
        "processDefinitionId": _definition(instance),
        "processInstanceId": place,
        "rootProcessInstanceId": place,
        "executionId": identifiers.dashed(str(event.token_id)),
        "taskId": identifiers.dashed(str(event.token_id)) if is_task else None,
        "assignee": None,
        "calledProcessInstanceId": None,
        "calledCaseInstanceId": None,
        "startTime": values.date(event.at),
        "endTime": None,
        "durationInMillis": None,
        "canceled": False,
        "completeScope": False,
        "tenantId": None,
        "removalTime": None,
    }


def _is_step(one: dict[str, Any], asked: Any) -> bool:
    ended = one["endTime"] is not None
    return (
        asked.get("activityId") in (None, one["activityId"])
        and asked.get("activityType") in (None, one["activityType"])
        and not (asked.get("finished") and not ended)
        and not (asked.get("unfinished") and ended)
        and not (asked.get("canceled") and not one["canceled"])
    )


def _variables(asked: Any) -> list[dict[str, Any]]:
    instance = _instance(asked["processInstanceId"])
    place = identifiers.dashed(instance.id)
    found = process_instances.variables(engine(), by=caller(), instance_id=instance.id)
    return [
        {
            "id": str(uuid5(NAMESPACE_OID, f"{instance.id} {name}")),
            "name": name,
            **values.typed(value),
            "processDefinitionKey": instance.process_definition_key,
            "processDefinitionId": _definition(instance),
            "processInstanceId": place,
            "rootProcessInstanceId": place,
            "executionId": place,
            "activityInstanceId": place,
            "caseInstanceId": None,
            "taskId": None,
            "errorMessage": None,
            "tenantId": None,
            "state": "CREATED",
            "createTime": values.date(instance.started_at),
            "removalTime": None,
        }
        for name, value in found.items()
    ]


def _tasks(asked: Any) -> listings.Pages[UserTask]:
    def every_state(page: PageRequest) -> Page[UserTask]:
        return user_tasks.listing(
            engine(),
            by=caller(),
            page=page,
            process_instance_id=asked.get("processInstanceId"),
            assignee=asked.get("taskAssignee"),
        )

    return every_state


def _is_task(task: UserTask, asked: Any) -> bool:
    return (
        asked.get("taskId") in (None, task.id)
        and asked.get("processInstanceBusinessKey") in (None, task.business_key)
        and asked.get("processDefinitionKey") in (None, task.process_definition_key)
        and asked.get("taskDefinitionKey") in (None, task.element_id)
        and not (asked.get("finished") and task.is_open)
        and not (asked.get("unfinished") and not task.is_open)
    )


def _task(task: UserTask) -> dict[str, Any]:
    instance = _instance(task.process_instance_id)
    place = identifiers.dashed(instance.id)
    reasons = {UserTaskState.COMPLETED: "completed", UserTaskState.CANCELLED: "deleted"}
    return {
        "id": identifiers.dashed(task.id),
        "name": task.name,
        "description": None,
        "owner": None,
        "assignee": task.completed_by or task.assignee,
        "priority": task.priority,
        "due": values.date_or_none(task.due_at),
        "followUp": values.date_or_none(task.follow_up_at),
        "startTime": values.date(task.created_at),
        "endTime": values.date_or_none(task.completed_at),
        "duration": _milliseconds(task.created_at, task.completed_at),
        "deleteReason": reasons.get(task.state),
        "taskDefinitionKey": task.element_id,
        "processDefinitionKey": task.process_definition_key,
        "processDefinitionId": _definition(instance),
        "processInstanceId": place,
        "rootProcessInstanceId": place,
        "executionId": identifiers.dashed(task.id),
        "activityInstanceId": f"{task.element_id}:{identifiers.dashed(task.id)}",
        "parentTaskId": None,
        "caseDefinitionKey": None,
        "caseDefinitionId": None,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "tenantId": None,
        "removalTime": None,
    }
