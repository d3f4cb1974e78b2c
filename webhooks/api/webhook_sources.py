"""`/webhook-sources`: who may send to us, and what came in. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from engine import webhook_sources
from engine.content import Mapped, SignatureScheme, SourceAction
from engine.model.pages import Page
from engine.model.webhook_receipts import WebhookReceipt
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import Value, Variables, instant, texts
from webhooks.caller import caller, engine

blueprint = Noun(
    "webhook_sources",
    __name__,
    description="Systems that send to `POST /webhooks/{org}/{source}`, as organisation.yaml lists them.",
)


class WebhookSourceSchema(Schema):
    """One source. Its mapping is in the organisation's file."""

    id = fields.String()
    description = fields.String()
    scheme = fields.Enum(SignatureScheme, by_value=True)
    action = fields.Enum(SourceAction, by_value=True)
    largest = fields.Integer(metadata={"description": "Bytes of a payload, at most."})


class WebhookSourcesSchema(Schema):
    """All sources: there are few."""

    items = fields.List(fields.Nested(WebhookSourceSchema()))


class GivenSecretSchema(Schema):
    """The secret that the other system has made, if it makes its own."""

    secret = fields.String(load_default=None, validate=Length(min=24, max=200))


class SourceSecretSchema(Schema):
    """A source's new secret."""

    secret = fields.String(metadata={"description": "It is never shown again."})


class PayloadSchema(Schema):
    """A payload to try."""

    payload = Value(required=True, allow_none=True)


class MappedSchema(Schema):
    """What a payload would do."""

    action = fields.Enum(SourceAction, by_value=True)
    target = fields.String(
        metadata={"description": "The message's name, the process, or the user task's id."}
    )
    key = fields.String(allow_none=True)
    variables = Variables()
    event_id = fields.String(allow_none=True)
    warnings = texts("What of the mapping found nothing, or could not be worked out.")


class WebhookReceiptSchema(Schema):
    """One request, and what it did. The payload is not kept."""

    id = fields.String()
    source = fields.String()
    event_id = fields.String()
    received_at = instant()
    outcome = fields.String(
        metadata={"description": "delivered, started, completed, repeated or refused."}
    )
    process_instance_id = fields.String(allow_none=True)
    error = fields.String(allow_none=True, metadata={"description": "The code of the problem."})


class WebhookReceiptQuery(PageQuery):
    """Which receipts to list."""

    source = fields.String(load_default=None)


@blueprint.get("/webhook-sources")
@blueprint.response(200, WebhookSourcesSchema())
def list_all() -> dict[str, Any]:
    """List the systems that may send."""
    return {"items": webhook_sources.listing(engine(), by=caller())}


@blueprint.post("/webhook-sources/<source>/secret")
@blueprint.arguments(GivenSecretSchema())
@blueprint.response(200, SourceSecretSchema())
def set_secret(body: dict[str, Any], source: str) -> dict[str, str]:
    """Give a source a secret, its own or a fresh one; the one before is accepted for a day."""
    given = body["secret"]
    return {
        "secret": webhook_sources.set_secret(engine(), by=caller(), source=source, given=given)
    }


@blueprint.post("/webhook-sources/<source>/try")
@blueprint.arguments(PayloadSchema())
@blueprint.response(200, MappedSchema())
def try_payload(body: dict[str, Any], source: str) -> Mapped:
    """Say what a payload would do, and do nothing."""
    return webhook_sources.mapped(engine(), by=caller(), source=source, payload=body["payload"])


@blueprint.get("/webhook-receipts")
@blueprint.arguments(WebhookReceiptQuery(), location="query")
@blueprint.response(200, page_of(WebhookReceiptSchema))
def list_receipts(query: dict[str, Any]) -> Page[WebhookReceipt]:
    """List what came in and what it did, the latest first."""
    return webhook_sources.receipts(engine(), by=caller(), **query)
