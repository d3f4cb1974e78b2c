"""Webhook deliveries: one event for one endpoint, what each attempt gave, and when the next one is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError

SCHEDULE = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, counted from the one before (Standard Webhooks 1.0.0, Retries)."""

JITTER = 0.2
"""Up to this share is added to each wait, so that receivers that recover are not all called at once."""

LONGEST_RETRY_AFTER = timedelta(days=1)
GONE = 410


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD_LETTER = "dead_letter"
    """Given up: waits for a person who has it sent again."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one endpoint. `id` is the `webhook-id` of every attempt; `body` never changes.

    Deliveries of one `stream` (an endpoint and a process instance) are sent one after the other,
    by `sequence`. `attempts` are those since it was last asked for, `attempts_ever` all of them.
    """

    id: str
    organisation: str
    endpoint_id: str
    process_instance_id: str | None
    stream: str
    sequence: int
    event_type: str
    body: str
    created_at: datetime
    due_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    attempts_ever: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One try: the status that came back, or why none did."""

    delivery_id: str
    number: int
    at: datetime
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered: `status` None when it did not, and `error` says why."""

    status: int | None
    error: str | None = None
    headers: Mapping[str, str] | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Say whether the endpoint wants to hear no more."""
        return self.status == GONE


def after_attempt(delivery: WebhookDelivery, reply: Reply, *, now: datetime) -> WebhookDelivery:
    """Say what becomes of a delivery after an attempt: delivered, tried again later, or given up."""
    tried = replace(
        delivery, attempts=delivery.attempts + 1, attempts_ever=delivery.attempts_ever + 1
    )
    if reply.is_success:
        return replace(tried, state=DeliveryState.DELIVERED, ended_at=now)
    if reply.is_gone or tried.attempts >= len(SCHEDULE):
        return replace(tried, state=DeliveryState.DEAD_LETTER, ended_at=now)
    seconds = SCHEDULE[tried.attempts] * (1 + JITTER * _share(delivery.id, tried.attempts_ever))
    return replace(
        tried, due_at=max(now + timedelta(seconds=seconds), asked_for(reply.headers, now))
    )


def asked_again(delivery: WebhookDelivery, *, now: datetime) -> WebhookDelivery:
    """Return a delivery as new: due now, with every attempt before it again."""
    return replace(delivery, state=DeliveryState.PENDING, attempts=0, due_at=now, ended_at=None)


def asked_for(headers: Mapping[str, str] | None, now: datetime) -> datetime:
    """Return the earliest instant that an answer's Retry-After allows, at most a day away."""
    text = (headers or {}).get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return now + min(timedelta(seconds=int(text)), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return now
    # A date without a zone is refused too: it says no instant.
    return now if at.tzinfo is None else min(at, now + LONGEST_RETRY_AFTER)


def _share(delivery_id: str, attempt: int) -> float:
    """Return a number from 0 to 1 that looks random and is the same whenever it is asked for."""
    digest = hashlib.sha256(f"{delivery_id}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF


class WebhookDeliveryNotFound(RemitError):
    """There is no such webhook delivery, or not in this organisation."""

    code: ClassVar[str] = "webhook_delivery_not_found"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"There is no webhook delivery {delivery_id} here.")
