"""`/notices`: what was told to whom, and how it got there. Parses, calls the use case, renders."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from engine import notices
from engine.model.notices import Channel, NoticeKind, NoticeState
from engine.model.pages import Page
from engine.told_notices import ToldCopy, ToldNotice
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

    id = fields.String()
    channel = fields.Enum(Channel, by_value=True)
    recipient = fields.String(
        metadata={"description": "A user name, an endpoint's id, or empty: all who read there."}
    )
    state = fields.Enum(NoticeState, by_value=True)
    queued_at = instant(attribute="created_at")
    due_at = instant("When the next attempt is, of one that is queued.")
    sent_at = instant(allow_none=True)
    ended_at = instant(allow_none=True)
    last_error = fields.String(allow_none=True)
    attempts = fields.List(fields.Nested(NoticeAttemptSchema()))


class NoticeSchema(Schema):
    """One notice to one role, with its copies and every attempt at each."""

    kind = fields.Enum(NoticeKind, by_value=True)
    job_id = fields.String()
    process_instance_id = fields.String()
    element_id = fields.String()
    to_role = fields.String()
    channel = fields.String()
    template = fields.String()
    subject = fields.String()
    body = fields.String()
    clauses = texts()
    due_at = instant("The time limit that it is about.", allow_none=True)
    user_task_id = fields.String(allow_none=True)
    delivered_at = instant("When it was told: in the inbox then, outside as its deliveries say.")
    deliveries = fields.List(fields.Nested(NoticeDeliverySchema()))


class NoticeQuery(PageQuery):
    """Which notices to list."""

    process_instance_id = fields.String(load_default=None)
    kind = fields.Enum(NoticeKind, by_value=True, load_default=None)


@blueprint.get("/notices")
@blueprint.arguments(NoticeQuery(), location="query")
@blueprint.response(200, page_of(NoticeSchema))
def list_all(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List notices with how each copy got on, the latest first."""
    found = notices.told(engine(), by=caller(), **query)
    return Page(tuple(_shown(one) for one in found.items), found.next_token)


def _shown(told: ToldNotice) -> dict[str, Any]:
    return {**asdict(told.notice), "deliveries": [_copy(one) for one in told.copies]}


def _copy(told: ToldCopy) -> dict[str, Any]:
    return {**asdict(told.delivery), "attempts": told.attempts}
