"""`token`: bearer tokens for programs. The secret is shown once and kept nowhere."""

from __future__ import annotations

from typing import Any

import click

from engine import tokens
from engine.model.actors import system_actor
from engine.model.people import ApiToken
from web.commands.output import print_json
from web.environment import read_settings
from web.opening import open_engine

ORGANISATION = click.option(
    "--organisation", required=True, help="The organisation's key, such as derby."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def token() -> None:
    """Bearer tokens for programs that use the API."""


@token.command("list")
@ORGANISATION
@AS_JSON
def list_tokens(organisation: str, as_json: bool) -> None:
    """List tokens, revoked ones too; their secrets are kept nowhere."""
    with open_engine(read_settings()) as engine:
        found = tokens.listing(engine, by=system_actor(organisation))
    if as_json:
        print_json({"tokens": [_as_json(made) for made in found]})
        return
    for made in found:
        revoked = "  revoked" if made.revoked_at else ""
        click.echo(f"{made.id}  {made.role}  {made.created_at.isoformat()}  {made.name}{revoked}")


@token.command()
@ORGANISATION
@click.argument("token_id")
def revoke(organisation: str, token_id: str) -> None:
    """Make the token TOKEN_ID worthless at once."""
    with open_engine(read_settings()) as engine:
        tokens.revoke(engine, by=system_actor(organisation), token_id=token_id)


@token.command()
@ORGANISATION
@click.option("--role", required=True, help="The role that the token acts in.")
@click.option("--name", default="command line", help="What the token is for, shown in lists.")
@AS_JSON
def create(organisation: str, role: str, name: str, as_json: bool) -> None:
    """Make a token and print its secret: now, and never again."""
    with open_engine(read_settings()) as engine:
        made, secret = tokens.create(engine, by=system_actor(organisation), role=role, name=name)
    if as_json:
        print_json({**_as_json(made), "token": secret})
    else:
        click.echo(secret)


def _as_json(made: ApiToken) -> dict[str, Any]:
    return {
        "id": made.id,
        "organisation": made.organisation,
        "role": made.role,
        "name": made.name,
        "created_at": made.created_at.isoformat(),
        "revoked_at": made.revoked_at.isoformat() if made.revoked_at else None,
    }
