"""The pages' own style sheets, script and icon: found safely, sent small, kept by browsers."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, request, send_file, url_for
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "static"
GOVUK = "build/govuk.css"
"""Built from govuk-frontend by `python -m frontend.build`; absent where the registry was not."""
PLAIN = "plain.css"
"""Draws the same class names plainly, for an installation without the build."""
A_YEAR = "public, max-age=31536000, immutable"
TEXT = (".css", ".js", ".svg")

blueprint = Blueprint("pages", __name__)


def register(app: Flask) -> None:
    """Serve the files, and let templates name them by what is in them."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(static_file=address, style_sheets=style_sheets)


@blueprint.get("/static/<path:filename>")
def static(filename: str) -> Response:
    """Send one file, compressed for those who can read that."""
    found = safe_join(str(FOLDER), filename)
    if found is None or not Path(found).is_file():
        raise NotFound
    file = Path(found)
    answer = send_file(file, conditional=True, etag=_fingerprint(file, file.stat().st_mtime_ns))
    if request.args.get("v"):
        # The address holds a fingerprint of the content: it never means anything else.
        answer.headers["Cache-Control"] = A_YEAR
    if file.suffix in TEXT:
        answer.headers["Vary"] = "Accept-Encoding"
        if answer.status_code == 200 and request.accept_encodings.best_match(["gzip"]):
            answer.direct_passthrough = False
            answer.set_data(_compressed(file, file.stat().st_mtime_ns))
            answer.headers["Content-Encoding"] = "gzip"
    return answer


def address(filename: str) -> str:
    """Return a file's address; it changes whenever the file does."""
    file = FOLDER / filename
    version = _fingerprint(file, file.stat().st_mtime_ns)
    return url_for("pages.static", filename=filename, v=version)


def style_sheets() -> list[str]:
    """Return the style sheets of a page, in their order."""
    first = GOVUK if (FOLDER / GOVUK).is_file() else PLAIN
    return [address(first), address("remit.css")]


@lru_cache(maxsize=64)
def _fingerprint(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=64)
def _compressed(file: Path, _changed: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
