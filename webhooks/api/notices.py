"""`/notices`: what was sent to whom. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from engine import notices
from engine.model.notices import Notice
from engine.model.pages import Page
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("notices", __name__, description="Notices that procedures sent, and to whom.")


class NoticeSchema(Schema):
    """One notice to one role."""

    job_id = fields.String()
    process_instance_id = fields.String()
    element_id = fields.String()
    to_role = fields.String()
    channel = fields.String()
    template = fields.String()
    subject = fields.String()
    body = fields.String()
    clauses = texts()
    delivered_at = instant()


class NoticeQuery(PageQuery):
    """Which notices to list."""

    process_instance_id = fields.String(load_default=None)


@blueprint.get("/notices")
@blueprint.arguments(NoticeQuery(), location="query")
@blueprint.response(200, page_of(NoticeSchema))
def list_all(query: dict[str, Any]) -> Page[Notice]:
    """List notices, the latest first."""
    return notices.listing(engine(), by=caller(), **query)
