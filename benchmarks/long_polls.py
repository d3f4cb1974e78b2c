"""What a hundred waiting workers cost the server, and how soon a new task reaches one of them.

The server runs in a process of its own (waitress, SQLite with durable commits); only its own CPU
time is counted.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import select
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.result import Result
from tests.integration.engine_rest.council import Council, served

WORKERS = 100
POLL_SECONDS = 30
"""What Camunda's own Python client asks for."""

TASKS = 20
MOST_CORE = 0.05
MOST_SECONDS = 0.1
TOPIC = {"topicName": "assess", "lockDuration": 60_000}


def run() -> list[Result]:
    """Measure workers through one whole wait, asking again at its end included."""
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as (ask, port, headers):
        workers = [_Worker(port, headers, number) for number in range(WORKERS)]
        cost = _idle(ask, workers)
        median = statistics.median(_one_task(ask, workers) for _ in range(TASKS))
    return [
        Result(
            name=f"{WORKERS} workers waiting: server CPU",
            value=round(cost * 100, 2),
            unit="% of a core",
            rival="the bar",
            ratio=round(MOST_CORE / cost, 2),
            bar=f"at most {MOST_CORE:.0%} of a core",
            holds=cost <= MOST_CORE,
        ),
        Result(
            name="a new task reaches one of them: median",
            value=round(median * 1000, 1),
            unit="ms",
            rival="the bar",
            ratio=round(MOST_SECONDS / median, 2),
            bar=f"at most {MOST_SECONDS * 1000:g} ms",
            holds=median <= MOST_SECONDS,
        ),
    ]


class _Worker:
    """A worker with one connection; it asks again each time it is answered."""

    def __init__(self, port: int, headers: dict[str, str], number: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {**headers, "Content-Type": "application/json"}
        self._body = json.dumps(
            {
                "workerId": f"worker {number}",
                "maxTasks": 1,
                "asyncResponseTimeout": POLL_SECONDS * 1000,
                "topics": [TOPIC],
            }
        )
        self.asks()

    def asks(self) -> None:
        path = "/engine-rest/external-task/fetchAndLock"
        self._connection.request("POST", path, self._body, self._headers)

    def fileno(self) -> int:
        return self._connection.sock.fileno()

    def gets(self) -> Any:
        answer = self._connection.getresponse()
        return json.loads(answer.read())


def _idle(ask: Any, workers: list[_Worker]) -> float:
    """Return the share of a core that the server takes while every worker waits once to the end."""
    _all_wait(ask)
    began, before = time.monotonic(), ask("cpu")
    for worker in workers:
        assert worker.gets() == []
        worker.asks()
    _all_wait(ask)
    return float(ask("cpu") - before) / (time.monotonic() - began)


def _one_task(ask: Any, workers: list[_Worker]) -> float:
    """Return the seconds from a start's commit until a worker has the task."""
    ask("start")
    began = time.monotonic()
    [ready, *_], _, _ = select.select(workers, [], [])
    taken = time.monotonic() - began
    [task] = ready.gets()
    assert task["topicName"] == "assess"
    ready.asks()
    _all_wait(ask)
    return taken


def _all_wait(ask: Any) -> None:
    while ask("waiting") != WORKERS:
        time.sleep(0.01)


@contextmanager
def _server(folder: Path) -> Iterator[tuple[Any, int, dict[str, str]]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(folder / "remit.db", theirs), daemon=True
    )
    process.start()
    port, headers = ours.recv()

    def ask(question: str) -> Any:
        ours.send(question)
        return ours.recv()

    try:
        yield ask, port, headers
    finally:
        ours.send("stop")
        process.join(10)


def _serve(database: Path, asked: Connection) -> None:
    council = Council.open(database)
    with served(council) as live:
        asked.send((live.port, council.headers))
        while (question := asked.recv()) != "stop":
            match question:
                case "cpu":
                    asked.send(time.process_time())
                case "waiting":
                    asked.send(len(live.room))
                case "start":
                    asked.send(council.starts())
