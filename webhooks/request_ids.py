"""Gives each request an id, and one log line that names no person, no case and no address."""

from __future__ import annotations

import logging
import re
from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request

HEADER = "X-Request-Id"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNMATCHED = "(no route)"

log = logging.getLogger("remit.requests")


def register(app: Flask) -> None:
    """Give each request an id before all else, and log it after all else."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """Return the id of this request: the caller's own if it sent an acceptable one."""
    return str(g.request_id)


def route() -> str:
    """Return the route's pattern, such as `/api/v1/<org>/user-tasks/<task_id>`: never the ids in it."""
    return request.url_rule.rule if request.url_rule else UNMATCHED


def seconds() -> float:
    """Return how long this request has taken so far."""
    return perf_counter() - float(g.request_began)


def _begin() -> None:
    sent = request.headers.get(HEADER, "")
    g.request_id = sent if ACCEPTED.fullmatch(sent) else uuid4().hex
    g.request_began = perf_counter()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    log.info(
        "%s %s %s %d %.1fms",
        request_id(),
        request.method,
        route(),
        response.status_code,
        seconds() * 1000,
    )
    return response
