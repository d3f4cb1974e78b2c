"""Workers that wait: without a thread each, woken at once, released when they go away."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.engine_rest.council import Council, Live, served

WORKERS = 100
THREADS = 2
LONG = 10.0
"""Seconds: half of what a poll waits when nothing wakes it, and much on a busy machine."""


class Worker:
    """A worker with one connection that asks and waits."""

    def __init__(self, live: Live, name: str, *, seconds: float = 20, **topic: Any) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)
        asked = {
            "workerId": name,
            "maxTasks": 1,
            "asyncResponseTimeout": round(seconds * 1000),
            "topics": [{"topicName": "assess", "lockDuration": 60_000, **topic}],
        }
        self.connection.request(
            "POST",
            "/engine-rest/external-task/fetchAndLock",
            body=json.dumps(asked),
            headers={"Content-Type": "application/json", **live.council.headers},
        )

    def fileno(self) -> int:
        assert self.connection.sock is not None
        return int(self.connection.sock.fileno())

    def gets(self) -> list[dict[str, Any]]:
        """Wait for the answer and return its tasks."""
        answer = self.connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status == 200, body
        return list(body)

    def goes_away(self) -> None:
        assert self.connection.sock is not None
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()


def wait_for(live: Live, waiting: int, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while len(live.room) != waiting:
        assert time.monotonic() < until, f"{len(live.room)} wait, not {waiting}"
        time.sleep(0.005)


def test_a_poll_without_tasks_is_answered_empty_when_its_time_is_over(live: Live) -> None:
    began = time.monotonic()
    assert Worker(live, "w1", seconds=0.4).gets() == []
    assert 0.4 <= time.monotonic() - began < LONG


def test_a_poll_that_asks_for_no_time_is_answered_at_once(live: Live) -> None:
    began = time.monotonic()
    assert Worker(live, "w1", seconds=0).gets() == []
    assert time.monotonic() - began < LONG


def test_a_hundred_wait_beside_two_threads_and_a_new_task_reaches_one_soon(
    council: Council,
) -> None:
    with served(council, threads=THREADS) as live:
        workers = [Worker(live, f"w{number}") for number in range(WORKERS)]
        wait_for(live, WORKERS)
        # The service still answers others, on the same two threads.
        assert _asks(live, "/engine-rest/version") == 200
        for number in range(5):
            council.starts(business_key=f"A-{number}")
            # How soon is measured in benchmarks/long_polls.py; one that nobody woke waits for 20.
            [served_one], _, _ = select.select(workers, [], [], LONG)
            workers.remove(served_one)
            [task] = served_one.gets()
            assert task["businessKey"] == f"A-{number}"
        wait_for(live, WORKERS - 5)
        for worker in workers:
            worker.goes_away()


def test_a_client_that_goes_away_waits_no_longer_and_takes_no_task(live: Live) -> None:
    gone, there = Worker(live, "gone"), None
    wait_for(live, 1)
    gone.goes_away()
    wait_for(live, 0)
    there = Worker(live, "there")
    wait_for(live, 1)
    live.council.starts()
    [task] = there.gets()
    assert task["workerId"] == "there"


def test_a_task_of_another_topic_or_council_wakes_nobody(live: Live) -> None:
    worker = Worker(live, "w1", seconds=0.8)
    wait_for(live, 1)
    Council(live.council.world, organisation="port").starts()
    assert worker.gets() == []


def test_one_that_wants_another_business_key_lets_the_next_have_the_task(live: Live) -> None:
    choosy = Worker(live, "choosy", businessKey="A-9")
    wait_for(live, 1)
    other = Worker(live, "other")
    wait_for(live, 2)
    live.council.starts(business_key="A-1")
    [task] = other.gets()
    assert task["workerId"] == "other"
    wait_for(live, 1)
    live.council.starts(business_key="A-9")
    [task] = choosy.gets()
    assert task["workerId"] == "choosy"


def test_tasks_of_one_step_wake_as_many_workers(live: Live) -> None:
    workers = [Worker(live, f"w{number}") for number in range(3)]
    wait_for(live, 3)
    for number in range(3):
        live.council.starts(business_key=f"A-{number}")
    began = time.monotonic()
    assert sorted(worker.gets()[0]["businessKey"] for worker in workers) == ["A-0", "A-1", "A-2"]
    assert time.monotonic() - began < LONG


@pytest.mark.parametrize("how", ["time", "unlock"])
def test_a_task_that_is_free_again_wakes_who_waits(live: Live, how: str) -> None:
    live.council.starts()
    [task] = live.council.fetches("first")
    worker = Worker(live, "second")
    wait_for(live, 1)
    if how == "unlock":
        live.council.post(f"/external-task/{task['id']}/unlock")
    else:
        live.council.world.passes(timedelta(seconds=10))
    [again] = worker.gets()
    assert again["id"] == task["id"]


def test_a_connection_is_used_again_after_waiting(live: Live) -> None:
    worker = Worker(live, "w1", seconds=0.3)
    assert worker.gets() == []
    connection = worker.connection
    connection.request("GET", "/engine-rest/version", headers=live.council.headers)
    answer = connection.getresponse()
    assert json.loads(answer.read()) == {"version": "7.23.0"}


def test_a_token_that_is_revoked_while_its_worker_waits_gets_no_task(live: Live) -> None:
    system = Council(live.council.world, role="system")
    worker = Worker(Live(system, live.port, live.room), "w1")
    wait_for(live, 1)
    _revoke(system)
    live.council.starts()
    answer = worker.connection.getresponse()
    assert answer.status == 401
    assert len(live.council.fetches()) == 1


def test_tasks_that_come_while_workers_ask_reach_one_each(live: Live) -> None:
    fetched: list[str] = []

    def work(name: str) -> None:
        while tasks := Worker(live, name, seconds=1.5).gets():
            fetched.extend(task["id"] for task in tasks)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for number in range(40):
        live.council.starts(business_key=f"A-{number}")
    for thread in threads:
        thread.join(30)
    assert len(fetched) == 40
    assert len(set(fetched)) == 40


def _revoke(council: Council) -> None:
    from engine import tokens
    from engine.model.actors import system_actor

    by = system_actor("town")
    for token in tokens.listing(council.engine, by=by):
        if token.role == council.role:
            tokens.revoke(council.engine, by=by, token_id=token.id)


def _asks(live: Live, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request("GET", path, headers=live.council.headers)
    return connection.getresponse().status
