"""`/webhook-endpoints`: who is told what happens. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from engine import webhook_deliveries, webhook_endpoints
from engine.model.webhook_deliveries import DeliveryState
from engine.model.webhook_endpoints import EndpointState, EventType, WebhookEndpoint
from webhooks.api.nouns import Noun
from webhooks.api.values import instant
from webhooks.caller import caller, engine

blueprint = Noun(
    "webhook_endpoints",
    __name__,
    description="Addresses of other systems that are told what happens, by Standard Webhooks.",
)


class NewEndpointSchema(Schema):
    """An address, and what it is to hear of."""

    url = fields.String(required=True, validate=Length(max=2_000))
    event_types = fields.List(
        fields.Enum(EventType, by_value=True), required=True, validate=Length(min=1)
    )
    description = fields.String(load_default="", validate=Length(max=500))


class EndpointSchema(Schema):
    """One endpoint. Its secret is shown only when it is new."""

    id = fields.String()
    url = fields.String()
    description = fields.String()
    event_types = fields.List(fields.Enum(EventType, by_value=True))
    state = fields.Enum(EndpointState, by_value=True)
    disabled_reason = fields.String(allow_none=True)
    created_at = instant()
    created_by = fields.String()


class EndpointsSchema(Schema):
    """All endpoints: there are few."""

    items = fields.List(fields.Nested(EndpointSchema()))


class SecretSchema(Schema):
    """An endpoint and its new secret."""

    endpoint = fields.Nested(EndpointSchema())
    secret = fields.String(
        metadata={"description": "Signs every request from now on. It is never shown again."}
    )


class ReplaySchema(Schema):
    """Which deliveries to make again: those of events of a time."""

    since = instant(required=True)
    until = instant("Now, when it is left out.", load_default=None)
    state = fields.Enum(
        DeliveryState,
        by_value=True,
        load_default=None,
        metadata={"description": "Only what was `delivered`, or only `dead_letter`."},
    )


class ReplayedSchema(Schema):
    """How many deliveries are made again."""

    replayed = fields.Integer()


@blueprint.get("/webhook-endpoints")
@blueprint.response(200, EndpointsSchema())
def list_all() -> dict[str, Any]:
    """List the endpoints, oldest first."""
    return {"items": webhook_endpoints.listing(engine(), by=caller())}


@blueprint.post("/webhook-endpoints")
@blueprint.arguments(NewEndpointSchema())
@blueprint.response(201, SecretSchema())
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Have an address told of these events; the answer holds its secret, this once."""
    endpoint, secret = webhook_endpoints.create(engine(), by=caller(), **body)
    return {"endpoint": endpoint, "secret": secret}


@blueprint.delete("/webhook-endpoints/<endpoint_id>")
@blueprint.response(204)
def remove(endpoint_id: str) -> None:
    """Tell an endpoint nothing more, for good. The log of what was sent to it stays."""
    webhook_endpoints.remove(engine(), by=caller(), endpoint_id=endpoint_id)


@blueprint.post("/webhook-endpoints/<endpoint_id>/rotate-secret")
@blueprint.response(200, SecretSchema())
def rotate(endpoint_id: str) -> dict[str, Any]:
    """Give an endpoint a new secret, shown this once; the old one signs beside it for a day."""
    endpoint, secret = webhook_endpoints.rotate(engine(), by=caller(), endpoint_id=endpoint_id)
    return {"endpoint": endpoint, "secret": secret}


@blueprint.post("/webhook-endpoints/<endpoint_id>/enable")
@blueprint.response(200, EndpointSchema())
def enable(endpoint_id: str) -> WebhookEndpoint:
    """Tell a disabled endpoint again, from now on; what it missed can be replayed."""
    return webhook_endpoints.enable(engine(), by=caller(), endpoint_id=endpoint_id)


@blueprint.post("/webhook-endpoints/<endpoint_id>/disable")
@blueprint.response(200, EndpointSchema())
def disable(endpoint_id: str) -> WebhookEndpoint:
    """Tell an endpoint nothing until it is enabled; what was still to be sent is a dead letter."""
    return webhook_endpoints.disable(engine(), by=caller(), endpoint_id=endpoint_id)


@blueprint.post("/webhook-endpoints/<endpoint_id>/replay")
@blueprint.arguments(ReplaySchema())
@blueprint.response(202, ReplayedSchema())
def replay(body: dict[str, Any], endpoint_id: str) -> dict[str, int]:
    """Send again, under the same ids, what ended of the events of a time: at most 1,000, oldest first."""
    again = webhook_deliveries.replay_range(engine(), by=caller(), endpoint_id=endpoint_id, **body)
    return {"replayed": len(again)}
