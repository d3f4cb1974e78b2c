"""`/event-log`: what happened in many instances, for tools that mine processes. Parses, calls, renders."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from engine import event_log
from webhooks import event_log_files
from webhooks.api.nouns import Noun
from webhooks.caller import caller, engine

blueprint = Noun(
    "event_log", __name__, description="What happened in many instances, for process mining."
)

WRITERS = {
    "csv": (event_log_files.as_csv, "text/csv"),
    "xes": (event_log_files.as_xes, "application/xml"),
}


class EventLogQuery(Schema):
    """Which events, and how they are written."""

    format = fields.String(
        load_default="csv",
        validate=OneOf(sorted(WRITERS)),
        metadata={"description": "csv: every event; xes: those of activities, by instance."},
    )
    process_definition_key = fields.String(load_default=None)
    since = fields.AwareDateTime(
        load_default=None,
        metadata={
            "description": "Only instances that began then or later (ISO 8601 with offset)."
        },
    )
    until = fields.AwareDateTime(
        load_default=None, metadata={"description": "Only instances that began before."}
    )


@blueprint.get("/event-log")
@blueprint.arguments(EventLogQuery(), location="query")
@blueprint.response(200, content_type="text/csv", description="The events, as CSV or XES.")
def show(query: dict[str, Any]) -> Response:
    """Return what happened in every instance, written as CSV or XES."""
    kind = query.pop("format")
    write, content_type = WRITERS[kind]
    events = event_log.events(engine(), by=caller(), **query)
    named = {"Content-Disposition": f'attachment; filename="event-log.{kind}"'}
    return Response(write(events), content_type=f"{content_type}; charset=utf-8", headers=named)
