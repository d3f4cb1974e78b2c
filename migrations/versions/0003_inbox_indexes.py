"""Index user tasks by follow-up time and by who has taken them on, for the inbox."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_user_task_organisation_state_follow_up_at_id"),
        "user_task",
        ["organisation", "state", "follow_up_at", "id"],
    )
    op.create_index(
        op.f("ix_user_task_organisation_assignee_state"),
        "user_task",
        ["organisation", "assignee", "state"],
    )
