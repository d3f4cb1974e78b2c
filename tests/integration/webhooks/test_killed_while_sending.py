"""A thousand deliveries reach a receiver that fails every third time, though the server is killed twice."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.model.webhook_deliveries import SCHEDULE
from engine.webhook_streams import TOGETHER
from tests.acceptance.served import Served
from tests.integration.engine.acme import ORGANISATION, START, diagram, flow, user_task
from tests.integration.webhooks.receiver import Received, Receiver
from webhooks import signatures

NOW = datetime(2026, 12, 24, 10, tzinfo=UTC)
TASKS = tuple(f"task_{number}" for number in range(9))
PROCESS = diagram(
    START
    + '<bpmn:parallelGateway id="all"/>'
    + "".join(user_task(task) + flow("all", task) for task in TASKS)
    + flow("start", "all")
)
INSTANCES = 100
EXPECTED = INSTANCES * (1 + len(TASKS))
UNDER_WAY = 4 * TOGETHER
"""What four streams may have sent and not noted when the server is killed: these alone may come twice."""


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


def fails_three_times_in_ten(number: int) -> int:
    """Answer without a rhythm: one that meets the receiver's would fail every time."""
    return 500 if hashlib.sha256(str(number).encode()).digest()[0] < 0.3 * 256 else 204


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_every_delivery_arrives_in_order_though_the_server_is_killed_twice(
    served: Served, receiver: Receiver
) -> None:
    receiver.answer = fails_three_times_in_ten
    receiver.most_refusals = len(SCHEDULE) - 2  # ten refusals in a row give up, one run in 170
    served.token = served.runs(
        "token", "create", "--organisation", "acme", "--role", "administrator"
    ).strip()
    api = "/api/v1/acme"
    endpoint = {
        "url": receiver.url,
        "event_types": ["process_instance.started", "user_task.created"],
    }
    secret = served.asks("POST", f"{api}/webhook-endpoints", endpoint)["secret"]

    def arrived() -> int:
        return len({one.id for one in receiver.accepted})

    def not_delivered() -> list[object]:
        waiting = [
            served.asks("GET", f"{api}/webhook-deliveries/{one['id']}/attempts")
            for one in served.all_of(f"{api}/webhook-deliveries")
            if one["state"] != "delivered"
        ]
        return [*waiting, *served.all_of(f"{api}/jobs")]

    instances = []
    for number in range(INSTANCES):
        body = {"process_definition_key": "p", "business_key": f"K-{number}"}
        instances.append(served.asks("POST", f"{api}/process-instances", body)["id"])
    until(lambda: arrived() > 50)
    assert arrived() < EXPECTED
    served.is_killed()
    served.starts()

    now, killed_again = NOW, False
    while arrived() < EXPECTED:
        now += timedelta(hours=30)
        assert now < NOW + timedelta(days=90), json.dumps([arrived(), *not_delivered()])
        before = len(receiver.received)
        served.moves_clock_to(now)
        if not killed_again:
            until(lambda before=before: len(receiver.received) > before + 20)
            served.is_killed()
            served.starts()
            killed_again = True
        time.sleep(1.5)  # a change of the clock is noticed within a second
        until(lambda: not served.asks("GET", f"{api}/jobs?state=due")["items"])

    assert killed_again
    everything = served.all_of(f"{api}/webhook-deliveries")
    assert len(everything) == EXPECTED == 1_000
    assert {one["state"] for one in everything} == {"delivered"}
    assert len(receiver.accepted) <= EXPECTED + 2 * UNDER_WAY
    for one in receiver.received:
        sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
        signatures.check([secret], headers=one.headers, body=one.body, now=sent_at)
    heard = _by_instance(receiver)
    for instance in instances:
        events = served.all_of(f"{api}/process-instances/{instance}/history")
        created = [one["element_id"] for one in events if one["kind"] == "user_task_created"]
        assert heard[instance] == [None, *created]


def _by_instance(receiver: Receiver) -> dict[str, list[str | None]]:
    """Return the elements that were heard of, in the order in which each was first accepted."""
    first: dict[str, Received] = {}
    for one in receiver.accepted:
        first.setdefault(one.id, one)
    heard: dict[str, list[str | None]] = {}
    for one in first.values():
        heard.setdefault(one.event["subject"], []).append(one.event["data"].get("element_id"))
    return heard
