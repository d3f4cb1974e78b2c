"""The REST API: one file per noun. `register` puts it on an application."""

from __future__ import annotations

from typing import Any

import flask_smorest  # type: ignore[import-untyped]
from flask import Flask

from webhooks.api import (
    attachments,
    connectors,
    decisions,
    deployments,
    event_log,
    evidence,
    jobs,
    messages,
    notices,
    process_definitions,
    process_instances,
    user_tasks,
    webhook_deliveries,
    webhook_endpoints,
    webhook_sources,
)
from webhooks.api.durations import Duration
from webhooks.api.nouns import Noun
from webhooks.api.problem_details import ProblemDetailsSchema
from webhooks.api.values import Value

NOUNS: tuple[Noun, ...] = (
    deployments.blueprint,
    process_definitions.blueprint,
    process_instances.blueprint,
    user_tasks.blueprint,
    attachments.blueprint,
    messages.blueprint,
    decisions.blueprint,
    jobs.blueprint,
    notices.blueprint,
    evidence.blueprint,
    event_log.blueprint,
    webhook_endpoints.blueprint,
    webhook_deliveries.blueprint,
    webhook_sources.blueprint,
    connectors.blueprint,
)

DESCRIPTION = """\
Start an organisation's procedures, work on their tasks, see where they stand.

Send the token as `Authorization: Bearer ...`; it belongs to one organisation and one role.
Every POST takes `Idempotency-Key`: the same key with the same body gives the stored answer,
with another body 422, while the first is still running 409.
Errors are problem details (RFC 9457) with a stable `code`.
Lists answer `items` and `next_page_token`; give it back as `page_token` for the next page.
Numbers are exact: those that JSON cannot hold exactly are answered as strings.
"""


class Api(flask_smorest.Api):  # type: ignore[misc]
    """Describes the nouns as OpenAPI; leaves errors to `webhooks.problems`."""

    ERROR_SCHEMA = ProblemDetailsSchema
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_error_handlers(self) -> None:
        """Leave errors alone: the application has one handler for all of them."""


def register(app: Flask) -> None:
    """Put every noun of the REST API on the application and describe it."""
    app.config.setdefault("API_TITLE", "Remit")
    app.config.setdefault("API_VERSION", "1")
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    api = Api(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    api.register_field(Value, None, None)
    api.register_field(Duration, "string", "duration")
    _describe_security(api.spec)
    for noun in NOUNS:
        api.register_blueprint(noun)
    app.extensions["remit.openapi"] = api.spec


def _describe_security(spec: Any) -> None:
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.options["security"] = [{"token": []}]
