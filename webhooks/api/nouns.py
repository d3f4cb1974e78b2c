"""One blueprint per noun of the REST API, each behind the same checks in the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_smorest  # type: ignore[import-untyped]
from flask import Request, g
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from webhooks import authentication, authorisation, idempotency, json_bodies, request_limits

PREFIX = "/api/v1/<org>"

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "schema": {"type": "string", "maxLength": idempotency.LONGEST_KEY},
    "description": "The same key with the same request is carried out once and answered alike.",
}

View = Callable[..., Any]
Decorator = Callable[[View], View]


class ArgumentsParser(FlaskParser):
    """Reads arguments with exact numbers, refuses unknown names, and leaves errors to problems."""

    def __init__(self) -> None:
        super().__init__()
        self.DEFAULT_UNKNOWN_BY_LOCATION = {"query": "raise", "json": "raise"}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the JSON body; an absent one is an empty object."""
        body = req.get_data()
        return json_bodies.parse(body) if body else {}

    def handle_error(self, error: Exception, *_: Any, **__: Any) -> Any:
        """Let the error travel to the one place that makes problems of errors."""
        raise error


class Noun(flask_smorest.Blueprint):  # type: ignore[misc]
    """The routes of one noun, below an organisation."""

    ARGUMENTS_PARSER = ArgumentsParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, description=description)
        self.url_value_preprocessor(_take_organisation)
        self.before_request(_admit)

    def get(self, rule: str) -> Decorator:
        """Register a view that reads."""
        return self.route(rule, methods=["GET"])

    def put(self, rule: str) -> Decorator:
        """Register a view that may be repeated without harm."""
        return self.route(rule, methods=["PUT"])

    def delete(self, rule: str) -> Decorator:
        """Register a view that removes something; a second time it is not found."""
        return self.route(rule, methods=["DELETE"])

    def post(self, rule: str) -> Decorator:
        """Register a view that changes something, once for each Idempotency-Key."""
        register = self.route(rule, methods=["POST"])
        describe = self.doc(parameters=[IDEMPOTENCY_KEY])
        return lambda view: register(describe(idempotency.once(view)))

    def route(self, rule: str, **options: Any) -> Decorator:
        """Register a view and describe it."""
        register: Decorator = super().route(rule, **options)
        return register

    def arguments(self, schema: Schema, **options: Any) -> Decorator:
        """Give the view what `schema` reads from the request."""
        read: Decorator = super().arguments(schema, **options)
        return read

    def response(self, status: int, schema: Schema | None = None, **options: Any) -> Decorator:
        """Answer with `status` and what `schema` makes of the view's value."""
        answer: Decorator = super().response(status, schema, **options)
        return answer

    def doc(self, **description: Any) -> Decorator:
        """Describe what the code cannot say of itself."""
        describe: Decorator = super().doc(**description)
        return describe


def _take_organisation(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.organisation = (values or {}).pop("org")


def _admit() -> None:
    request_limits.check_request()
    authentication.authenticate(authentication.organisation_of_path())
    authorisation.authorise()
