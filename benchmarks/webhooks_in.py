"""What taking in a signed webhook costs the server, beside a bare Flask view that checks as much.

Both servers run in processes of their own (waitress, 4 threads); only their own CPU time is counted.
Ours looks up the source and its secret, maps the payload, starts a procedure, writes a receipt and
commits to SQLite; the rival checks the signature and answers.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flask import Flask, request
from waitress import create_server

from benchmarks.result import Result
from engine import deployments, webhook_sources
from engine.model.actors import system_actor
from engine.model.clock import SystemClock
from engine.process_engine import ProcessEngine
from tests.integration.api.world import SECRET_KEY, World, content
from web.app import create_app
from web.settings import Environment, Settings
from webhooks import signatures
from webhooks.deliver import SignedWebhooks

REQUESTS = 100
BATCHES = 4
WARM_UP = 30
MOST_CPU_MS = 20.0
SOURCE = b"""
webhook_sources:
  - id: generic
    description: Any system that signs by Standard Webhooks
    signature: {scheme: standard_webhooks}
    start:
      process: harm
      business_key: = body.data.reference
"""


def run() -> list[Result]:
    """Measure both; the bar is one for each request of ours."""
    with tempfile.TemporaryDirectory() as folder:
        ours = _measure(_serve, Path(folder), "/webhooks/town/generic", 202)
        rival = _measure(_serve_bare, Path(folder), "/hook", 204)
    return [
        Result(
            name="a signed webhook in, that starts a procedure: server CPU",
            value=round(ours, 2),
            unit="ms",
            rival=f"a bare Flask view that checks the signature ({rival:.2f} ms)",
            ratio=round(ours / rival, 2),
            bar=f"at most {MOST_CPU_MS:g} ms",
            holds=ours <= MOST_CPU_MS,
        )
    ]


def _measure(
    serve: Callable[[Path, Connection], None], folder: Path, path: str, expected: int
) -> float:
    """Return the server's CPU milliseconds for a request, of the fastest batch."""
    with _server(serve, folder) as (ask, port, secret):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        numbers = iter(range(10_000_000))

        def send(times: int) -> None:
            for _ in range(times):
                number = next(numbers)
                body = json.dumps({"data": {"reference": f"B-{number}"}}).encode()
                headers = signatures.signed_headers(
                    [secret], webhook_id=f"msg_{number}", sent_at=datetime.now(UTC), body=body
                )
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != expected:
                    raise RuntimeError(f"{answer.status} {text.decode()}")

        send(WARM_UP)
        batches = []
        for _ in range(BATCHES):
            before = ask("cpu")
            send(REQUESTS)
            batches.append((ask("cpu") - before) * 1000 / REQUESTS)
        connection.close()
    return float(min(batches))


@contextmanager
def _server(
    serve: Callable[[Path, Connection], None], folder: Path
) -> Iterator[tuple[Any, int, str]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(folder, theirs), daemon=True
    )
    process.start()
    port, secret = ours.recv()

    def ask(question: str) -> Any:
        ours.send(question)
        return ours.recv()

    try:
        yield ask, port, secret
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, control: Connection) -> None:
    world = World.open(folder / "remit.db")
    engine = ProcessEngine(
        store=world.engine.store,
        clock=SystemClock(),
        handlers=world.engine.handlers,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
    )
    by = system_actor("town")
    files = content("town")
    deployments.deploy(
        engine, by=by, files={**files, "organisation.yaml": files["organisation.yaml"] + SOURCE}
    )
    secret = webhook_sources.set_secret(engine, by=by, source="generic")
    settings = Settings(secret_key=SECRET_KEY, environment=Environment.TEST)
    _listen(create_app(engine, settings), secret, control)


def _serve_bare(folder: Path, control: Connection) -> None:
    app, secret = Flask("bare"), signatures.new_secret()

    @app.post("/hook")
    def hook() -> tuple[str, int]:
        signatures.check(
            [secret],
            headers=dict(request.headers),
            body=request.get_data(),
            now=datetime.now(UTC),
        )
        return "", 204

    _listen(app, secret, control)


def _listen(app: Flask, secret: str, control: Connection) -> None:
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    control.send((server.effective_port, secret))
    while True:
        control.recv()
        control.send(time.process_time())


if __name__ == "__main__":
    for result in run():
        print(result)
