"""`/notices`: what was told to whom, and how it got there. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from engine import notices
from engine.model.notices import Channel, NoticeKind, NoticeState
from engine.model.pages import Page
from engine.told_notices import ToldNotice
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("notices", __name__, description="Notices that procedures sent, and to whom.")


class NoticeAttemptSchema(Schema):
    """One attempt: what came of it, and why it was not more."""

    number = fields.Integer()
    at = instant()
    outcome = fields.String()
    detail = fields.String(allow_none=True)


class NoticeDeliverySchema(Schema):
    """One copy of a notice on one channel; `id` is the same at every attempt."""

    id = fields.String(attribute="delivery.id")
    channel = fields.Enum(Channel, by_value=True, attribute="delivery.channel")
    recipient = fields.String(
        attribute="delivery.recipient",
        metadata={"description": "A user name, an endpoint's id, or empty: all who read there."},
    )
    state = fields.Enum(NoticeState, by_value=True, attribute="delivery.state")
    queued_at = instant(attribute="delivery.created_at")
    due_at = instant(
        "When the next attempt is, of one that is queued.", attribute="delivery.due_at"
    )
    sent_at = instant(allow_none=True, attribute="delivery.sent_at")
    ended_at = instant(allow_none=True, attribute="delivery.ended_at")
    last_error = fields.String(allow_none=True, attribute="delivery.last_error")
    attempts = fields.List(fields.Nested(NoticeAttemptSchema()))


class NoticeSchema(Schema):
    """One notice to one role, with its copies and every attempt at each."""

    kind = fields.Enum(NoticeKind, by_value=True, attribute="notice.kind")
    job_id = fields.String(attribute="notice.job_id")
    process_instance_id = fields.String(attribute="notice.process_instance_id")
    element_id = fields.String(attribute="notice.element_id")
    to_role = fields.String(attribute="notice.to_role")
    channel = fields.String(attribute="notice.channel")
    template = fields.String(attribute="notice.template")
    subject = fields.String(attribute="notice.subject")
    body = fields.String(attribute="notice.body")
    clauses = texts(attribute="notice.clauses")
    due_at = instant(
        "The time limit that it is about.", allow_none=True, attribute="notice.due_at"
    )
    user_task_id = fields.String(allow_none=True, attribute="notice.user_task_id")
    delivered_at = instant(
        "When it was told: in the inbox then, outside as its deliveries say.",
        attribute="notice.delivered_at",
    )
    deliveries = fields.List(fields.Nested(NoticeDeliverySchema()), attribute="copies")


class NoticeQuery(PageQuery):
    """Which notices to list."""

    process_instance_id = fields.String(load_default=None)
    kind = fields.Enum(NoticeKind, by_value=True, load_default=None)


@blueprint.get("/notices")
@blueprint.arguments(NoticeQuery(), location="query")
@blueprint.response(200, page_of(NoticeSchema))
def list_all(query: dict[str, Any]) -> Page[ToldNotice]:
    """List notices with how each copy got on, the latest first."""
    return notices.told(engine(), by=caller(), **query)
