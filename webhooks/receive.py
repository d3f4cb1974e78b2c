"""`POST /webhooks/{org}/{source}`: signed messages in. Proves who sends before anything is read of it.

The payload does what the source's mapping says, once for each event, however often it comes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from engine import messages, process_instances, receipts, user_tasks, webhook_sources
from engine.content import Mapped, SignatureScheme, SourceAction, WebhookSource
from engine.feel import to_json
from engine.model.actors import Actor
from engine.model.errors import RemitError
from engine.model.identifiers import new_id
from engine.model.webhook_receipts import WebhookReceipt
from engine.process_engine import ProcessEngine
from engine.webhook_sources import Sender
from webhooks import json_bodies, signatures
from webhooks.caller import engine
from webhooks.signatures import BadSecret, SignatureRefused

LONGEST_EVENT_ID = 200
TOO_LARGE = "too_large"

blueprint = Blueprint("webhook_receive", __name__, url_prefix="/webhooks")


@blueprint.post("/<org>/<source>")
def receive(org: str, source: str) -> tuple[Response, int]:
    """Take in what a source sends: 202 with what it did, or a problem."""
    sender = webhook_sources.sender(engine(), organisation=org, source=source)
    if sender is None:
        # Whether there is such a source is not for everybody to know.
        raise SignatureRefused("No signature is right: check the address and the secret.")
    done = take(engine(), sender, headers=dict(request.headers), body=_body(sender))
    return jsonify(done), 202


def _body(sender: Sender) -> bytes:
    request.max_content_length = sender.source.largest
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        _note_unproven(engine(), sender, TOO_LARGE, TOO_LARGE)
        raise


def take(
    engine: ProcessEngine, sender: Sender, *, headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """Do what a signed payload says, and note it; returns the outcome.

    Raises SignatureRefused, MalformedJson, PayloadNotMapped, or what the use case refuses.
    """
    secrets = [_opened(engine, sealed) for sealed in sender.sealed]
    now = engine.clock.now()
    try:
        event_id = proven(sender.source, secrets, headers=headers, body=body, now=now)
    except SignatureRefused as error:
        _note_unproven(engine, sender, _digest(body), error.code)
        raise
    try:
        payload = json_bodies.parse(body)
        mapped = webhook_sources.mapped(
            engine, by=sender.actor, source=sender.source.id, payload=payload
        )
        # Without an id of the event, the same payload is the same event.
        event_id = _short(event_id or mapped.event_id or _digest(body))
        outcome, instance_id = _once(engine, sender, mapped, event_id, body)
    except RemitError as error:
        refused = _short(event_id or _digest(body))
        _note(engine, sender, refused, "refused", None, error.code)
        raise
    _note(engine, sender, event_id, outcome, instance_id, None)
    return {"outcome": outcome, "process_instance_id": instance_id}


def proven(
    source: WebhookSource,
    secrets: list[str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> str | None:
    """Return the event's id, where the scheme has one, of a request that a secret has proven.

    Raises SignatureRefused.
    """
    named = {name.lower(): text for name, text in headers.items()}
    match source.scheme:
        case SignatureScheme.STANDARD_WEBHOOKS:
            try:
                return signatures.check(secrets, headers=named, body=body, now=now)
            except BadSecret:
                raise SignatureRefused("The source's secret here is no webhook secret.") from None
        case SignatureScheme.HMAC:
            given = named.get(source.header.lower(), "").removeprefix(source.prefix).strip()
            expected = [text for secret in secrets for text in _hmacs(secret.encode(), body)]
        case SignatureScheme.BEARER:
            kind, _, given = named.get("authorization", "").partition(" ")
            given = given.strip() if kind.lower() == "bearer" else ""
            expected = secrets
    # Every one is compared, so that the time taken tells nothing.
    matches = [
        hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in expected
    ]
    if not given or not any(matches):
        raise SignatureRefused("No signature is right: check the address and the secret.")
    return None


def _hmacs(key: bytes, body: bytes) -> tuple[str, str]:
    made = hmac.new(key, body, hashlib.sha256)
    return made.hexdigest(), base64.b64encode(made.digest()).decode()


def _once(
    engine: ProcessEngine, sender: Sender, mapped: Mapped, event_id: str, body: bytes
) -> tuple[str, str | None]:
    key = _digest(sender.actor.user.encode() + b"\0" + event_id.encode())
    earlier = receipts.earlier_answer(engine, by=sender.actor, key=key, request_hash=_digest(body))
    if earlier is not None:
        return "repeated", earlier.body or None
    with receipts.carrying_out(engine, by=sender.actor, key=key):
        outcome, instance_id = _done(engine, sender.actor, mapped)
    answer = receipts.Answer(202, instance_id or "")
    receipts.answered(engine, by=sender.actor, key=key, answer=answer)
    return outcome, instance_id


def _done(engine: ProcessEngine, by: Actor, mapped: Mapped) -> tuple[str, str | None]:
    variables = {name: to_json(value) for name, value in mapped.variables.items()}
    match mapped.action:
        case SourceAction.MESSAGE:
            found = messages.correlate(
                engine,
                by=by,
                name=mapped.target,
                correlation_key=mapped.key,
                variables=variables,
            )
            return found.outcome, found.process_instance_id
        case SourceAction.START:
            started = process_instances.start(
                engine,
                by=by,
                process_definition_key=mapped.target,
                business_key=mapped.key,
                variables=variables,
            )
            return "started", started.id
        case SourceAction.COMPLETE:
            task = user_tasks.complete(engine, by=by, task_id=mapped.target, variables=variables)
            return "completed", task.process_instance_id


def _note(
    engine: ProcessEngine,
    sender: Sender,
    event_id: str,
    outcome: str,
    instance_id: str | None,
    error: str | None,
) -> None:
    receipt = _receipt(engine, sender, event_id, outcome, instance_id, error)
    webhook_sources.record(engine, by=sender.actor, receipt=receipt)


def _note_unproven(engine: ProcessEngine, sender: Sender, event_id: str, error: str) -> None:
    receipt = _receipt(engine, sender, event_id, "refused", None, error)
    webhook_sources.record_unproven(engine, by=sender.actor, receipt=receipt)


def _receipt(
    engine: ProcessEngine,
    sender: Sender,
    event_id: str,
    outcome: str,
    instance_id: str | None,
    error: str | None,
) -> WebhookReceipt:
    return WebhookReceipt(
        id=new_id(),
        source=sender.source.id,
        event_id=event_id,
        received_at=engine.clock.now(),
        outcome=outcome,
        process_instance_id=instance_id,
        error=error,
    )


def _short(event_id: str) -> str:
    """Return an id that fits; a long one by its digest, so that two never become one."""
    return event_id if len(event_id) <= LONGEST_EVENT_ID else _digest(event_id.encode())


def _opened(engine: ProcessEngine, sealed: str) -> str:
    assert engine.webhook_sender is not None, "this engine was put together without secrets"
    return engine.webhook_sender.open(sealed)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
