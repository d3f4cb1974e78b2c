"""A receiver that takes its time holds up its own deliveries and nothing else."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from functools import partial

from engine import jobs, webhook_endpoints
from engine.executors.local import THREADS_OUTWARD, LocalExecutor
from engine.model.webhook_endpoints import EventType
from tests.integration.engine.acme import (
    END,
    START,
    Acme,
    boundary_timer,
    diagram,
    flow,
    user_task,
)
from tests.integration.webhooks.receiver import Receiver

LATE = diagram(
    START
    + user_task("ask")
    + boundary_timer("late", "ask", "PT1H", interrupting=True)
    + END
    + flow("start", "ask", "end")
    + flow("late", "end")
)


def test_timers_fire_while_every_receiver_keeps_us_waiting(acme: Acme, receiver: Receiver) -> None:
    answers = threading.Event()
    # Asked while the receiver counts the request, so that no more than one is let in at a time.
    receiver.answer = lambda number: 204 if answers.wait(30) else 500
    acme.deploy(p_bpmn=LATE)
    webhook_endpoints.create(
        acme.engine,
        by=acme.by,
        url=receiver.url,
        event_types=[EventType.PROCESS_INSTANCE_STARTED],
    )
    started = [acme.start(business_key=f"A-{n}") for n in range(2 * THREADS_OUTWARD)]
    executor = LocalExecutor(threads=1, tick_seconds=0.05)
    executor.start(
        acme.engine, partial(jobs.run_job, acme.engine), partial(jobs.give_up, acme.engine)
    )
    try:
        time.sleep(0.5)  # all the threads for webhooks are waiting now
        acme.clock.move_to(acme.clock.now() + timedelta(hours=2))
        until = time.monotonic() + 5
        while acme.open_tasks() and time.monotonic() < until:
            time.sleep(0.05)
        assert acme.open_tasks() == {}
        assert receiver.received == []
        answers.set()
        until = time.monotonic() + 20
        while len(receiver.accepted) < len(started) and time.monotonic() < until:
            time.sleep(0.05)
        assert len(receiver.accepted) == len(started)
    finally:
        answers.set()
        executor.stop(10)
