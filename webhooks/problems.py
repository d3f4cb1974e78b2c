"""Turns what the engine refuses into HTTP: the one table of statuses, as RFC 9457 problem details."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from engine.connector_calls import ConnectorNotFound
from engine.correlation import AmbiguousMessage
from engine.dmn import DecisionNotFound
from engine.execution import DocumentNotReadable, TokenNotWaiting
from engine.messages import MessageNotExpected
from engine.model.actors import NotAllowed
from engine.model.attachments import (
    AttachmentDamaged,
    AttachmentNotFound,
    AttachmentNotScanned,
    AttachmentRefused,
    AttachmentStoreUnavailable,
    AttachmentTooLarge,
)
from engine.model.connector_secrets import ConnectorSecretNotFound
from engine.model.errors import RemitError
from engine.model.external_tasks import ExternalTaskNotFound, ExternalTaskNotHeld
from engine.model.jobs import JobNotFound
from engine.model.links import LinkNeedsSignIn, LinkNotUsable
from engine.model.notices import NoticeDeliveryNotFound
from engine.model.pages import BadPageToken
from engine.model.people import (
    AbsenceNotFound,
    OrganisationNotFound,
    PersonNotFound,
    TokenNotFound,
)
from engine.model.problems import DeploymentRefused, Problem
from engine.model.process_definitions import DefinitionNotFound, DefinitionSuspended
from engine.model.process_instances import (
    ProcessInstanceMoved,
    ProcessInstanceNotFound,
    ProcessInstanceNotRunning,
)
from engine.model.sign_ins import InvitationRefused, IssuerUnavailable
from engine.model.states import IllegalMove
from engine.model.user_tasks import (
    UserTaskChanged,
    UserTaskClosed,
    UserTaskExcluded,
    UserTaskNotFound,
    UserTaskTaken,
)
from engine.model.webhook_deliveries import WebhookDeliveryNotFound
from engine.model.webhook_endpoints import WebhookEndpointNotFound
from engine.process_definitions import FormNotFound
from engine.receipts import ReceiptConflict, ReceiptRunning, ReceiptWithoutAnswer
from engine.user_tasks import FormRefused
from engine.webhook_sources import WebhookSourceNotFound
from webhooks.authentication import NotAuthenticated
from webhooks.deliver import SecretNotReadable
from webhooks.engine_rest.values import ValueRefused, VariableNotFound
from webhooks.idempotency import BadIdempotencyKey
from webhooks.json_bodies import MalformedJson
from webhooks.request_ids import request_id, route
from webhooks.signatures import SignatureRefused

log = logging.getLogger("remit.problems")

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[type[RemitError], int] = {
    BadIdempotencyKey: 400,
    MalformedJson: 400,
    BadPageToken: 400,
    ValueRefused: 400,
    NotAuthenticated: 401,
    SignatureRefused: 401,
    NotAllowed: 403,
    LinkNeedsSignIn: 403,
    UserTaskExcluded: 403,
    AbsenceNotFound: 404,
    AttachmentNotFound: 404,
    ConnectorNotFound: 404,
    ConnectorSecretNotFound: 404,
    InvitationRefused: 404,
    LinkNotUsable: 404,
    OrganisationNotFound: 404,
    DecisionNotFound: 404,
    NoticeDeliveryNotFound: 404,
    DefinitionNotFound: 404,
    ProcessInstanceNotFound: 404,
    UserTaskNotFound: 404,
    JobNotFound: 404,
    ExternalTaskNotFound: 404,
    VariableNotFound: 404,
    FormNotFound: 404,
    MessageNotExpected: 404,
    PersonNotFound: 404,
    TokenNotFound: 404,
    WebhookDeliveryNotFound: 404,
    WebhookEndpointNotFound: 404,
    WebhookSourceNotFound: 404,
    AmbiguousMessage: 409,
    DefinitionSuspended: 409,
    ExternalTaskNotHeld: 409,
    IllegalMove: 409,
    ProcessInstanceMoved: 409,
    ProcessInstanceNotRunning: 409,
    ReceiptRunning: 409,
    TokenNotWaiting: 409,
    ReceiptWithoutAnswer: 409,
    UserTaskChanged: 409,
    UserTaskClosed: 409,
    UserTaskTaken: 409,
    AttachmentTooLarge: 413,
    AttachmentRefused: 422,
    DeploymentRefused: 422,
    FormRefused: 422,
    ReceiptConflict: 422,
    AttachmentNotScanned: 503,
    AttachmentStoreUnavailable: 503,
    IssuerUnavailable: 503,
    # A stored instance that cannot be read is nobody's doing but ours.
    DocumentNotReadable: 500,
    SecretNotReadable: 500,
    AttachmentDamaged: 500,
}
REFUSED = 422
"""Whatever else the engine refuses was asked correctly but cannot be done with these values."""

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
"""The codes of what Flask itself refuses, by status."""


def describe(error: Exception) -> dict[str, Any]:
    """Return the problem details of an error (RFC 9457): what a program needs to act on it.

    An error that nobody foresaw tells nothing but the request's id; its detail goes to the log.
    """
    if isinstance(error, RemitError):
        return _details(status_of(error), error.code, str(error), _extra(error))
    if isinstance(error, ValidationError):
        return _details(REFUSED, "invalid_request", _INVALID, {"fields": _fields(error)})
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        code = HTTP_CODES.get(error.code, "refused")
        return _details(error.code, code, error.description or error.name, {})
    _log_unforeseen(error)
    return _details(500, "internal_error", _UNFORESEEN, {})


def respond(error: Exception) -> Response:
    """Return the answer for an error, with the headers its status asks for."""
    details = describe(error)
    response = current_app.response_class(
        current_app.json.dumps(details) + "\n", status=details["status"], content_type=CONTENT_TYPE
    )
    if details["status"] == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="remit"'
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
    return response


def status_of(error: RemitError) -> int:
    """Return the HTTP status of something that the engine refused."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), REFUSED)


_INVALID = "Some fields of the request are missing or wrong; `fields` says which and why."
_UNFORESEEN = (
    "Something went wrong that is not your doing. Nothing was kept. Quote the request id."
)


def _details(status: int, code: str, detail: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": f"urn:remit:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
        **extra,
    }


def _extra(error: RemitError) -> dict[str, Any]:
    if isinstance(error, DeploymentRefused):
        return {"problems": [problem_as_json(problem) for problem in error.problems]}
    if isinstance(error, FormRefused):
        return {
            "fields": [
                {"field": wrong.field, "code": wrong.code, "message": wrong.message}
                for wrong in error.errors
            ]
        }
    return {}


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return one finding about a file as an API answers it."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "file": problem.file,
        "element_id": problem.element_id,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
    }


def _fields(error: ValidationError) -> list[dict[str, str]]:
    # The outermost names say where the fields were read: in the query or in the body.
    places = error.messages_dict.values()
    return [
        {"field": field, "code": "invalid", "message": message}
        for place in places
        for field, message in _flat(place)
    ]


def _flat(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [
            found
            for name, inner in messages.items()
            for found in _flat(inner, f"{path}.{name}" if path else str(name))
        ]
    return [(path.removesuffix("_schema").rstrip("."), str(message)) for message in messages]


def _log_unforeseen(error: Exception) -> None:
    # The frames say where; the message is left out because it may quote a person's data.
    frames = "".join(traceback.format_tb(error.__traceback__))
    cause = getattr(error, "original_exception", None) or error
    log.error("%s %s %s\n%s", request_id(), route(), type(cause).__qualname__, frames)
