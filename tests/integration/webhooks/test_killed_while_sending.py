"""A thousand deliveries reach a receiver that fails every third time, though the server is killed twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.model.webhook_deliveries import SCHEDULE
from tests.acceptance.served import Served
from tests.integration.engine.acme import ORGANISATION, START, diagram, flow, user_task
from tests.integration.webhooks.hard_times import (
    NOW,
    UNDER_WAY,
    by_instance,
    council,
    distinct,
    fails_three_times_in_ten,
    until,
)
from tests.integration.webhooks.receiver import Receiver
from webhooks import signatures

TASKS = tuple(f"task_{number}" for number in range(9))
PROCESS = diagram(
    START
    + '<bpmn:parallelGateway id="all"/>'
    + "".join(user_task(task) + flow("all", task) for task in TASKS)
    + flow("start", "all")
)
INSTANCES = 100
EXPECTED = INSTANCES * (1 + len(TASKS))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = council(tmp_path, {"organisation.yaml": ORGANISATION, "p.bpmn": PROCESS})
    yield served
    served.is_killed()


def test_every_delivery_arrives_in_order_though_the_server_is_killed_twice(
    served: Served, receiver: Receiver
) -> None:
    receiver.answer = fails_three_times_in_ten
    receiver.most_refusals = len(SCHEDULE) - 2  # ten refusals in a row give up, one run in 170
    api = "/api/v1/acme"
    endpoint = {
        "url": receiver.url,
        "event_types": ["process_instance.started", "user_task.created"],
    }
    secret = served.asks("POST", f"{api}/webhook-endpoints", endpoint)["secret"]

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
    until(lambda: distinct(receiver) > 50)
    assert distinct(receiver) < EXPECTED
    served.is_killed()
    served.starts()

    now, killed_again = NOW, False
    while distinct(receiver) < EXPECTED:
        now += timedelta(hours=30)
        assert now < NOW + timedelta(days=90), json.dumps([distinct(receiver), *not_delivered()])
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
    heard = by_instance(receiver)
    for instance in instances:
        events = served.all_of(f"{api}/process-instances/{instance}/history")
        created = [one["element_id"] for one in events if one["kind"] == "user_task_created"]
        assert heard[instance] == [None, *created]
