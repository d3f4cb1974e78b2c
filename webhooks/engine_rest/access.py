"""Who may call, and from which pages: tokens as Basic or Bearer, and cross-origin headers."""

from __future__ import annotations

import base64
import binascii

from flask import Response, request

from engine import tokens
from engine.model.actors import Actor
from webhooks import authorisation, request_limits
from webhooks.authentication import NotAuthenticated
from webhooks.caller import engine, identify
from webhooks.engine_rest.paths import is_below

ORIGINS = frozenset({"file://"})
"""Origins that may read answers: the Camunda Modeler's windows are files."""

ALLOWED_METHODS = "GET, POST, PUT, DELETE, OPTIONS"
ALLOWED_HEADERS = "authorization, content-type, accept"
PREFLIGHT_SECONDS = "600"


def admit() -> Response | None:
    """Let the request through to its view: known, allowed, and not too large.

    A preflight is answered here: it carries no credentials.
    """
    if request.method == "OPTIONS":
        return Response(status=204)
    identify(_authenticated())
    request_limits.check_request()
    authorisation.authorise()
    return None


def allow_origin(response: Response) -> Response:
    """Let pages of an allowed origin read the answer, errors too; nobody is refused by their origin."""
    origin = request.headers.get("Origin")
    if not is_below(request.path):
        return response
    response.vary.add("Origin")
    if origin in ORIGINS:
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response


def _authenticated() -> Actor:
    """Return who calls. Raises NotAuthenticated, for a malformed header too: it means nobody."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    secret = None
    if scheme.lower() == "bearer":
        secret = credentials.strip()
    elif scheme.lower() == "basic":
        secret = _password(credentials.strip())
    actor = tokens.authenticate(engine(), secret) if secret else None
    if actor is None:
        raise NotAuthenticated
    return actor


def _password(credentials: str) -> str | None:
    """Return the password of Basic credentials; the user name is the reader's own note."""
    try:
        _, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if colon else None
