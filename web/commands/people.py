"""`people`: the first administrator of an organisation, and that invented people go before production."""

from __future__ import annotations

import click

from engine import accounts
from engine import people as people_of
from engine.model.actors import system_actor
from engine.model.clock import SystemClock
from engine.model.people import Person
from web.environment import read_settings
from web.opening import open_engine


@click.group()
def people() -> None:
    """People of an organisation."""


@people.command()
@click.option("--organisation", required=True, help="The organisation's key, such as derby.")
@click.option("--username", required=True, help="Lower-case letters, digits and . _ @ + -.")
@click.option("--name", required=True, help="The name that people read.")
@click.option("--role", "roles", multiple=True, help="A role; once for each.")
@click.option("--email", default=None, help="Where notices are sent.")
def add(
    organisation: str, username: str, name: str, roles: tuple[str, ...], email: str | None
) -> None:
    """Add a person, or change them, and print an address at which they choose a password.

    The address works once and for three days. Who signs in with their organisation's own account
    needs none.
    """
    settings, by = read_settings(), system_actor(organisation)
    with open_engine(settings) as engine:
        people_of.add(engine, by=by, person=Person(username, name, roles, email=email))
        secret = accounts.invite(engine, by=by, username=username, now=SystemClock().now())
    click.echo(f"{settings.address}/invitation/{secret}")


@people.command("remove-demo")
@click.option("--organisation", required=True, help="The organisation's key, such as derby.")
def remove_demo(organisation: str) -> None:
    """Remove the invented people, so that the database can be served in production."""
    with open_engine(read_settings()) as engine:
        removed = people_of.remove_demo(engine, by=system_actor(organisation))
    click.echo(f"{removed} removed.", err=True)
