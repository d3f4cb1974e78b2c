"""`/process-instances`: running and finished procedures. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from engine import process_instances
from engine.model.history import RecordedEvent
from engine.model.pages import Page
from engine.model.process_instances import InstanceState, ProcessInstance
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import Variables, instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("process_instances", __name__, description="Running and finished procedures.")


class ProcessInstanceSchema(Schema):
    """One run of a process definition."""

    id = fields.String()
    process_definition_key = fields.String()
    version = fields.Integer()
    business_key = fields.String(allow_none=True)
    state = fields.String(validate=OneOf(list(InstanceState)))
    started_at = instant()
    started_by = fields.String()
    ended_at = instant(allow_none=True)
    revision = fields.Integer(metadata={"description": "Grows with each step."})


class StartSchema(Schema):
    """What to start, and with what."""

    process_definition_key = fields.String(required=True)
    business_key = fields.String(load_default=None, allow_none=True, validate=Length(1, 200))
    variables = Variables(load_default=dict)
    version = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=Range(1, 1_000_000),
        metadata={"description": "Another version than the active one."},
    )


class ProcessInstanceQuery(PageQuery):
    """Which process instances to list."""

    state = fields.Enum(InstanceState, by_value=True, load_default=None)
    business_key = fields.String(load_default=None)
    process_definition_key = fields.String(load_default=None)
    overdue = fields.Boolean(
        load_default=None,
        metadata={"description": "true: with an open task past its due time; false: without."},
    )
    q = fields.String(
        load_default=None, metadata={"description": "Words to look for in keys and names."}
    )


IN_WORDS = (Length(1, 2000), Regexp(r"(?s).*\S", error="Say why, in words."))


class CancellationSchema(Schema):
    """Why an instance is ended before its time."""

    reason = fields.String(required=True, validate=IN_WORDS)


class SuspensionSchema(Schema):
    """Why nothing of an instance is to move."""

    reason = fields.String(required=True, validate=IN_WORDS)


class ActivationSchema(Schema):
    """Why a suspended instance goes on."""

    reason = fields.String(load_default="", validate=Length(max=2000))


class TokenSchema(Schema):
    """Where the instance stands: one place of the diagram where a token waits."""

    token_id = fields.String()
    element_id = fields.String()
    name = fields.String(allow_none=True)
    kind = fields.String(
        validate=OneOf(["user_task", "timer", "subscription", "service_task", "condition"])
    )
    due_at = instant(allow_none=True)


class TokensSchema(Schema):
    """All tokens of one instance."""

    items = fields.List(fields.Nested(TokenSchema()))


class HistoryEventSchema(Schema):
    """One thing that happened; `hash` binds it to all before it."""

    sequence = fields.Integer()
    kind = fields.String(attribute="event.kind")
    at = instant(attribute="event.at")
    element_id = fields.String(attribute="event.element_id", allow_none=True)
    element_name = fields.String(attribute="event.element_name", allow_none=True)
    token_id = fields.String(attribute="event.token_id", allow_none=True)
    by = fields.String(attribute="event.by", allow_none=True)
    clauses = fields.List(fields.String(), attribute="event.clauses")
    data = fields.Raw(attribute="event.data")
    hash = fields.String()


class DeadlineSchema(Schema):
    """By when a user task was or is to be done, and whether it was."""

    user_task_id = fields.String()
    element_id = fields.String()
    name = fields.String()
    started_at = instant("Since when it is asked.")
    due_at = instant(allow_none=True)
    follow_up_at = instant(allow_none=True)
    ended_at = instant(allow_none=True)
    clauses = texts()
    state = fields.String(validate=OneOf(["met", "missed", "open", "overdue", "cancelled"]))


class DeadlinesSchema(Schema):
    """All deadlines of one instance."""

    items = fields.List(fields.Nested(DeadlineSchema()))


class VariablesOnlySchema(Schema):
    """The variables of one instance."""

    variables = Variables()


@blueprint.post("/process-instances")
@blueprint.arguments(StartSchema())
@blueprint.response(201, ProcessInstanceSchema())
def start(body: dict[str, Any]) -> ProcessInstance:
    """Start a process instance and run it until it waits."""
    return process_instances.start(engine(), by=caller(), **body)


@blueprint.get("/process-instances")
@blueprint.arguments(ProcessInstanceQuery(), location="query")
@blueprint.response(200, page_of(ProcessInstanceSchema))
def list_all(query: dict[str, Any]) -> Page[ProcessInstance]:
    """List process instances, the latest first."""
    return process_instances.listing(engine(), by=caller(), **query)


@blueprint.get("/process-instances/<instance_id>")
@blueprint.response(200, ProcessInstanceSchema())
def show(instance_id: str) -> ProcessInstance:
    """Show one process instance."""
    return process_instances.get(engine(), by=caller(), instance_id=instance_id)


@blueprint.get("/process-instances/<instance_id>/variables")
@blueprint.response(200, VariablesOnlySchema())
def show_variables(instance_id: str) -> dict[str, Any]:
    """Show the instance's variables."""
    return {
        "variables": process_instances.variables(engine(), by=caller(), instance_id=instance_id)
    }


@blueprint.get("/process-instances/<instance_id>/tokens")
@blueprint.response(200, TokensSchema())
def list_tokens(instance_id: str) -> dict[str, Any]:
    """Show where the instance stands."""
    return {"items": process_instances.tokens(engine(), by=caller(), instance_id=instance_id)}


@blueprint.get("/process-instances/<instance_id>/history")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(HistoryEventSchema))
def list_history(query: dict[str, Any], instance_id: str) -> Page[RecordedEvent]:
    """List what happened to the instance, in order."""
    return process_instances.history(engine(), by=caller(), instance_id=instance_id, **query)


@blueprint.get("/process-instances/<instance_id>/deadlines")
@blueprint.response(200, DeadlinesSchema())
def list_deadlines(instance_id: str) -> dict[str, Any]:
    """List by when what has to be done, and whether it was."""
    return {"items": process_instances.deadlines(engine(), by=caller(), instance_id=instance_id)}


@blueprint.post("/process-instances/<instance_id>/suspend")
@blueprint.arguments(SuspensionSchema())
@blueprint.response(200, ProcessInstanceSchema())
def suspend(body: dict[str, Any], instance_id: str) -> ProcessInstance:
    """Let nothing of an instance move until it is activated: tasks, timers and messages wait."""
    return process_instances.suspend(engine(), by=caller(), instance_id=instance_id, **body)


@blueprint.post("/process-instances/<instance_id>/activate")
@blueprint.arguments(ActivationSchema())
@blueprint.response(200, ProcessInstanceSchema())
def activate(body: dict[str, Any], instance_id: str) -> ProcessInstance:
    """Let a suspended instance go on; what fell due meanwhile happens now."""
    return process_instances.activate(engine(), by=caller(), instance_id=instance_id, **body)


@blueprint.post("/process-instances/<instance_id>/cancel")
@blueprint.arguments(CancellationSchema())
@blueprint.response(200, ProcessInstanceSchema())
def cancel(body: dict[str, Any], instance_id: str) -> ProcessInstance:
    """End an instance before its time, for a reason that its history keeps."""
    return process_instances.cancel(engine(), by=caller(), instance_id=instance_id, **body)
