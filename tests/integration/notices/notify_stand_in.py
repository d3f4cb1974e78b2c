"""Speaks the HTTP API of GOV.UK Notify on this machine: checks each request's token, keeps what it takes. Asserts nothing."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE, SECRET = str(uuid.uuid4()), str(uuid.uuid4())
KEY = f"council-{SERVICE}-{SECRET}"


class NotifyStandIn:
    """Answers as Notify does; `fails` says what instead, with status and headers, or None."""

    def __init__(self) -> None:
        self.fails: Callable[[dict[str, Any]], tuple[int, dict[str, str]] | None] = lambda asked: (
            None
        )
        self.taken: list[dict[str, Any]] = []
        self.refused: list[str] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self._proven():
                    return
                failure = stand_in.fails(asked)
                if self.path != "/v2/notifications/email":
                    self._answers(404, {"errors": [{"error": "NotFound", "message": self.path}]})
                elif failure is not None:
                    status, headers = failure
                    error = {"error": "Error", "message": asked["email_address"]}
                    self._answers(status, {"status_code": status, "errors": [error]}, headers)
                else:
                    stand_in.taken.append(asked)
                    self._answers(201, {"id": str(uuid.uuid4()), "reference": asked["reference"]})

            def do_GET(self) -> None:
                if self._proven():
                    reference = parse_qs(urlsplit(self.path).query)["reference"][0]
                    found = [one for one in stand_in.taken if one["reference"] == reference]
                    self._answers(200, {"notifications": found, "links": {}})

            def _proven(self) -> bool:
                kind, _, token = self.headers.get("Authorization", "").partition(" ")
                try:
                    claims = jwt.decode(
                        token,
                        SECRET,
                        algorithms=["HS256"],
                        options={"require": ["iat", "iss"], "verify_iat": True},
                        leeway=30,
                    )
                except jwt.InvalidTokenError as error:
                    stand_in.refused.append(str(error))
                    self._answers(403, {"errors": [{"error": "AuthError", "message": "Invalid"}]})
                    return False
                if kind != "Bearer" or claims["iss"] != SERVICE:
                    self._answers(403, {"errors": [{"error": "AuthError", "message": "Invalid"}]})
                    return False
                return True

            def _answers(
                self, status: int, body: Any, headers: dict[str, str] | None = None
            ) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
