"""Standard Webhooks signatures: made for what goes out, checked on what comes in. Sends nothing.

https://github.com/standard-webhooks/standard-webhooks, specification 1.0.0, symmetric (`v1`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from engine.model.errors import RemitError

PREFIX = "whsec_"
SECRET_BYTES = 32
FEWEST_SECRET_BYTES = 24
TOLERANCE = timedelta(minutes=5)
ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"


class SignatureRefused(RemitError):
    """What came in is not signed by somebody who knows the secret, or not signed just now."""

    code: ClassVar[str] = "signature_refused"


class BadSecret(RemitError):
    """The text is no webhook secret."""

    code: ClassVar[str] = "bad_webhook_secret"

    def __init__(self) -> None:
        super().__init__(
            f"A webhook secret is {PREFIX} and {FEWEST_SECRET_BYTES} to 64 bytes in base64."
        )


def new_secret() -> str:
    """Return a fresh secret, `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for; raises BadSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret from None
    if not FEWEST_SECRET_BYTES <= len(key) <= 64:
        raise BadSecret
    return key


def signed_headers(
    keys: Sequence[str], *, webhook_id: str, sent_at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of one attempt, with a signature for each valid secret.

    `webhook_id` is the same at every attempt; `sent_at` is this attempt's instant.
    """
    timestamp = str(int(sent_at.astimezone(UTC).timestamp()))
    signatures = [_signature(key_of(key), webhook_id, timestamp, body) for key in keys]
    return {ID: webhook_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def check(keys: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of a message that one of the secrets has signed in the last five minutes.

    `headers` have lower-case names; `body` is what came over the wire, byte for byte. Raises
    SignatureRefused.
    """
    named = {name.lower(): text for name, text in headers.items()}
    webhook_id, timestamp = named.get(ID, ""), named.get(TIMESTAMP, "")
    given = named.get(SIGNATURE, "")
    if not (webhook_id and timestamp and given):
        raise SignatureRefused(f"The headers {ID}, {TIMESTAMP} and {SIGNATURE} are needed.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureRefused(f"{TIMESTAMP} is not a number of seconds.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureRefused(f"{TIMESTAMP} is more than five minutes from now.")
    expected = [_signature(key_of(key), webhook_id, timestamp, body) for key in keys]
    # Every pair is compared, so that the time taken tells nothing.
    matches = [
        hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
        for one in expected
        for other in given.split(" ")
    ]
    if not any(matches):
        raise SignatureRefused("No signature is right: check the secret, and sign the raw body.")
    return webhook_id


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
