"""Makes one path of the many that clients ask by, before any route is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/engine-rest"
_SLASHES = re.compile(r"/{2,}")
_DEFAULT_ENGINE = re.compile(rf"^{PREFIX}(?:/engine/default)+(?=/.)")


class OnePath:
    """Collapses slashes and leaves out `/engine/default`, of the paths below /engine-rest alone.

    A redirect would do for a browser's page, not here: it loses the body of a POST, and a preflight
    that is redirected fails.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        collapsed = _SLASHES.sub("/", environ.get("PATH_INFO", ""))
        if is_below(collapsed):
            shortened: Any = _DEFAULT_ENGINE.sub(PREFIX, collapsed)
            environ["PATH_INFO"] = shortened
        return self._application(environ, start_response)


def is_below(path: str) -> bool:
    """Say whether a path is one of this interface."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")
