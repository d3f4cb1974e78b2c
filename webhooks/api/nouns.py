"""One blueprint per noun of the REST API, each behind the same checks in the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_smorest
from flask import Request, g
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from webhooks import authentication, authorisation, idempotency, json_bodies, request_limits

PREFIX = "/api/v1/<org>"


class ArgumentsParser(FlaskParser):
    """Reads arguments with exact numbers, refuses unknown names, and leaves errors to problems."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": "raise", "json": "raise"}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the JSON body; an absent one is an empty object."""
        body = req.get_data()
        return json_bodies.parse(body) if body else {}

    def handle_error(self, error: Exception, *_: Any, **__: Any) -> Any:
        """Let the error travel to the one place that makes problems of errors."""
        raise error


class Noun(flask_smorest.Blueprint):
    """The routes of one noun, below an organisation."""

    ARGUMENTS_PARSER = ArgumentsParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)
        self.url_value_preprocessor(_take_organisation)
        self.before_request(_admit)

    def route(self, rule: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
        """Register a view; a POST is carried out once for each Idempotency-Key."""
        register = super().route(rule, **options)
        if "POST" not in options.get("methods", ()):
            return register
        return lambda view: register(idempotency.once(view))


def _take_organisation(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.organisation = (values or {}).pop("org")


def _admit() -> None:
    request_limits.check_request()
    authentication.authenticate(authentication.organisation_of_path())
    authorisation.authorise()
