"""The local executor delivers what is due, soon and in order, and loses nothing when it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from engine import jobs
from engine.executors.local import LocalExecutor
from engine.model.identifiers import new_id
from engine.model.service_tasks import ServiceResult
from tests.integration.engine.acme import (
    END,
    START,
    Acme,
    RecordingHandler,
    boundary_timer,
    diagram,
    flow,
    service_task,
    user_task,
)

CALLS_OUT = diagram(
    START
    + service_task("call", "call_out")
    + user_task("ask")
    + END
    + flow("start", "call", "ask", "end")
)


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds, in a world of real threads."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.01)


@pytest.fixture
def running(acme: Acme) -> Iterator[Acme]:
    executor = LocalExecutor(tick_seconds=0.05)
    acme.engine.executor = executor
    executor.start(acme.engine, partial(jobs.run_job, acme.engine))
    yield acme
    executor.stop(grace=5)


def test_a_service_task_is_done_right_after_the_commit(running: Acme) -> None:
    running.deploy(p_bpmn=CALLS_OUT)
    running.start()
    eventually(lambda: set(running.open_tasks()) == {"ask"})


def test_a_timer_fires_once_the_clock_has_passed_it(running: Acme) -> None:
    running.deploy(
        p_bpmn=diagram(
            START
            + user_task("ask")
            + boundary_timer("late", "ask", "P1D")
            + user_task("chase", 'camunda:candidateGroups="head"')
            + END
            + '<bpmn:endEvent id="end2" name="end2"/>'
            + flow("start", "ask", "end")
            + flow("late", "chase", "end2")
        )
    )
    running.start()
    running.clock.move_to(running.clock.now().replace(day=26))
    eventually(lambda: set(running.open_tasks()) == {"ask", "chase"})


def test_no_two_jobs_of_one_instance_run_at_the_same_time(
    running: Acme, outside: RecordingHandler
) -> None:
    parallel = [f"call{n}" for n in range(4)]
    body = START + '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>' + END
    body += flow("start", "fork") + flow("join", "end")
    for name in parallel:
        body += service_task(name, "call_out") + flow("fork", name, "join")
    running.deploy(p_bpmn=diagram(body))
    inside, most, lock = 0, 0, threading.Lock()

    def count(request: object) -> ServiceResult:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return ServiceResult()

    outside.answer = count
    instance = running.start()
    eventually(lambda: running.instance(instance.id).ended_at is not None)
    assert len(outside.requests) == 4
    assert most == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # one owner there only
def test_what_a_dead_process_was_working_on_is_taken_up_at_the_next_start(acme: Acme) -> None:
    acme.deploy(p_bpmn=CALLS_OUT)
    acme.start()
    (job,) = acme.jobs()
    now = acme.clock.now()
    with acme.engine.transaction("acme") as tx:
        tx.jobs.claim(job.id, new_id(), now=now, until=now + jobs.LEASE)
    executor = LocalExecutor(tick_seconds=0.05)
    acme.engine.executor = executor
    executor.start(acme.engine, partial(jobs.run_job, acme.engine))
    try:
        eventually(lambda: set(acme.open_tasks()) == {"ask"})
    finally:
        executor.stop(grace=5)
