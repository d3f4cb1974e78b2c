"""Keep sessions, absences, accounts, one-time links and who was let in; leave people out of a task."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("user", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_access_event_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_event")),
    )
    with op.batch_alter_table("access_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_event_organisation_at_id"),
            ["organisation", "at", "id"],
            unique=False,
        )

    op.create_table(
        "session",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=True),
        sa.Column("token_id", sa.String(length=32), nullable=True),
        sa.Column("means", sa.String(length=16), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_session_organisation")
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_session_organisation_username"),
            ["organisation", "username"],
            unique=False,
        )

    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delegate", sa.String(length=255), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "username"],
            ["person.organisation", "person.username"],
            name=op.f("fk_absence_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_absence_organisation_username"),
            ["organisation", "username"],
            unique=False,
        )

    op.create_table(
        "invitation",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "username"],
            ["person.organisation", "person.username"],
            name=op.f("fk_invitation_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_organisation_username"),
            ["organisation", "username"],
            unique=False,
        )

    op.create_table(
        "issuer_account",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "username"],
            ["person.organisation", "person.username"],
            name=op.f("fk_issuer_account_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "issuer", "subject", "organisation", name=op.f("pk_issuer_account")
        ),
    )
    with op.batch_alter_table("issuer_account", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_issuer_account_organisation_username"),
            ["organisation", "username"],
            unique=False,
        )

    op.create_table(
        "local_account",
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation", "username"],
            ["person.organisation", "person.username"],
            name=op.f("fk_local_account_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "username", name=op.f("pk_local_account")),
    )
    op.create_table(
        "task_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user_task_id", sa.String(length=32), nullable=False),
        sa.Column("task_version", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.String(length=32), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_task_link_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_task_link_user_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_task_link_secret_hash")),
    )
    with op.batch_alter_table("task_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_link_organisation_asked_again_at"),
            ["organisation", "asked_again_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_task_link_user_task_id"), ["user_task_id"], unique=False
        )

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("directory", sa.Integer(), server_default="0", nullable=False)
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False)
        )

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("excluded_users", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
        )
