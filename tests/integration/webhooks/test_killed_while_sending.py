"""A thousand deliveries reach a receiver that fails every third time, though the server is killed twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.served import Served
from tests.integration.engine.acme import END, ORGANISATION, START, diagram, flow, user_task
from tests.integration.webhooks.receiver import Received, Receiver
from webhooks import signatures

NOW = datetime(2026, 12, 24, 10, tzinfo=UTC)
TASKS = ("one", "two", "three", "four")
PROCESS = diagram(
    START + "".join(user_task(t) for t in TASKS) + END + flow("start", *TASKS, "end")
)
EVENTS = ["process_instance.started", "user_task.created", "user_task.completed"]
INSTANCES = 112
EXPECTED = INSTANCES * (1 + 2 * len(TASKS))
THREADS = 4
"""Requests that may be under way when the server is killed: these alone may come twice."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "content" / "bpmn" / "acme"
    folder.mkdir(parents=True)
    (tmp_path / "content" / "dmn").mkdir()
    (folder / "organisation.yaml").write_text(ORGANISATION)
    (folder / "p.bpmn").write_bytes(PROCESS)
    served = Served(tmp_path, NOW)
    served.environment["REMIT_CONTENT"] = str(tmp_path / "content")
    served.starts()
    yield served
    served.is_killed()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_every_delivery_arrives_in_order_though_the_server_is_killed_twice(
    served: Served, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 500 if number % 10 in (1, 4, 7) else 204
    served.token = served.runs(
        "token", "create", "--organisation", "acme", "--role", "administrator"
    ).strip()
    api = "/api/v1/acme"
    made = served.asks(
        "POST", f"{api}/webhook-endpoints", {"url": receiver.url, "event_types": EVENTS}
    )

    for number in range(INSTANCES):
        if number == INSTANCES // 2:
            assert receiver.received
            served.is_killed()
            served.starts()
        body = {"process_definition_key": "p", "business_key": f"K-{number}", "variables": {}}
        instance = served.asks("POST", f"{api}/process-instances", body)["id"]
        for _ in TASKS:
            where = f"{api}/user-tasks?state=open&process_instance_id={instance}"
            [task] = served.asks("GET", where)["items"]
            served.asks("POST", f"{api}/user-tasks/{task['id']}/complete", {"variables": {}})

    def delivered() -> int:
        return len({one.id for one in receiver.accepted})

    now, killed = NOW, False
    while delivered() < EXPECTED:
        now += timedelta(hours=25)
        assert now < NOW + timedelta(days=60), f"{delivered()} of {EXPECTED} have arrived"
        before = len(receiver.received)
        served.moves_clock_to(now)
        until(lambda before=before: len(receiver.received) > before + 5 or delivered() == EXPECTED)
        if not killed:
            served.is_killed()
            served.starts()
            killed = True
        time.sleep(2)

    def states() -> set[str]:
        return {one["state"] for one in served.all_of(f"{api}/webhook-deliveries")}

    until(lambda: states() == {"delivered"})
    assert len(served.all_of(f"{api}/webhook-deliveries")) == EXPECTED
    assert EXPECTED > 1_000
    assert len(receiver.accepted) <= EXPECTED + 2 * THREADS
    for one in receiver.received:
        sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
        signatures.check([made["secret"]], headers=one.headers, body=one.body, now=sent_at)
    for heard in _by_instance(receiver).values():
        assert heard == ["process_instance.started"] + [
            f"user_task.{what} {task}" for task in TASKS for what in ("created", "completed")
        ]


def _by_instance(receiver: Receiver) -> dict[str, list[str]]:
    """Return what was heard of each instance, in the order in which it was first accepted."""
    first: dict[str, Received] = {}
    for one in receiver.accepted:
        first.setdefault(one.id, one)
    heard: dict[str, list[str]] = {}
    for one in first.values():
        event = one.event
        words = " ".join(filter(None, (event["type"], event["data"].get("element_id"))))
        heard.setdefault(event["subject"], []).append(words)
    return heard
