"""`POST /webhooks/{org}/notify/report`: GOV.UK Notify says later whether an e-mail arrived."""

from __future__ import annotations

import hmac

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from engine import notices, organisations
from engine.content import Channel, ChannelSettings
from engine.model.people import OrganisationNotFound
from webhooks import json_bodies
from webhooks.caller import engine
from webhooks.signatures import SignatureRefused
from webhooks.targets import ChannelSecrets

SECRETS = "remit_channel_secrets"
LARGEST = 20_000
SHORTEST_TOKEN = 10
"""Characters: what GOV.UK Notify asks of the bearer token that it is told to send."""
ARRIVED = "delivered"
FAILED = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})

blueprint = Blueprint("notify_reports", __name__, url_prefix="/webhooks")


@blueprint.post("/<org>/notify/report")
def take(org: str) -> Response:
    """Note what became of an e-mail: 204, or 401 without the token, or 404 for one of nobody's."""
    _prove(org)
    request.max_content_length = LARGEST
    report = json_bodies.parse(request.get_data())
    reference, status = (_text(report, key) for key in ("reference", "status"))
    if reference and (status == ARRIVED or status in FAILED):
        notices.report(
            engine(),
            organisation=org,
            channel=Channel.NOTIFY,
            delivery_id=reference,
            arrived=status == ARRIVED,
            detail=f"GOV.UK Notify reported {status}.",
        )
    return Response(status=204)


def _prove(org: str) -> None:
    """Raise SignatureRefused unless the request bears the token that the content names."""
    try:
        channels = organisations.get(engine(), org).channel_settings
    except OrganisationNotFound:
        channels = {}
    name = channels.get(Channel.NOTIFY, ChannelSettings()).values.get("callback_secret", "")
    secrets: ChannelSecrets = current_app.config.get(SECRETS, {})
    expected = secrets.get((org, name), "")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), expected.encode())
    if kind.lower() != "bearer" or len(expected) < SHORTEST_TOKEN or not same:
        # Whether there is such an organisation is not for everybody to know.
        raise SignatureRefused(
            "The bearer token is not the one that was agreed with GOV.UK Notify."
        )


def _text(report: object, key: str) -> str:
    found = report.get(key) if isinstance(report, dict) else None
    return found if isinstance(found, str) else ""
