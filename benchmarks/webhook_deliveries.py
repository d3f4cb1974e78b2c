"""How many webhooks a second reach a fast receiver on this machine, each signed, logged and durable.

The receiver is a process of its own; the service delivers as it does everywhere: threads, SQLite
with durable commits, one attempt and one row of the log for each delivery. The rival is the same
way out sending the same bodies from as many threads, with no database at all.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.result import Result
from engine import deployments, jobs, process_instances, webhook_deliveries, webhook_endpoints
from engine.executors.local import THREADS_OUTWARD, LocalExecutor
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import SystemClock
from engine.model.pages import PageRequest
from engine.model.webhook_deliveries import DeliveryState
from engine.model.webhook_endpoints import EventType
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.engine.acme import ORGANISATION, START, diagram, flow, user_task
from webhooks.deliver import SignedWebhooks

TASKS = tuple(f"task_{number}" for number in range(9))
PROCESS = diagram(
    START
    + '<bpmn:parallelGateway id="all"/>'
    + "".join(user_task(task) + flow("all", task) for task in TASKS)
    + flow("start", "all")
)
INSTANCES = 300
DELIVERIES = INSTANCES * (1 + len(TASKS))
BAR = 500
SECRET_KEY = "a secret key of the benchmark alone, 0123456789"
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


def run() -> list[Result]:
    """Measure deliveries of many instances to one endpoint, from the executor's start to the last."""
    with tempfile.TemporaryDirectory() as folder, _receiver() as url:
        rate = _delivered(Path(folder), url)
        bare = _bare(url)
    return [
        Result(
            name=f"{DELIVERIES:,} webhooks to a fast receiver",
            value=round(rate),
            unit="deliveries/s",
            rival="sending without a database",
            ratio=round(rate / bare, 2),
            bar=f"at least {BAR} deliveries/s",
            holds=rate >= BAR,
        )
    ]


def _delivered(folder: Path, url: str) -> float:
    store = Store(f"sqlite:///{folder / 'remit.db'}")
    store.upgrade()
    engine = ProcessEngine(
        store=store,
        clock=SystemClock(),
        handlers=HANDLERS,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
    )
    by = system_actor("acme")
    files = {"organisation.yaml": ORGANISATION.encode(), "p.bpmn": PROCESS}
    deployments.deploy(engine, by=by, files=files)
    kinds = [EventType.PROCESS_INSTANCE_STARTED, EventType.USER_TASK_CREATED]
    webhook_endpoints.create(engine, by=by, url=url, event_types=kinds)
    for number in range(INSTANCES):
        process_instances.start(
            engine,
            by=by,
            process_definition_key="p",
            business_key=f"K-{number}",
            variables={},
        )
    executor = LocalExecutor()
    began = time.monotonic()
    executor.start(engine, partial(jobs.run_job, engine), partial(jobs.give_up, engine))
    while jobs.earliest_due(engine) is not None:
        time.sleep(0.02)
    took = time.monotonic() - began
    executor.stop(10)
    pending = webhook_deliveries.listing(
        engine, by=by, page=PageRequest(1), state=DeliveryState.PENDING
    )
    assert not pending.items
    store.close()
    return DELIVERIES / took


def _bare(url: str) -> float:
    sender = SignedWebhooks(lambda: SECRET_KEY, insecure=True)
    sealed = [sender.seal(sender.new_secret())]
    body = json.dumps({"data": "x" * 400})

    def send(number: int) -> None:
        reply = sender.send(
            url, body, webhook_id=str(number), sealed=sealed, hosts=(), now=datetime.now(UTC)
        )
        assert reply.is_success

    began = time.monotonic()
    with ThreadPoolExecutor(THREADS_OUTWARD) as pool:
        list(pool.map(send, range(DELIVERIES)))
    return DELIVERIES / (time.monotonic() - began)


@contextmanager
def _receiver() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_receive, args=(theirs,), daemon=True)
    process.start()
    port = ours.recv()
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.terminate()
        process.join()


def _receive(told: Connection) -> None:
    """Answer every request at once, on connections that stay open."""

    class Receiver(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport, self._read = transport, b""

        def data_received(self, data: bytes) -> None:
            self._read += data
            while True:
                head, found, rest = self._read.partition(b"\r\n\r\n")
                if not found:
                    return
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                if len(rest) < length:
                    return
                self._read = rest[length:]
                self._transport.write(ANSWER)  # type: ignore[attr-defined]

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())
