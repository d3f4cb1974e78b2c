"""Finds out who calls the API from the bearer token. Never decides what they may do."""

from __future__ import annotations

from typing import ClassVar

from flask import g, request

from engine import tokens
from engine.model.actors import Actor
from engine.model.errors import RemitError
from engine.model.people import OrganisationNotFound
from webhooks.caller import engine, identify


class NotAuthenticated(RemitError):
    """The request carries no token, or one that is unknown, expired or revoked."""

    code: ClassVar[str] = "not_authenticated"

    def __init__(self) -> None:
        super().__init__(
            "Send a valid token as `Authorization: Bearer ...`; `remit token create` makes one."
        )


def authenticate(organisation: str) -> None:
    """Identify the caller by the bearer token, within `organisation`.

    Raises NotAuthenticated without a valid token, and OrganisationNotFound for one of another
    organisation: whether that one exists is not theirs to know.
    """
    actor = _bearer()
    if actor.organisation != organisation:
        raise OrganisationNotFound(organisation)
    identify(actor)


def _bearer() -> Actor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    actor = tokens.authenticate(engine(), secret.strip()) if kind.lower() == "bearer" else None
    if actor is None:
        raise NotAuthenticated
    return actor


def organisation_of_path() -> str:
    """Return the organisation that this request's path names."""
    return str(g.organisation)
