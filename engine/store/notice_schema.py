"""The tables of notices on their way out; part of the same schema."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from engine.store.schema import ID, KEY, Instant, metadata


def _organisation() -> Column[str]:
    return Column("organisation", KEY, ForeignKey("organisation.key"), nullable=False)


def _instance() -> Column[str]:
    return Column("process_instance_id", ID, ForeignKey("process_instance.id"), nullable=False)


# One copy of a notice on one channel; what is still to be done about it is the job of the same id.
notice_delivery = Table(
    "notice_delivery",
    metadata,
    Column("id", ID, primary_key=True),
    Column("job_id", ID, nullable=False),
    Column("to_role", KEY, nullable=False),
    _organisation(),
    _instance(),
    Column("channel", String(16), nullable=False),
    Column("recipient", KEY, nullable=False),
    Column("route", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("begun", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("attempts_ever", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("ended_at", Instant),
    Column("last_error", Text),
    ForeignKeyConstraint(["job_id", "to_role"], ["notice.job_id", "notice.to_role"]),
    Index(None, "job_id", "to_role"),
    Index(None, "organisation", "state", "created_at", "id"),
    Index(None, "process_instance_id"),
)

notice_attempt = Table(
    "notice_attempt",
    metadata,
    Column("delivery_id", ID, ForeignKey("notice_delivery.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _organisation(),
    _instance(),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("detail", Text),
    Index(None, "process_instance_id"),
)
