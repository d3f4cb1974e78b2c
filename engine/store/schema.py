"""The tables. Portable between SQLite and PostgreSQL; `migrations/` makes the same ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
    true,
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no zone, so it is stripped and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: an instant needs one")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
KEY = String(255)


def _organisation() -> Column[str]:
    return Column("organisation", KEY, ForeignKey("organisation.key"), nullable=False)


organisation = Table(
    "organisation",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("name", Text, nullable=False),
    # organisation.yaml and clauses.csv as they were last deployed.
    Column("source", LargeBinary, nullable=False),
    Column("clauses", LargeBinary, nullable=False),
    # Grows with every deployment and activation, so that what is cached of them can be trusted.
    Column("catalogue", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    # Grows when people, their roles or their absences change, for the same reason.
    Column("directory", Integer, nullable=False, default=0, server_default="0"),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", Text, nullable=False),
    Column("warnings", JSON, nullable=False),
    # What each key meant within this deployment, unchanged definitions included: [kind, key, id].
    Column("bindings", JSON, nullable=False),
    Index(None, "organisation", "deployed_at", "id"),
)

resource = Table(
    "resource",
    metadata,
    Column("deployment_id", ID, ForeignKey("deployment.id"), primary_key=True),
    Column("file", KEY, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

definition = Table(
    "definition",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("kind", String(16), nullable=False),
    Column("key", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("version_tag", Text),
    Column("state", String(16), nullable=False),
    Column("deployment_id", ID, ForeignKey("deployment.id"), nullable=False),
    Column("deployed_at", Instant, nullable=False),
    Column("file", KEY, nullable=False),
    Column("signature", String(64), nullable=False),
    UniqueConstraint("organisation", "kind", "key", "version"),
)

process_instance = Table(
    "process_instance",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("definition_id", ID, ForeignKey("definition.id"), nullable=False),
    Column("process_definition_key", KEY, nullable=False),
    Column("version", Integer, nullable=False),
    Column("business_key", KEY),
    Column("state", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", Instant),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("history_length", Integer, nullable=False),
    Column("history_hash", String(64), nullable=False),
    Index(None, "organisation", "started_at", "id"),
    Index(None, "organisation", "business_key"),
    Index(None, "organisation", "process_definition_key", "state"),
)


def _instance(**options: Any) -> Column[str]:
    return Column(
        "process_instance_id", ID, ForeignKey("process_instance.id"), nullable=False, **options
    )


user_task = Table(
    "user_task",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    _instance(),
    Column("process_definition_key", KEY, nullable=False),
    Column("business_key", KEY),
    Column("element_id", KEY, nullable=False),
    Column("name", Text, nullable=False),
    Column("assignee", KEY),
    Column("candidate_users", JSON, nullable=False),
    Column("candidate_groups", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("follow_up_at", Instant),
    Column("priority", Integer, nullable=False),
    Column("form_ref", KEY),
    Column("clauses", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("completed_at", Instant),
    Column("completed_by", Text),
    # Who may not do it, whatever their roles: see `excluded` in the diagram.
    Column("excluded_users", JSON, nullable=False, default=list, server_default=text("'[]'")),
    Index(None, "process_instance_id"),
    Index(None, "organisation", "assignee", "state"),
    Index(None, "organisation", "process_definition_key", "state"),
    # Walked by the inbox; behind the identifier is what passes tasks over without reading them.
    *(
        Index(f"ix_user_task_by_{column}", "organisation", "state", column, "id", *passed_over)
        for column, *passed_over in (
            ("created_at", "assignee", "due_at", "follow_up_at"),
            ("due_at", "assignee"),
            ("follow_up_at", "assignee", "due_at"),
        )
    ),
)

candidate = Table(
    "candidate",
    metadata,
    Column("user_task_id", ID, ForeignKey("user_task.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", KEY, primary_key=True),
    _organisation(),
    Index(None, "organisation", "kind", "name"),
)

draft = Table(
    "draft",
    metadata,
    Column("user_task_id", ID, ForeignKey("user_task.id"), primary_key=True),
    Column("user", KEY, primary_key=True),
    _organisation(),
    Column("content", JSON, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    # None for what belongs to no instance yet: a timer that starts one.
    Column("process_instance_id", ID, ForeignKey("process_instance.id")),
    Column("kind", String(16), nullable=False),
    Column("key", KEY, nullable=False),
    Column("element_id", KEY),
    Column("payload", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("retry_delays", JSON, nullable=False),
    Column("last_error", Text),
    Column("lease", ID),
    Column("leased_until", Instant),
    UniqueConstraint("process_instance_id", "key"),
    Index(
        "ix_job_due",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(None, "organisation", "state", "due_at", "id"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    _instance(),
    Column("element_id", KEY, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", KEY, nullable=False),
    Column("correlation_key", KEY),
    Index(None, "organisation", "kind", "name", "correlation_key"),
    Index(None, "process_instance_id"),
)

buffered_message = Table(
    "buffered_message",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("name", KEY, nullable=False),
    Column("correlation_key", KEY),
    Column("variables", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "organisation", "name", "correlation_key"),
)

history_event = Table(
    "history_event",
    metadata,
    Column("process_instance_id", ID, ForeignKey("process_instance.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    _organisation(),
    Column("kind", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("element_id", KEY),
    Column("element_name", Text),
    Column("token_id", ID),
    Column("by", Text),
    Column("clauses", JSON, nullable=False),
    Column("data", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("job_id", ID, primary_key=True),
    Column("to_role", KEY, primary_key=True),
    _organisation(),
    _instance(),
    Column("element_id", KEY, nullable=False),
    Column("template", KEY, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("clauses", JSON, nullable=False),
    Column("delivered_at", Instant, nullable=False),
    Column("kind", String(16), nullable=False, server_default="notice"),
    Column("due_at", Instant),
    Column("user_task_id", ID),
    # What leaves the building, with a mark where the link goes.
    Column("outside_subject", Text, nullable=False, server_default=""),
    Column("outside_body", Text, nullable=False, server_default=""),
    Column("routes", JSON, nullable=False, server_default='[["inbox"]]'),
    Index(None, "organisation", "delivered_at", "job_id"),
    Index(None, "process_instance_id"),
)

# What is known of a file; its content is kept under its id in the store of attachments.
attachment = Table(
    "attachment",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    _instance(),
    Column("user_task_id", ID, nullable=False),
    Column("field", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", KEY, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("attached_at", Instant, nullable=False),
    Column("attached_by", Text, nullable=False),
    Column("removed_at", Instant),
    Column("removed_by", Text),
    Index(None, "process_instance_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", ID, primary_key=True),
    _organisation(),
    Column("name", Text, nullable=False),
    Column("role", KEY, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("revoked_at", Instant),
)

person = Table(
    "person",
    metadata,
    Column("organisation", KEY, ForeignKey("organisation.key"), primary_key=True),
    Column("username", KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("email", Text),
    Column("active", Boolean, nullable=False, default=True, server_default=true()),
)


receipt = Table(
    "receipt",
    metadata,
    Column("organisation", KEY, ForeignKey("organisation.key"), primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("done", Boolean, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
    Column("received_at", Instant, nullable=False),
    Column("leased_until", Instant, nullable=False),
)

__all__ = [name for name, value in list(globals().items()) if isinstance(value, Table)] + [
    "metadata"
]
