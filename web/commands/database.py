"""`db`: the schema, and copies of a SQLite database. PostgreSQL has tools of its own for copies."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from web.environment import read_settings
from web.opening import open_engine
from web.ownership import owning
from web.settings import Settings


@click.group()
def db() -> None:
    """The database: its schema and its copies."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest version; a new database is made."""
    settings = read_settings()
    with open_engine(settings):
        click.echo("The schema is up to date.", err=True)


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database into FILE while it is in use."""
    source = _sqlite_file(read_settings(), "pg_dump --format=custom")
    if not source.exists():
        raise click.ClickException(f"{source} does not exist: there is nothing to copy.")
    if file.exists():
        raise click.ClickException(f"{file} exists already: name another file.")
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    _copy(source, partial)
    os.replace(partial, file)
    click.echo(f"Copied {source} into {file}.", err=True)


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what the database holds now.")
def restore(file: Path, yes: bool) -> None:
    """Make the database what it was when FILE was backed up. The service must be stopped."""
    target = _sqlite_file(read_settings(), "pg_restore --clean")
    if target.exists() and not yes:
        raise click.ClickException(f"{target} holds data: add --yes to replace all of it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with owning(target):
        _copy(file, target)
    click.echo(f"{target} is as {file} has it.", err=True)


def _sqlite_file(settings: Settings, instead: str) -> Path:
    if settings.sqlite_file is None:
        raise click.ClickException(
            f"This is a PostgreSQL database: use its own {instead.split()[0]}, such as `{instead}`."
        )
    return settings.sqlite_file


def _copy(source: Path, target: Path) -> None:
    """Copy with SQLite's own backup: a consistent state, also while others write."""
    try:
        # By URI so that a missing file is an error and not a new, empty database.
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            if old.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise click.ClickException(f"{source} is damaged: it was not copied.")
            old.backup(new)
    except sqlite3.Error as error:
        raise click.ClickException(f"{source} cannot be copied: {error}.") from None
