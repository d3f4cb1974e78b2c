"""Brings a database to the newest schema with Alembic, from the `migrations/` beside the packages."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

DIRECTORY = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration that this database has not seen, in one transaction."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            begin_sqlite(connection, writes=True)
        command.upgrade(configuration(connection=connection), revision)


def begin_sqlite(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction on a connection whose driver begins none by itself.

    Said here and not in a listener: one listener on an engine makes every statement look for more.
    """
    driver = connection.connection.dbapi_connection
    assert driver is not None
    # IMMEDIATE takes the write lock now: an upgrade from a read lock could fail midway.
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def configuration(**attributes: object) -> Config:
    """Return Alembic's configuration for our migrations, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(DIRECTORY / "versions"))
    config.attributes.update(attributes)
    return config
