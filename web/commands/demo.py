"""`demo`: invented cases at different stages, made and removed again. Never in production."""

from __future__ import annotations

import click

from engine import organisations as organisations_of
from web.demonstration import create as create_cases
from web.demonstration import remove as remove_cases
from web.environment import clock_of, read_settings
from web.opening import open_engine
from web.ownership import owning
from web.settings import Settings, SettingsRefused
from web.shipped import deploy_shipped


@click.group()
def demo() -> None:
    """Invented cases of the organisations under bpmn/."""


@demo.command()
def create() -> None:
    """Make invented cases at different stages, some overdue, where there are none yet.

    They are scenarios played up to the present. Stop the service first.
    """
    settings = _settings()
    with owning(settings.sqlite_file), open_engine(settings) as engine:
        deploy_shipped(engine, settings)
        made = create_cases(engine.store, settings.content, now=clock_of(settings).now())
    click.echo(f"{made} cases made.", err=True)


@demo.command()
def remove() -> None:
    """Remove the invented cases, with their tasks, jobs, notices and history."""
    settings = _settings()
    with owning(settings.sqlite_file), open_engine(settings) as engine:
        keys = [found.key for found in organisations_of.listing(engine)]
        removed = sum(remove_cases(engine, key) for key in keys)
    click.echo(f"{removed} cases removed.", err=True)


def _settings() -> Settings:
    settings = read_settings()
    if settings.in_production:
        raise SettingsRefused("`remit demo` is refused in production: its cases are invented.")
    return settings
