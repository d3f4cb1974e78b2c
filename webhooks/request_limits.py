"""How large a request may be, of which content type, and of which characters."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType

from engine.model.attachments import LARGEST_MB, MEGABYTE

LARGEST_JSON = 1_000_000
LARGEST_DEPLOYMENT = 10_000_000
LARGEST_UPLOAD = LARGEST_MB * MEGABYTE + 10_000_000
"""One request with files: the largest file that an organisation may allow, and some beside it."""
LARGEST_REQUEST = LARGEST_UPLOAD + 100_000
"""For the web server in front: uploads with the wrapping of their parts."""

MOST_PARTS = 500
MULTIPART_ENDPOINTS = {
    "deployments.create": LARGEST_DEPLOYMENT,
    "engine_rest_deployments.create": LARGEST_DEPLOYMENT,
    "attachments.create": LARGEST_UPLOAD,
}
"""The routes that take files, and how much of them."""


def register(app: Flask) -> None:
    """Refuse every request whose address holds NUL, which no text in a database can."""
    app.before_request(_check_address)


def _check_address() -> None:
    if "\x00" in request.path:
        raise NotFound
    if any(nul in request.query_string for nul in (b"%00", b"\x00")):
        raise BadRequest("The address holds the character NUL, which text cannot contain.")


def check_form() -> None:
    """Refuse a form that holds NUL."""
    if any("\x00" in text for field in request.form.lists() for text in (field[0], *field[1])):
        raise BadRequest("The form holds the character NUL, which text cannot contain.")


def check_request() -> None:
    """Refuse a body of the wrong kind (415) and bound what may be read of it (413)."""
    takes_files = request.endpoint in MULTIPART_ENDPOINTS and request.method == "POST"
    request.max_content_length = (
        MULTIPART_ENDPOINTS[str(request.endpoint)] if takes_files else LARGEST_JSON
    )
    request.max_form_parts = MOST_PARTS
    if request.method not in ("POST", "PUT") or not request.content_length:
        return
    if takes_files and request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the files as multipart/form-data, one part for each.")
    if not takes_files and not request.is_json:
        raise UnsupportedMediaType("Send the body as application/json.")
