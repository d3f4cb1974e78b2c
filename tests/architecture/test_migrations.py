"""The migrations are one line of history and lead to exactly the tables that the store uses."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from engine.store.migrations import configuration, upgrade
from engine.store.schema import metadata


@pytest.fixture
def migrated(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_migrations_have_one_head():
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_each_migration_is_numbered_and_says_what_changes():
    names = sorted(
        (script.module.__name__, script.path.rpartition("/")[2])
        for script in ScriptDirectory.from_config(configuration()).walk_revisions()
    )
    numbers = [name[:4] for _, name in names]
    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert all(name[4] == "_" for _, name in names)


def test_the_migrated_database_has_the_tables_that_the_store_uses(migrated):
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_missing_column_would_be_seen(migrated):
    table, column = "history_event", "element_name"
    with migrated.connect() as connection:
        connection.execute(text(f'ALTER TABLE "{table}" DROP COLUMN "{column}"'))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) != []
