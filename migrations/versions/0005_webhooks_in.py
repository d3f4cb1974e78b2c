"""Keep the secrets of systems that send webhooks, and what came in and what it did."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_secret",
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_webhook_secret_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", "source", name=op.f("pk_webhook_secret")),
    )
    op.create_table(
        "webhook_receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("process_instance_id", sa.String(length=32), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_webhook_receipt_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["process_instance_id"],
            ["process_instance.id"],
            name=op.f("fk_webhook_receipt_process_instance_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_receipt")),
    )
    op.create_index(
        op.f("ix_webhook_receipt_organisation_received_at_id"),
        "webhook_receipt",
        ["organisation", "received_at", "id"],
    )
