"""Webhook receipts: what another system sent, and what it did here. Never what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WebhookReceipt:
    """One request of a source. `outcome`: delivered, started, completed, repeated or refused."""

    id: str
    source: str
    event_id: str
    received_at: datetime
    outcome: str
    process_instance_id: str | None = None
    error: str | None = None
