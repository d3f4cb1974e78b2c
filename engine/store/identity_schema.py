"""The tables of signing in, absences, one-time links and the access log; part of the same schema."""

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


def _person_of(*, key: bool = False) -> tuple[Column[str], Column[str], ForeignKeyConstraint]:
    return (
        Column("organisation", KEY, primary_key=key, nullable=False),
        Column("username", KEY, primary_key=key, nullable=False),
        ForeignKeyConstraint(
            ["organisation", "username"],
            ["person.organisation", "person.username"],
            ondelete="CASCADE",
        ),
    )


absence = Table(
    "absence",
    metadata,
    Column("id", ID, primary_key=True),
    *_person_of(),
    Column("begins_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("delegate", KEY),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index(None, "organisation", "username"),
)

# A person as their organisation's own sign-in knows them, and the roles that it gave them.
issuer_account = Table(
    "issuer_account",
    metadata,
    Column("issuer", KEY, primary_key=True),
    Column("subject", KEY, primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("signed_in_at", Instant, nullable=False),
    Column("organisation", KEY, primary_key=True),
    Column("username", KEY, nullable=False),
    ForeignKeyConstraint(
        ["organisation", "username"],
        ["person.organisation", "person.username"],
        ondelete="CASCADE",
    ),
    Index(None, "organisation", "username"),
)

local_account = Table(
    "local_account",
    metadata,
    *_person_of(key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", Instant),
)

invitation = Table(
    "invitation",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    *_person_of(),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "organisation", "username"),
)

session = Table(
    "session",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    _organisation(),
    Column("username", KEY),
    Column("token_id", ID),
    Column("means", String(16), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index(None, "organisation", "username"),
    Index(None, "ends_at"),
)

task_link = Table(
    "task_link",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("user_task_id", ID, ForeignKey("user_task.id"), nullable=False),
    Column("task_version", Integer, nullable=False),
    Column("definition_id", ID, nullable=False),
    Column("username", KEY, nullable=False),
    Column("action", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("asked_again_at", Instant),
    Index(None, "organisation", "asked_again_at"),
    Index(None, "user_task_id"),
)

# Who came in, who was refused, what was opened: appended to, never changed.
access_event = Table(
    "access_event",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("at", Instant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("user", Text),
    Column("about", Text, nullable=False),
    Index(None, "organisation", "at", "id"),
)
