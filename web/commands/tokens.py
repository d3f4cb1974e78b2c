"""`token`: bearer tokens for programs. The secret is shown once and kept nowhere."""

from __future__ import annotations

import click

from engine import tokens
from engine.model.actors import system_actor
from web.commands.output import print_json
from web.opening import open_engine, read_settings


@click.group()
def token() -> None:
    """Bearer tokens for programs that use the API."""


@token.command()
@click.option("--organisation", required=True, help="The organisation's key, such as derby.")
@click.option("--role", required=True, help="The role that the token acts in.")
@click.option("--name", default="command line", help="What the token is for, shown in lists.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def create(organisation: str, role: str, name: str, as_json: bool) -> None:
    """Make a token and print its secret: now, and never again."""
    with open_engine(read_settings()) as engine:
        made, secret = tokens.create(engine, by=system_actor(organisation), role=role, name=name)
    if as_json:
        print_json(
            {
                "id": made.id,
                "organisation": made.organisation,
                "role": made.role,
                "name": made.name,
                "token": secret,
            }
        )
    else:
        click.echo(secret)
