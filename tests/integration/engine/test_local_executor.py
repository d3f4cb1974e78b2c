"""The local executor delivers what is due, soon and in order, and loses nothing when it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from engine import jobs
from engine.executors.local import THREADS_TO_HANDLERS, LocalExecutor
from engine.model.identifiers import new_id
from engine.model.service_tasks import ServiceRequest, ServiceResult
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


def delivers(acme: Acme, executor: LocalExecutor) -> None:
    acme.engine.executor = executor
    executor.start(
        acme.engine, partial(jobs.run_job, acme.engine), partial(jobs.give_up, acme.engine)
    )


@pytest.fixture
def running(acme: Acme) -> Iterator[Acme]:
    executor = LocalExecutor(tick_seconds=0.05)
    delivers(acme, executor)
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
    delivers(acme, executor)
    try:
        eventually(lambda: set(acme.open_tasks()) == {"ask"})
    finally:
        executor.stop(grace=5)


def answers_then(told: threading.Event) -> ServiceResult:
    """Keep the engine waiting until a test lets go."""
    told.wait(30)
    return ServiceResult()


HANGS = diagram(
    START
    + service_task("call", "call_out")
    + boundary_timer("late", "call", "PT1H")
    + user_task("chase", 'camunda:candidateGroups="head"')
    + user_task("ask")
    + END
    + '<bpmn:endEvent id="end2" name="end2"/>'
    + flow("start", "call", "ask", "end")
    + flow("late", "chase", "end2")
)


def test_a_timer_of_an_instance_fires_while_its_handler_does_not_answer(
    running: Acme, outside: RecordingHandler
) -> None:
    answers = threading.Event()
    outside.answer = lambda request: answers_then(answers)
    running.deploy(p_bpmn=HANGS)
    running.start()
    try:
        eventually(lambda: len(outside.requests) == 1)
        running.clock.move_to(running.clock.now() + timedelta(hours=2))
        eventually(lambda: set(running.open_tasks()) == {"chase"})
        answers.set()
        eventually(lambda: set(running.open_tasks()) == {"chase", "ask"})
    finally:
        answers.set()


def test_a_handler_that_never_answers_has_failed_and_keeps_nobody_waiting(
    acme: Acme, outside: RecordingHandler
) -> None:
    answers = threading.Event()

    def answer(request: ServiceRequest) -> ServiceResult:
        if request.business_key.startswith("stuck"):
            answers.wait(30)
        return ServiceResult()

    outside.answer = answer
    acme.deploy(p_bpmn=CALLS_OUT)
    executor = LocalExecutor(tick_seconds=0.05, patience_seconds=0.5)
    delivers(acme, executor)
    try:
        for number in range(2 * THREADS_TO_HANDLERS):
            acme.start(business_key=f"stuck-{number}")
        prompt = acme.start(business_key="prompt")
        eventually(lambda: [t.business_key for t in acme.open_tasks().values()] == ["prompt"])
        eventually(lambda: {job.attempts for job in acme.jobs()} == {1})
        assert {job.last_error for job in acme.jobs()} == {
            "TimeoutError: The handler did not answer in time."
        }
        before = acme.jobs()
        answers.set()  # too late: nobody listens any more
        time.sleep(0.3)
        assert acme.jobs() == before
        assert acme.instance(prompt.id).ended_at is None
        acme.clock.move_to(acme.clock.now() + timedelta(minutes=1))  # tried again, and answered
        eventually(lambda: acme.jobs() == ())
    finally:
        answers.set()
        executor.stop(grace=5)


def test_stopping_does_not_wait_for_a_handler_that_never_answers(
    acme: Acme, outside: RecordingHandler
) -> None:
    answers = threading.Event()
    outside.answer = lambda request: answers_then(answers)
    acme.deploy(p_bpmn=CALLS_OUT)
    executor = LocalExecutor(tick_seconds=0.05)
    delivers(acme, executor)
    try:
        acme.start()
        eventually(lambda: len(outside.requests) == 1)
        before = time.monotonic()
        executor.stop(grace=0.2)
        assert time.monotonic() - before < 5
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "handlers")
    finally:
        answers.set()
