"""One blueprint per kind of thing, each behind the same door."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from webhooks.engine_rest import access
from webhooks.engine_rest.paths import PREFIX


def resource(name: str) -> Blueprint:
    """Return the blueprint of one kind of thing."""
    blueprint = Blueprint(f"engine_rest_{name}", __name__, url_prefix=PREFIX)
    blueprint.before_request(access.admit)
    return blueprint


def answer(body: Any) -> Response:
    """Return a JSON answer; its type has no charset, which Camunda's own clients do not know."""
    return current_app.response_class(
        current_app.json.dumps(body), content_type="application/json"
    )


def done() -> Response:
    """Return the empty answer of something that was carried out."""
    response = Response(status=204)
    response.headers.pop("Content-Type", None)
    return response
