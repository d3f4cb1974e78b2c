"""`people`: who may sign in. For now only that invented people go before production."""

from __future__ import annotations

import click

from engine import people as people_of
from engine.model.actors import system_actor
from web.environment import read_settings
from web.opening import open_engine


@click.group()
def people() -> None:
    """People of an organisation."""


@people.command("remove-demo")
@click.option("--organisation", required=True, help="The organisation's key, such as derby.")
def remove_demo(organisation: str) -> None:
    """Remove the invented people, so that the database can be served in production."""
    with open_engine(read_settings()) as engine:
        removed = people_of.remove_demo(engine, by=system_actor(organisation))
    click.echo(f"{removed} removed.", err=True)
