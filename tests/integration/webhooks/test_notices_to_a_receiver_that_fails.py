"""Notices reach a receiver that fails three times in ten, though it and the server are killed twice."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.model.webhook_deliveries import SCHEDULE
from tests.acceptance.served import Served
from tests.integration.engine.acme import END, ORGANISATION, START, diagram, flow, service_task
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

STEPS = tuple(f"tell_{number}" for number in range(10))
PROCESS = diagram(
    START
    + "".join(service_task(step, "notice", {"template": "late", "to": "head"}) for step in STEPS)
    + END
    + flow("start", *STEPS, "end")
)
TEMPLATE = "---\nsubject: A task is late\n---\n{{ process_instance.business_key }} is late.\n"
EXPECTED = int(os.environ.get("NOTICES_SENT", "200"))
INSTANCES = EXPECTED // len(STEPS)
TIMES_KILLED = 2


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = council(
        tmp_path,
        {
            "organisation.yaml": ORGANISATION + "channels: {head: [webhook]}\n",
            "p.bpmn": PROCESS,
            "templates/late.md": TEMPLATE,
        },
    )
    yield served
    served.is_killed()


def test_every_notice_arrives_once_and_in_order_though_both_sides_are_killed_twice(
    served: Served, receiver: Receiver
) -> None:
    receiver.answer = fails_three_times_in_ten
    # Ten failures in a row give up, and to be dead is one: chance alone must not make ten.
    receiver.most_refusals = len(SCHEDULE) - 1 - TIMES_KILLED
    api = "/api/v1/acme"
    hears = {"url": receiver.url, "event_types": ["notice.queued"]}
    secret = served.asks("POST", f"{api}/webhook-endpoints", hears)["secret"]
    server_killed = receiver_killed = 0

    def server_is_killed() -> None:
        served.is_killed()
        served.starts()

    instances = []
    for number in range(INSTANCES):
        body = {"process_definition_key": "p", "business_key": f"K-{number}"}
        instances.append(served.asks("POST", f"{api}/process-instances", body)["id"])
    until(lambda: distinct(receiver) > EXPECTED // 20)
    assert distinct(receiver) < EXPECTED
    server_is_killed()
    server_killed += 1

    now = NOW
    while distinct(receiver) < EXPECTED:
        now += timedelta(hours=30)
        assert now < NOW + timedelta(days=120), json.dumps(served.all_of(f"{api}/jobs"))
        before = len(receiver.received)
        served.moves_clock_to(now)
        if receiver_killed < TIMES_KILLED:
            until(lambda before=before: len(receiver.received) > before + 5)
            receiver.is_killed()
            receiver_killed += 1
            if server_killed < TIMES_KILLED:
                server_is_killed()
                server_killed += 1
        time.sleep(1.5)  # a change of the clock is noticed within a second
        until(lambda: not served.asks("GET", f"{api}/jobs?state=due")["items"])
        if receiver.is_dead:
            receiver.starts_again()

    assert (server_killed, receiver_killed) == (TIMES_KILLED, TIMES_KILLED)
    served.moves_clock_to(now + timedelta(hours=2))  # who was killed before noting it, looks again
    until(lambda: not served.asks("GET", f"{api}/jobs")["items"])
    told = served.all_of(f"{api}/notices")
    copies = [copy for notice in told for copy in notice["deliveries"]]
    assert len(told) == len(copies) == EXPECTED
    assert {(copy["channel"], copy["state"]) for copy in copies} == {("webhook", "delivered")}
    assert all(copy["attempts"][-1]["outcome"] == "delivered" for copy in copies)
    assert {copy["id"] for copy in copies} == {one.id for one in receiver.accepted}
    notices = {one.event["data"]["notice_id"]: one.id for one in receiver.accepted}
    assert len(notices) == EXPECTED
    assert len(receiver.accepted) <= EXPECTED + (2 * TIMES_KILLED) * UNDER_WAY
    for one in receiver.received:
        sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
        signatures.check([secret], headers=one.headers, body=one.body, now=sent_at)
    heard = by_instance(receiver)
    assert heard == {instance: list(STEPS) for instance in instances}
