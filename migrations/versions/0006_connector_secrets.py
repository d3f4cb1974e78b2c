"""Keep what connectors prove themselves with, and the hosts that may be shown it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connector_secret",
        sa.Column("organisation", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.key"], name=op.f("fk_connector_secret_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", "name", name=op.f("pk_connector_secret")),
    )
