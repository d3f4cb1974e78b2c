"""Let the inbox find a procedure's tasks, and pass over taken ones and those in time without reading them."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PASSED_OVER = {
    "created_at": ["assignee", "due_at", "follow_up_at"],
    "due_at": ["assignee"],
    "follow_up_at": ["assignee", "due_at"],
}


def upgrade() -> None:
    for column, passed_over in PASSED_OVER.items():
        op.drop_index(op.f(f"ix_user_task_organisation_state_{column}_id"), "user_task")
        op.create_index(
            f"ix_user_task_by_{column}",
            "user_task",
            ["organisation", "state", column, "id", *passed_over],
        )
    op.create_index(
        op.f("ix_user_task_organisation_process_definition_key_state"),
        "user_task",
        ["organisation", "process_definition_key", "state"],
    )
