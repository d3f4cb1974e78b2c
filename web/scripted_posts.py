"""Forms that the pages' script sends: tells it where to go next instead of sending it there."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

SENT_BY_SCRIPT = "X-Remit-Script"
NEXT_PAGE = "X-Remit-Location"


def is_scripted() -> bool:
    """Say whether the request was sent by the pages' script, which leaves the page as it is."""
    return SENT_BY_SCRIPT in request.headers


def register(app: Flask) -> None:
    """Answer redirects of such forms with 204 and the address: the script leaves the page itself."""

    def _tell(response: Response) -> Response:
        if SENT_BY_SCRIPT in request.headers and response.status_code == 303:
            response.status_code = 204
            response.headers[NEXT_PAGE] = response.headers.pop("Location")
        return response

    app.after_request(_tell)
