"""Another system that connectors ask: a real HTTP server that answers as it is told. Asserts nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, Mapping[str, str], bytes]


@dataclass
class Register:
    """The other system: a real HTTP server that answers as it is told."""

    answer: Callable[[int], Reply] = lambda number: (
        201,
        {"Content-Type": "application/json; charset=utf-8", "X-Trace": "t-1"},
        b'{"id": "R-1"}',
    )
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.seen.append(
                    {"method": self.command, "path": self.path, "headers": headers, "body": body}
                )
                status, more, content = outer.answer(len(outer.seen) - 1)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    return

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
