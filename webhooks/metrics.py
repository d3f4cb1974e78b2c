"""Counts requests by route for Prometheus. Never holds an id, a name or an organisation."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from flask import Blueprint, Flask, Response, current_app, request

from webhooks.request_ids import route, seconds

blueprint = Blueprint("metrics", __name__)


class RequestCounts:
    """How many requests each route answered with which status, and how long they took in all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answered: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[tuple[str, str], float] = {}

    def add(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        with self._lock:
            self._answered[method, route, status] += 1
            self._seconds[method, route] = self._seconds.get((method, route), 0.0) + seconds

    def as_text(self) -> str:
        """Return the counts in the Prometheus text format."""
        with self._lock:
            answered, seconds = sorted(self._answered.items()), sorted(self._seconds.items())
        lines = [
            "# HELP remit_requests_total Requests answered, by route and status.",
            "# TYPE remit_requests_total counter",
        ]
        lines += [
            f'remit_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
            for (method, route, status), count in answered
        ]
        lines += [
            "# HELP remit_request_seconds_total Time spent on requests, by route.",
            "# TYPE remit_request_seconds_total counter",
        ]
        lines += [
            f'remit_request_seconds_total{{method="{method}",route="{route}"}} {total:.6f}'
            for (method, route), total in seconds
        ]
        return "\n".join(lines) + "\n"


def register(app: Flask) -> None:
    """Count every request of the application and show the counts at /metrics."""
    counts = RequestCounts()
    app.extensions["remit.metrics"] = counts

    def _count(response: Response) -> Response:
        # Methods outside the standard are one word here: a caller cannot grow the table.
        method = request.method if request.method in _METHODS else "OTHER"
        counts.add(method=method, route=route(), status=response.status_code, seconds=seconds())
        return response

    app.after_request(_count)
    app.register_blueprint(blueprint)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


@blueprint.get("/metrics")
def show() -> Response:
    """Return the counts for Prometheus to read."""
    counts: RequestCounts = current_app.extensions["remit.metrics"]
    return Response(counts.as_text(), content_type="text/plain; version=0.0.4; charset=utf-8")
