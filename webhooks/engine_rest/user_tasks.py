"""`/task`: user tasks for task lists made for Camunda 7. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields
from marshmallow.validate import Length

from engine import process_definitions, process_instances, user_tasks
from engine.model.history import HistoryKind, RecordedEvent
from engine.model.pages import Page, PageRequest
from engine.model.process_instances import InstanceState
from engine.model.user_tasks import UserTask, UserTaskState
from webhooks.caller import caller, engine
from webhooks.engine_rest import events, identifiers, listings, values
from webhooks.engine_rest.requests import (
    Accepted,
    Identifier,
    Input,
    ListQuery,
    Only,
    OwnTenant,
    Truth,
    Unserved,
    Variables,
    body,
    query,
)
from webhooks.engine_rest.resources import answer, done, resource

blueprint = resource("user_tasks")


class TaskQuery(ListQuery):
    """Which open user tasks to list."""

    taskId = Identifier()  # noqa: N815
    processInstanceId = Identifier()  # noqa: N815
    processInstanceBusinessKey = fields.String()  # noqa: N815
    processDefinitionKey = fields.String()  # noqa: N815
    taskDefinitionKey = fields.String()  # noqa: N815
    name = fields.String()
    assignee = fields.String()
    assigned = Only()
    unassigned = Only()
    candidateGroup = fields.String()  # noqa: N815
    includeAssignedTasks = Accepted()  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    withoutTenantId = Accepted()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class UserInput(Input):
    userId = fields.String(load_default=None, validate=Length(max=200))  # noqa: N815


class LinkQuery(Input):
    type = fields.String()


class CommentInput(Input):
    message = fields.String(required=True, validate=Length(1, 4_000))
    processInstanceId = Accepted()  # noqa: N815


class CompletionInput(Input):
    variables = Variables(load_default=dict)
    withVariablesInReturn = Truth(load_default=False)  # noqa: N815


@blueprint.get("/task")
def list_all() -> Response:
    """List open user tasks, the oldest first."""
    asked = query(TaskQuery())
    found = listings.some(asked, _pages(asked), lambda one: _is_wanted(one, asked))
    return answer([_shown(task) for task in found])


@blueprint.get("/task/count")
def count() -> Response:
    """Count open user tasks."""
    asked = query(TaskQuery())
    found = listings.how_many(_pages(asked), lambda one: _is_wanted(one, asked))
    return answer({"count": found})


@blueprint.get("/task/<task_id>")
def show(task_id: str) -> Response:
    """Show one user task."""
    return answer(_shown(user_tasks.get(**_by(task_id))))


@blueprint.get("/task/<task_id>/form-variables")
def show_form_variables(task_id: str) -> Response:
    """Show what the task's form has so far."""
    return answer(values.typed_all(user_tasks.form(**_by(task_id)).values))


@blueprint.get("/task/<task_id>/deployed-form")
def show_deployed_form(task_id: str) -> Response:
    """Return the task's form as it was deployed."""
    task = user_tasks.get(**_by(task_id))
    return Response(_form_file(task), content_type="application/json")


@blueprint.get("/task/<task_id>/identity-links")
def list_identity_links(task_id: str) -> Response:
    """List who has the task, and whom it was offered to."""
    asked, task = query(LinkQuery()), user_tasks.get(**_by(task_id))
    return answer([one for one in _links(task) if asked.get("type") in (None, one["type"])])


@blueprint.get("/task/<task_id>/comment")
def list_comments(task_id: str) -> Response:
    """List what people have said of the task's case, the latest first."""
    task = user_tasks.get(**_by(task_id))
    return answer([_comment(task, one) for one in reversed(_comments(task))])


@blueprint.post("/task/<task_id>/comment/create")
def comment(task_id: str) -> Response:
    """Say something of the task's case, for all who may read it."""
    text, task = body(CommentInput())["message"], user_tasks.get(**_by(task_id))
    place = task.process_instance_id
    process_instances.comment(engine(), by=caller(), instance_id=place, text=text)
    return answer(_comment(task, _comments(task)[-1]))


@blueprint.post("/task/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Give the task to a user, by themselves to the caller."""
    _give(task_id, body(UserInput())["userId"] or caller().user)
    return done()


@blueprint.post("/task/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give the task back to all it was offered to."""
    _give(task_id, None)
    return done()


@blueprint.post("/task/<task_id>/assignee")
def assign(task_id: str) -> Response:
    """Give the task to a user, or to nobody."""
    _give(task_id, body(UserInput())["userId"])
    return done()


@blueprint.post("/task/<task_id>/complete")
def complete(task_id: str) -> Response:
    """Complete the task; with a form, its rules are kept."""
    return _completed(task_id)


@blueprint.post("/task/<task_id>/submit-form")
def submit_form(task_id: str) -> Response:
    """Complete the task with the fields of its form."""
    return _completed(task_id)


def _completed(task_id: str) -> Response:
    told = body(CompletionInput())
    task = user_tasks.complete(**_by(task_id), variables=told["variables"])
    if not told["withVariablesInReturn"]:
        return done()
    place = task.process_instance_id
    found = process_instances.variables(engine(), by=caller(), instance_id=place)
    return answer(values.typed_all(found))


def _give(task_id: str, user: str | None) -> None:
    if user is None:
        user_tasks.unclaim(**_by(task_id))
    elif user == caller().user:
        user_tasks.claim(**_by(task_id))
    else:
        # As in Camunda 7, whose clients bring users of their own.
        user_tasks.assign(**_by(task_id), to=user)


def _by(task_id: str) -> dict[str, Any]:
    return {"engine": engine(), "by": caller(), "task_id": identifiers.plain(task_id)}


def _pages(asked: Any) -> listings.Pages[UserTask]:
    def open_tasks(page: PageRequest) -> Page[UserTask]:
        return user_tasks.listing(
            engine(),
            by=caller(),
            page=page,
            state=UserTaskState.OPEN,
            process_instance_id=asked.get("processInstanceId"),
            candidate_group=asked.get("candidateGroup"),
            assignee=asked.get("assignee"),
        )

    return open_tasks


def _is_wanted(task: UserTask, asked: Any) -> bool:
    return (
        asked.get("taskId") in (None, task.id)
        and asked.get("processInstanceBusinessKey") in (None, task.business_key)
        and asked.get("processDefinitionKey") in (None, task.process_definition_key)
        and asked.get("taskDefinitionKey") in (None, task.element_id)
        and asked.get("name") in (None, task.name)
        and not (asked.get("assigned") and task.assignee is None)
        and not (asked.get("unassigned") and task.assignee is not None)
    )


def _form_file(task: UserTask) -> bytes:
    place = task.process_instance_id
    instance = process_instances.get(engine(), by=caller(), instance_id=place)
    return process_definitions.form_file(
        engine(),
        by=caller(),
        definition_id=instance.process_definition_id,
        element_id=task.element_id,
        key=task.form_ref,
    )


def _links(task: UserTask) -> list[dict[str, Any]]:
    assigned = [(task.assignee, None, "assignee")] if task.assignee else []
    offered = [
        *((user, None, "candidate") for user in task.candidate_users),
        *((None, group, "candidate") for group in task.candidate_groups),
    ]
    return [
        {"userId": user, "groupId": group, "type": kind}
        for user, group, kind in (*assigned, *offered)
    ]


def _comments(task: UserTask) -> list[RecordedEvent]:
    found = events.of_instance(task.process_instance_id)
    return [one for one in found if one.event.kind is HistoryKind.COMMENT_ADDED]


def _comment(task: UserTask, recorded: RecordedEvent) -> dict[str, Any]:
    return {
        "id": f"{identifiers.dashed(task.process_instance_id)}:{recorded.sequence}",
        "userId": recorded.event.by,
        "time": values.date(recorded.event.at),
        "taskId": identifiers.dashed(task.id),
        "processInstanceId": identifiers.dashed(task.process_instance_id),
        "rootProcessInstanceId": identifiers.dashed(task.process_instance_id),
        "message": str(recorded.event.data.get("text", "")),
        "removalTime": None,
    }


def _shown(task: UserTask) -> dict[str, Any]:
    place = task.process_instance_id
    instance = process_instances.get(engine(), by=caller(), instance_id=place)
    return {
        "id": identifiers.dashed(task.id),
        "name": task.name,
        "assignee": task.assignee,
        "created": values.date(task.created_at),
        "due": values.date_or_none(task.due_at),
        "followUp": values.date_or_none(task.follow_up_at),
        "lastUpdated": None,
        "delegationState": None,
        "description": None,
        "executionId": identifiers.dashed(task.id),
        "owner": None,
        "parentTaskId": None,
        "priority": task.priority,
        "processDefinitionId": identifiers.definition_identifier(
            instance.process_definition_key, instance.version, instance.process_definition_id
        ),
        "processInstanceId": identifiers.dashed(place),
        "taskDefinitionKey": task.element_id,
        "caseExecutionId": None,
        "caseInstanceId": None,
        "caseDefinitionId": None,
        "suspended": instance.state is InstanceState.SUSPENDED,
        "formKey": None,
        "camundaFormRef": None if task.form_ref is None else {"key": task.form_ref},
        "tenantId": None,
    }
