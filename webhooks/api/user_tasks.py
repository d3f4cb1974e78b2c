"""`/user-tasks`: what people are asked to do. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from engine import user_tasks
from engine.model.pages import Page
from engine.model.user_tasks import UserTask, UserTaskState
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import Value, Variables, instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("user_tasks", __name__, description="What people are asked to do, and by when.")


class UserTaskSchema(Schema):
    """One user task. `version` grows with each change."""

    id = fields.String()
    process_instance_id = fields.String()
    process_definition_key = fields.String()
    business_key = fields.String(allow_none=True)
    element_id = fields.String()
    name = fields.String()
    assignee = fields.String(allow_none=True)
    candidate_groups = texts("Roles whose members may do it.")
    candidate_users = texts("People who may do it.")
    created_at = instant("Since when it is asked.")
    due_at = instant("By when it must be done.", allow_none=True)
    follow_up_at = instant("When to look after it.", allow_none=True)
    priority = fields.Integer()
    form_ref = fields.String(allow_none=True)
    clauses = texts("The clauses of the policy that ask for it.")
    state = fields.String(validate=OneOf(list(UserTaskState)))
    version = fields.Integer()
    completed_at = instant(allow_none=True)
    completed_by = fields.String(allow_none=True)


class UserTaskQuery(PageQuery):
    """Which user tasks to list."""

    state = fields.Enum(UserTaskState, by_value=True, load_default=None)
    process_instance_id = fields.String(load_default=None)
    candidate_group = fields.String(load_default=None)
    assignee = fields.String(load_default=None)
    overdue = fields.Boolean(
        load_default=None,
        metadata={"description": "true: only open tasks past their due time; false: all others."},
    )


class VariablesSchema(Schema):
    """What was filled in, by field."""

    variables = Variables(load_default=dict)


class CompletionSchema(VariablesSchema):
    """What was filled in, and the version of the task it was filled in for."""

    version = fields.Integer(
        load_default=None,
        strict=True,
        metadata={"description": "Refuse with 409 if the task has changed since this version."},
    )


class DelegationSchema(Schema):
    """Who does the task instead."""

    to = fields.String(
        required=True,
        validate=Length(1, 200),
        metadata={"description": "The other person's user name."},
    )


class OptionSchema(Schema):
    """One choice of a field."""

    label = fields.String()
    value = Value()
    selected = fields.Boolean()


class ComponentSchema(Schema):
    """One component of a form, ready to be drawn: what it is called, holds and allows."""

    id = fields.String()
    kind = fields.String()
    key = fields.String(
        metadata={"description": "The name of the answer, such as `people[0].name`; or empty."}
    )
    label = fields.String()
    description = fields.String()
    visible = fields.Boolean()
    required = fields.Boolean()
    read_only = fields.Boolean()
    value = fields.Raw(allow_none=True)
    options = fields.List(fields.Nested(OptionSchema()))
    subtype = fields.String(allow_none=True)
    prefix = fields.String()
    suffix = fields.String()
    text = fields.String()
    clauses = texts()
    rows = fields.List(
        fields.List(fields.Nested(lambda: ComponentSchema())),
        metadata={"description": "The rows of a list; one row for a group."},
    )


class TaskFormSchema(Schema):
    """What the task asks: its form's components as they stand now, and the values so far."""

    form_id = fields.String(attribute="form.id", dump_default=None, allow_none=True)
    components = fields.List(fields.Nested(ComponentSchema()), attribute="present")
    values = Variables()
    source = fields.Raw(
        allow_none=True,
        metadata={"description": "The form as deployed: Camunda Forms JSON, for form-js."},
    )


class DraftSchema(Schema):
    """When the draft was kept."""

    user_task_id = fields.String()
    saved_at = instant()


@blueprint.get("/user-tasks")
@blueprint.arguments(UserTaskQuery(), location="query")
@blueprint.response(200, page_of(UserTaskSchema))
def list_all(query: dict[str, Any]) -> Page[UserTask]:
    """List the user tasks that the caller may see, the most urgent first."""
    return user_tasks.listing(engine(), by=caller(), **query)


@blueprint.get("/user-tasks/<task_id>")
@blueprint.response(200, UserTaskSchema())
def show(task_id: str) -> UserTask:
    """Show one user task."""
    return user_tasks.get(engine(), by=caller(), task_id=task_id)


@blueprint.get("/user-tasks/<task_id>/form")
@blueprint.response(200, TaskFormSchema())
def show_form(task_id: str) -> user_tasks.TaskForm:
    """Show the form of a user task and its values so far: variables, then the caller's draft."""
    return user_tasks.form(engine(), by=caller(), task_id=task_id)


@blueprint.put("/user-tasks/<task_id>/draft")
@blueprint.arguments(VariablesSchema())
@blueprint.response(200, DraftSchema())
def save_draft(body: dict[str, Any], task_id: str) -> user_tasks.Draft:
    """Keep what was filled in so far. Nothing is validated and no token moves."""
    return user_tasks.save_draft(engine(), by=caller(), task_id=task_id, values=body["variables"])


@blueprint.post("/user-tasks/<task_id>/claim")
@blueprint.response(200, UserTaskSchema())
def claim(task_id: str) -> UserTask:
    """Take a user task on: nobody else of the candidates can complete it then."""
    return user_tasks.claim(engine(), by=caller(), task_id=task_id)


@blueprint.post("/user-tasks/<task_id>/unclaim")
@blueprint.response(200, UserTaskSchema())
def unclaim(task_id: str) -> UserTask:
    """Give a user task back to all its candidates."""
    return user_tasks.unclaim(engine(), by=caller(), task_id=task_id)


@blueprint.post("/user-tasks/<task_id>/delegate")
@blueprint.arguments(DelegationSchema())
@blueprint.response(200, UserTaskSchema())
def delegate(body: dict[str, Any], task_id: str) -> UserTask:
    """Hand a user task to somebody else; 404 when nobody of that name may come in here."""
    return user_tasks.delegate(engine(), by=caller(), task_id=task_id, to=body["to"])


@blueprint.post("/user-tasks/<task_id>/complete")
@blueprint.arguments(CompletionSchema())
@blueprint.response(200, UserTaskSchema())
def complete(body: dict[str, Any], task_id: str) -> UserTask:
    """Complete a user task and run its process instance until it waits again.

    409 when it was completed before; 422 with `fields` when the form's rules are not met.
    """
    return user_tasks.complete(engine(), by=caller(), task_id=task_id, **body)
