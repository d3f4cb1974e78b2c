"""Another system's webhook receiver: a real HTTP server that answers as it is told. Asserts nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire, and the status it was answered with."""

    headers: Mapping[str, str]
    body: bytes
    status: int
    path: str = ""

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


Answer = Callable[[int], "int | tuple[int, dict[str, str]]"]
"""What to answer the n-th request with, counted from 0."""


class Receiver:
    """Listens on this machine, keeps what comes, and answers with what `answer` says."""

    def __init__(self, answer: Answer = lambda number: 204) -> None:
        self.answer = answer
        self.most_refusals: int | None = None
        """How often one delivery may be refused before it is accepted whatever `answer` says."""
        self.received: list[Received] = []
        self._lock = threading.Lock()
        self.is_dead = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver._take(dict(self.headers.items()), body, self.path)
                if receiver.is_dead:
                    self.close_connection = True  # taken in, and nobody hears that it was
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._handler = Handler
        self._listen(0)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def is_killed(self) -> None:
        """Listen no more; what it was about to answer, it does not answer."""
        self.is_dead = True
        self.close()

    def starts_again(self) -> None:
        """Listen at the same address again, knowing what it knew."""
        self.is_dead = False
        self._listen(self._server.server_address[1])

    def _listen(self, port: int) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def accepted(self) -> list[Received]:
        """What was answered with success, in the order it came."""
        return [one for one in self.received if one.status < 300]

    def heard(self) -> list[str]:
        """The types of the events that were accepted, in order."""
        return [str(one.event["type"]) for one in self.accepted]

    def _take(self, headers: dict[str, str], body: bytes, path: str) -> tuple[int, dict[str, str]]:
        named = {name.lower(): value for name, value in headers.items()}
        with self._lock:
            told = 204 if self._is_refused_enough(named) else self.answer(len(self.received))
            status, extra = told if isinstance(told, tuple) else (told, {})
            self.received.append(Received(named, body, status, path))
        return status, extra

    def _is_refused_enough(self, headers: Mapping[str, str]) -> bool:
        if self.most_refusals is None:
            return False
        refused = [one for one in self.received if one.status >= 300]
        return sum(one.id == headers["webhook-id"] for one in refused) >= self.most_refusals
