"""`/evidence`: all that is recorded of one instance, in one answer. Parses, calls the use case, renders."""

from __future__ import annotations

from marshmallow import Schema, fields

from engine import evidence
from webhooks.api.notices import NoticeSchema
from webhooks.api.nouns import Noun
from webhooks.api.process_definitions import ProcessDefinitionSchema
from webhooks.api.process_instances import (
    DeadlineSchema,
    HistoryEventSchema,
    ProcessInstanceSchema,
)
from webhooks.api.user_tasks import UserTaskSchema
from webhooks.api.values import Variables, instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("evidence", __name__, description="All that is recorded of one instance.")


class VerificationSchema(Schema):
    """Whether the instance's history is whole and unchanged: each event's hash binds all before it."""

    whole = fields.Boolean()
    events = fields.Integer()
    last_hash = fields.String()
    broken_at = fields.Integer(
        allow_none=True,
        metadata={"description": "The first event that is missing or not as it was recorded."},
    )


class EvidenceSchema(Schema):
    """The instance, what it asked and decided, whom it told, and its whole history."""

    organisation = fields.String()
    made_at = instant("When this was put together.")
    made_by = fields.String()
    process_instance = fields.Nested(ProcessInstanceSchema(), attribute="instance")
    process_definition = fields.Nested(ProcessDefinitionSchema(), attribute="definition")
    verification = fields.Nested(VerificationSchema())
    clauses = texts("Every clause that something in the history cites.")
    variables = Variables()
    user_tasks = fields.List(fields.Nested(UserTaskSchema()))
    deadlines = fields.List(fields.Nested(DeadlineSchema()))
    decisions = fields.List(
        fields.Nested(HistoryEventSchema()),
        metadata={"description": "Each with its inputs, its outputs and the rules that hit."},
    )
    notices = fields.List(fields.Nested(NoticeSchema()))
    history = fields.List(fields.Nested(HistoryEventSchema()))


@blueprint.get("/evidence/<instance_id>")
@blueprint.response(200, EvidenceSchema())
def show(instance_id: str) -> evidence.Evidence:
    """Return all that is recorded of an instance, and whether its history is whole."""
    return evidence.of_instance(engine(), by=caller(), instance_id=instance_id)
