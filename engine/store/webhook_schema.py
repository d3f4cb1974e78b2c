"""The tables of webhooks out and in; part of the same schema."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.store.schema import ID, KEY, Instant, metadata


def _organisation() -> Column[str]:
    return Column("organisation", KEY, ForeignKey("organisation.key"), nullable=False)


webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("event_types", JSON, nullable=False),
    # Sealed with the installation's key, each with the instant of its end or null.
    Column("secrets", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("disabled_reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Index(None, "organisation", "created_at", "id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("endpoint_id", ID, ForeignKey("webhook_endpoint.id"), nullable=False),
    Column("process_instance_id", ID, ForeignKey("process_instance.id")),
    Column("stream", KEY, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("event_type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("attempts_ever", Integer, nullable=False),
    Column("ended_at", Instant),
    Index(None, "stream", "state", "sequence"),
    Index(None, "organisation", "created_at", "id"),
    Index(None, "organisation", "state", "created_at", "id"),
    Index(None, "endpoint_id", "state"),
)

webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("delivery_id", ID, ForeignKey("webhook_delivery.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _organisation(),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("error", Text),
)

# What other systems that send prove themselves with; sealed as in webhook_endpoint.
webhook_secret = Table(
    "webhook_secret",
    metadata,
    Column("organisation", KEY, ForeignKey("organisation.key"), primary_key=True),
    Column("source", KEY, primary_key=True),
    Column("secrets", JSON, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# What came in and what it did; the payload itself is not kept.
webhook_receipt = Table(
    "webhook_receipt",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("source", KEY, nullable=False),
    Column("event_id", KEY, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("process_instance_id", ID, ForeignKey("process_instance.id")),
    Column("error", Text),
    Index(None, "organisation", "received_at", "id"),
)

# What connectors prove themselves with; sealed as in webhook_endpoint.
connector_secret = Table(
    "connector_secret",
    metadata,
    Column("organisation", KEY, ForeignKey("organisation.key"), primary_key=True),
    Column("name", KEY, primary_key=True),
    Column("sealed", Text, nullable=False),
    # The only hosts that it is sent to.
    Column("hosts", JSON, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
)
