"""Webhooks: what other systems were told and what could not be told; what they sent and what it did."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import webhook_deliveries, webhook_sources
from engine.feel import to_json
from engine.model.actors import Permission
from engine.model.errors import RemitError
from engine.model.pages import PageRequest
from engine.model.webhook_deliveries import DeliveryState, WebhookAttempt, WebhookDelivery
from engine.model.webhook_receipts import WebhookReceipt
from web import sessions
from web.wording import short_moment
from webhooks import json_bodies
from webhooks.caller import engine

blueprint = Blueprint("administered_webhooks", __name__)
blueprint.before_request(sessions.require)

VIEWS = {
    DeliveryState.DEAD_LETTER: "Waiting for a person",
    DeliveryState.PENDING: "Still to be sent",
    DeliveryState.DELIVERED: "Delivered",
}
LONGEST_PAYLOAD = 100_000


@blueprint.get("/administration/webhooks-out")
def show_out() -> str:
    """Show what other systems were told, by state; first what was given up."""
    me = sessions.me()
    chosen = request.args.get("state", "")
    state = DeliveryState(chosen) if chosen in VIEWS else DeliveryState.DEAD_LETTER
    page = PageRequest(token=request.args.get("page_token"))
    found = webhook_deliveries.listing(engine(), by=me.actor, page=page, state=state)
    attempts = webhook_deliveries.attempts_of(engine(), by=me.actor, deliveries=found.items)
    return render_template(
        "administration/webhooks_out.html",
        me=me,
        views=VIEWS,
        state=state,
        deliveries=[_delivery(one, attempts[one.id], me) for one in found.items],
        next_page=found.next_token,
        replays=me.actor.may(Permission.RETRY_JOBS) and state is not DeliveryState.PENDING,
    )


@blueprint.post("/administration/webhooks-out/<delivery_id>/replay")
def replay(delivery_id: str) -> Response:
    """Send a delivery again, under the same id."""
    webhook_deliveries.replay(engine(), by=sessions.me().actor, delivery_id=delivery_id)
    return redirect(url_for(".show_out"), 303)


@blueprint.get("/administration/webhooks-in")
def show_in() -> str:
    """Show what other systems sent and what it did, the latest first."""
    return _show_in()


@blueprint.post("/administration/webhooks-in/try")
def try_payload() -> str | tuple[str, int]:
    """Say what a payload would do, and do nothing."""
    source, payload = request.form["source"], request.form["payload"][:LONGEST_PAYLOAD]
    try:
        mapped = webhook_sources.mapped(
            engine(),
            by=sessions.me().actor,
            source=source,
            payload=json_bodies.parse(payload.encode()),
        )
    except RemitError as error:
        return _show_in(refused=str(error)), 422
    shown = {
        "does": mapped.action,
        "to": mapped.target,
        "by the key": mapped.key,
        "with": {name: to_json(value) for name, value in mapped.variables.items()},
        "as the event": mapped.event_id,
        "warnings": list(mapped.warnings),
    }
    return _show_in(would=json.dumps(shown, indent=2, ensure_ascii=False))


def _show_in(refused: str = "", would: str = "") -> str:
    me = sessions.me()
    page = PageRequest(token=request.args.get("page_token"))
    found = webhook_sources.receipts(engine(), by=me.actor, page=page)
    return render_template(
        "administration/webhooks_in.html",
        me=me,
        sources=webhook_sources.listing(engine(), by=me.actor),
        receipts=[_receipt(receipt, me) for receipt in found.items],
        next_page=found.next_token,
        typed=request.form,
        refused=refused,
        would=would,
    )


def _delivery(
    delivery: WebhookDelivery, attempts: Sequence[WebhookAttempt], me: sessions.SignedIn
) -> dict[str, object]:
    return {
        "id": delivery.id,
        "type": delivery.event_type,
        "case": delivery.process_instance_id,
        "happened": short_moment(delivery.created_at, me.zone),
        "attempts": [
            f"{short_moment(one.at, me.zone)}: {one.status or 'no answer'} {one.error or ''}".strip()
            for one in attempts
        ],
    }


def _receipt(receipt: WebhookReceipt, me: sessions.SignedIn) -> dict[str, object]:
    return {
        "source": receipt.source,
        "event": receipt.event_id,
        "at": short_moment(receipt.received_at, me.zone),
        "outcome": receipt.outcome.capitalize(),
        "error": receipt.error,
        "case": receipt.process_instance_id,
    }
