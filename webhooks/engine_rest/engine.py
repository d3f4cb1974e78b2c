"""`/version`, `/engine` and `/identity`: what clients ask to find out what they talk to."""

from __future__ import annotations

from flask import Response
from marshmallow import fields

from webhooks.caller import caller
from webhooks.engine_rest.requests import Accepted, Input, body
from webhooks.engine_rest.resources import answer, resource

blueprint = resource("engine")

VERSION = "7.23.0"
"""The Camunda version whose operations these are: the Modeler chooses its lint rules by it."""


class CredentialsInput(Input):
    username = fields.String(required=True)
    password = Accepted()


@blueprint.get("/version")
def version() -> Response:
    """Return the version of Camunda that this is like."""
    return answer({"version": VERSION})


@blueprint.get("/engine")
def list_all() -> Response:
    """Return the one engine there is."""
    return answer([{"name": "default"}])


@blueprint.post("/identity/verify")
def verify() -> Response:
    """Say who the caller is: the credentials of the request itself, not those in its body."""
    body(CredentialsInput())
    return answer({"authenticatedUser": caller().user, "authenticated": True})
