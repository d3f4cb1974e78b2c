"""Keep how each copy of a notice travels, and every attempt to send it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.add_column(
            sa.Column("kind", sa.String(length=16), nullable=False, server_default="notice")
        )
        notice.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        notice.add_column(sa.Column("user_task_id", sa.String(length=32), nullable=True))
        for name in ("outside_subject", "outside_body"):
            notice.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        notice.add_column(
            sa.Column("routes", sa.JSON(), nullable=False, server_default='[["inbox"]]')
        )
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("to_role", sa.String(length=255), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("process_instance_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_ever", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_notice_delivery_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["process_instance_id"],
            ["process_instance.id"],
            name=op.f("fk_notice_delivery_process_instance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["job_id", "to_role"],
            ["notice.job_id", "notice.to_role"],
            name=op.f("fk_notice_delivery_job_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
    )
    for columns in (
        ["job_id", "to_role"],
        ["organisation", "state", "created_at", "id"],
        ["process_instance_id"],
    ):
        op.create_index(
            op.f(f"ix_notice_delivery_{'_'.join(columns)}"), "notice_delivery", columns
        )
    op.create_table(
        "notice_attempt",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("process_instance_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_notice_attempt_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["notice_delivery.id"], name=op.f("fk_notice_attempt_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["process_instance_id"],
            ["process_instance.id"],
            name=op.f("fk_notice_attempt_process_instance_id"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_notice_attempt")),
    )
    op.create_index(
        op.f("ix_notice_attempt_process_instance_id"), "notice_attempt", ["process_instance_id"]
    )
