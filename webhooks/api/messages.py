"""`/messages`: what other systems tell procedures. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from engine import messages
from webhooks.api.durations import Duration
from webhooks.api.nouns import Noun
from webhooks.api.values import Variables
from webhooks.caller import caller, engine

blueprint = Noun("messages", __name__, description="Messages to procedures, by name and key.")


class MessageSchema(Schema):
    """A message, which instance it is for, and what it brings."""

    name = fields.String(required=True, validate=Length(1, 200))
    correlation_key = fields.String(
        load_default=None,
        allow_none=True,
        validate=Length(1, 200),
        metadata={"description": "The business key or the key that the instance waits for."},
    )
    variables = Variables(load_default=dict)
    buffer_for = Duration(
        load_default=None,
        allow_none=True,
        metadata={"description": "Keep it this long (ISO 8601) when nothing waits for it yet."},
    )


class CorrelationSchema(Schema):
    """What became of the message."""

    outcome = fields.String(validate=OneOf(["delivered", "started", "buffered"]))
    process_instance_id = fields.String(allow_none=True)


@blueprint.post("/messages")
@blueprint.arguments(MessageSchema())
@blueprint.response(202, CorrelationSchema())
def send(body: dict[str, Any]) -> messages.Correlation:
    """Send a message: it wakes the instance that waits for it, or starts one.

    404 when nothing waits for it, nothing starts with it and it is not to be kept.
    """
    return messages.correlate(engine(), by=caller(), **body)
