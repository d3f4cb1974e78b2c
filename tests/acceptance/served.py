"""Remit as a person runs it: a process of its own, spoken to over HTTP. Asserts nothing."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
REMIT = Path(sys.executable).with_name("remit")
SECONDS_TO_START = 60
SECONDS_TO_ANSWER = 30


class NotAnswering(Exception):
    """The server died, or was not there, while it was asked something."""


class Served:
    """One server with a database and a test clock of its own in `folder`."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.clock = folder / "clock"
        self.moves_clock_to(now)
        self.port = _free_port()
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("REMIT_")},
            "REMIT_DATABASE_URL": f"sqlite:///{folder / 'remit.db'}",
            "REMIT_TEST_CLOCK": str(self.clock),
            "REMIT_ENVIRONMENT": "test",
            "REMIT_SECRET_KEY": "a secret that only this test knows, and long enough",
            "REMIT_HOST": "127.0.0.1",
            "REMIT_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.token = ""

    def starts(self) -> None:
        """Start the server and wait until it is ready."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [REMIT, "serve", "--demo"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                self.asks("GET", "/health/ready")
            except (NotAnswering, urllib.error.HTTPError) as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    said = (self.folder / "log").read_text(errors="replace")[-3000:]
                    raise AssertionError(f"the server did not start: {said}") from error
                time.sleep(0.05)
            else:
                return

    def is_killed(self) -> None:
        """End the server as a power cut would, at whatever it is doing."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stops(self) -> int:
        """Ask the server to stop, and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=30)

    def runs(self, *arguments: str) -> str:
        """Run a `remit` command against the same database and return what it prints."""
        done = subprocess.run(
            [REMIT, *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"remit {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def moves_clock_to(self, now: datetime) -> None:
        """Set the test clock, in one piece: a reader sees the old instant or the new one."""
        written = self.clock.with_suffix(".new")
        written.write_text(now.astimezone(UTC).isoformat(), encoding="utf-8")
        written.replace(self.clock)

    def asks(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON of an answer; raises HTTPError for a refusal, NotAnswering for none."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:
                text = answer.read()
        except urllib.error.HTTPError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswering from error
        return json.loads(text) if text else None

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Return every item of a paged list."""
        items: list[dict[str, Any]] = []
        token = ""
        while True:
            separator = "&" if "?" in path else "?"
            page = self.asks(
                "GET",
                f"{path}{separator}page_size=200" + (f"&page_token={token}" if token else ""),
            )
            items += page["items"]
            token = page["next_page_token"]
            if not token:
                return items


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
