"""Webhook endpoints: which address of another system is told of which events, and signed how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError

ROTATION = timedelta(hours=24)
"""How long the old secret signs beside the new one, so that the receiver has time to change over."""


class EventType(StrEnum):
    """What an endpoint may be told of."""

    PROCESS_INSTANCE_STARTED = "process_instance.started"
    PROCESS_INSTANCE_COMPLETED = "process_instance.completed"
    USER_TASK_CREATED = "user_task.created"
    USER_TASK_ASSIGNED = "user_task.assigned"
    USER_TASK_COMPLETED = "user_task.completed"
    USER_TASK_OVERDUE = "user_task.overdue"
    DECISION_MADE = "decision.made"
    DEADLINE_MET = "deadline.met"
    DEADLINE_MISSED = "deadline.missed"
    DEPLOYMENT_ACTIVATED = "deployment.activated"
    NOTICE_QUEUED = "notice.queued"
    """Told by the channel `webhook` of notices, where an organisation chooses it."""


class EndpointState(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"
    """Kept only because deliveries were made to it."""


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A signing secret, readable only with the installation's key; None: valid until replaced."""

    sealed: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """One address, the events it hears of, and the secrets that sign what is sent there."""

    id: str
    organisation: str
    url: str
    description: str
    event_types: tuple[EventType, ...]
    secrets: tuple[SealedSecret, ...]
    state: EndpointState
    created_at: datetime
    created_by: str
    disabled_reason: str | None = None

    def hears(self, event_type: EventType) -> bool:
        """Say whether the endpoint is told of such an event."""
        return self.state is EndpointState.ENABLED and event_type in self.event_types

    def valid_secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the sealed secrets that sign an attempt made now, the newest first."""
        return tuple(
            secret.sealed
            for secret in self.secrets
            if secret.expires_at is None or now < secret.expires_at
        )

    def with_new_secret(self, sealed: str, now: datetime) -> WebhookEndpoint:
        """Return the endpoint with a new secret; the one before signs too for `ROTATION`."""
        before = next(secret for secret in self.secrets if secret.expires_at is None)
        ending = SealedSecret(before.sealed, now + ROTATION)
        return replace(self, secrets=(SealedSecret(sealed), ending))


class WebhookEndpointNotFound(RemitError):
    """There is no such webhook endpoint, or not in this organisation."""

    code: ClassVar[str] = "webhook_endpoint_not_found"

    def __init__(self, endpoint_id: str) -> None:
        super().__init__(f"There is no webhook endpoint {endpoint_id} here.")
