"""What is refused, in Camunda's words: `type`, `message`, `code`, and where a diagram is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, current_app
from marshmallow import ValidationError

from engine.correlation import AmbiguousMessage
from engine.messages import MessageNotExpected
from engine.model.external_tasks import ExternalTaskNotHeld
from engine.model.problems import DeploymentRefused, Problem, Severity
from engine.user_tasks import FormRefused
from webhooks import problems

UNDERSTOOD = frozenset({400, 401, 403, 404, 405, 413, 415, 500, 503})
"""Statuses that clients made for Camunda act on; whatever else is refused is 500 to them."""

UNREADABLE = 422
"""What was asked for makes no sense here: Camunda's clients know that as 400."""

TYPES = {
    400: "InvalidRequestException",
    401: "AuthenticationException",
    403: "AuthorizationException",
    404: "RestException",
}
NOT_PARSED = "ENGINE-09005 Could not parse BPMN process."
"""The Modeler shows a message that begins so as errors of the diagram."""

NOT_TRANSFORMED = "ENGINE-22004 Unable to transform DMN resource."
OTHERWISE_REFUSED = "ENGINE-09021 The deployment was refused."


def respond(error: Exception) -> Response:
    """Return the answer for an error. One that nobody foresaw tells nothing but the request's id."""
    status, body = describe(error)
    response = current_app.response_class(
        current_app.json.dumps(body), status=status, content_type="application/json"
    )
    if status == 401:
        # Bearer alone, though Basic is taken: a browser would keep a password it asked for, and
        # send it along from any page.
        response.headers["WWW-Authenticate"] = 'Bearer realm="remit"'
    return response


def describe(error: Exception) -> tuple[int, dict[str, Any]]:
    """Return the status and the body for an error."""
    if isinstance(error, DeploymentRefused):
        return 400, _parse_exception(error.problems)
    if isinstance(error, ValidationError):
        return _answer(400, " ".join(_sentences(error.messages)))
    details = problems.describe(error)
    status, message = details["status"], details["detail"]
    if isinstance(error, MessageNotExpected | AmbiguousMessage):
        status = 400
        message = f"MismatchingMessageCorrelationException: {message}"
    elif isinstance(error, ExternalTaskNotHeld) or status == UNREADABLE:
        status = 400
    elif isinstance(error, FormRefused):
        return _answer(400, " ".join(f"{one.field}: {one.message}" for one in error.errors))
    elif details["code"] == "internal_error":
        message = f"{message} {details['request_id']}"
    return _answer(status if status in UNDERSTOOD else 500, message)


def _answer(status: int, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"type": TYPES.get(status, "RestException"), "message": message, "code": 0}


def _sentences(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _sentences(inner, f"{path}.{name}" if path else str(name))
        return
    for message in messages:
        yield f"{path}: {message}" if path else str(message)


def _parse_exception(found: Sequence[Problem]) -> dict[str, Any]:
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    files = dict.fromkeys(problem.file for problem in found)
    return {
        "type": "ParseException",
        "message": f"{_headline(errors)} Errors: " + "".join(_line(error) for error in errors),
        "code": 0,
        "details": {
            file: {
                "errors": [_report(problem) for problem in errors if problem.file == file],
                "warnings": [
                    _report(problem)
                    for problem in found
                    if problem.file == file and problem.severity is Severity.WARNING
                ],
            }
            for file in files
        },
    }


def _headline(errors: Sequence[Problem]) -> str:
    if any(error.file.endswith((".bpmn", ".bpmn20.xml")) for error in errors):
        return NOT_PARSED
    if any(error.file.endswith((".dmn", ".dmn11.xml")) for error in errors):
        return NOT_TRANSFORMED
    return OTHERWISE_REFUSED


def _line(problem: Problem) -> str:
    places = [problem.message]
    if problem.file:
        places.append(f"resource {problem.file}")
    if problem.line is not None:
        places.append(f"line {problem.line}")
    if problem.column is not None:
        places.append(f"column {problem.column}")
    return "\n* " + " | ".join(places)


def _report(problem: Problem) -> dict[str, Any]:
    return {
        "message": problem.message,
        "line": problem.line or 0,
        "column": problem.column or 0,
        "mainElementId": problem.element_id,
        "elementIds": [problem.element_id] if problem.element_id else [],
    }
