"""`/webhook-deliveries`: what was sent to whom. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from engine import webhook_deliveries
from engine.model.pages import Page
from engine.model.webhook_deliveries import DeliveryState, WebhookDelivery
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import instant
from webhooks.caller import caller, engine

blueprint = Noun(
    "webhook_deliveries", __name__, description="What was sent to webhook endpoints, by attempt."
)


class WebhookDeliverySchema(Schema):
    """One event for one endpoint; `id` is the webhook-id of every attempt."""

    id = fields.String()
    endpoint_id = fields.String()
    process_instance_id = fields.String(allow_none=True)
    event_type = fields.String()
    state = fields.Enum(DeliveryState, by_value=True)
    attempts = fields.Integer(metadata={"description": "Since it was last asked for."})
    attempts_ever = fields.Integer()
    body = fields.String(metadata={"description": "What is sent, byte for byte."})
    created_at = instant()
    due_at = instant("When the next attempt is, of one that is pending.")
    ended_at = instant(allow_none=True)


class WebhookAttemptSchema(Schema):
    """One attempt: the status that came back, or why none did."""

    number = fields.Integer()
    at = instant()
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)


class WebhookAttemptsSchema(Schema):
    """Every attempt at one delivery."""

    items = fields.List(fields.Nested(WebhookAttemptSchema()))


class WebhookDeliveryQuery(PageQuery):
    """Which deliveries to list."""

    endpoint_id = fields.String(load_default=None)
    process_instance_id = fields.String(load_default=None)
    state = fields.Enum(DeliveryState, by_value=True, load_default=None)


@blueprint.get("/webhook-deliveries")
@blueprint.arguments(WebhookDeliveryQuery(), location="query")
@blueprint.response(200, page_of(WebhookDeliverySchema))
def list_all(query: dict[str, Any]) -> Page[WebhookDelivery]:
    """List deliveries, the latest first."""
    return webhook_deliveries.listing(engine(), by=caller(), **query)


@blueprint.get("/webhook-deliveries/<delivery_id>/attempts")
@blueprint.response(200, WebhookAttemptsSchema())
def list_attempts(delivery_id: str) -> dict[str, Any]:
    """List every attempt at a delivery, in order."""
    found = webhook_deliveries.attempts(engine(), by=caller(), delivery_id=delivery_id)
    return {"items": found}


@blueprint.post("/webhook-deliveries/<delivery_id>/replay")
@blueprint.response(202, WebhookDeliverySchema())
def replay(delivery_id: str) -> WebhookDelivery:
    """Send a delivery again, under the same id, with all its attempts before it."""
    return webhook_deliveries.replay(engine(), by=caller(), delivery_id=delivery_id)
