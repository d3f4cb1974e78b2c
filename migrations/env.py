"""Runs the migrations on the connection that the store hands over. Knows no URL of its own."""

from alembic import context

from engine.store.schema import Instant, metadata


def as_plain_type(kind, value, _context):
    """Write our instant as the plain type it is, so that a migration needs none of today's code."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=as_plain_type,
)
with context.begin_transaction():
    context.run_migrations()
