"""One scenario file, driven over REST by somebody who asks again when nobody answers."""

from __future__ import annotations

import time
import urllib.error
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.acceptance.served import NotAnswering, Served
from web.scenarios.reading import read_scenario
from web.scenarios.scenario import Complete, MoveClock, Scenario, SendMessage

DERBY = Path(__file__).resolve().parents[1] / "procedures" / "derby"
SECONDS_TO_COME_ABOUT = 300
"""Twenty restarts fit into it, on a machine that does much else."""

T = TypeVar("T")


def scenario_of_derby(name: str) -> Scenario:
    """Return one of Derby's scenarios by its file name."""
    return read_scenario(DERBY / f"{name}.yaml", zones={"derby": ZoneInfo("Europe/London")})


@dataclass
class Journey:
    """A scenario on its way. `instance_id` is known once it has begun."""

    served: Served
    scenario: Scenario
    instance_id: str = ""
    steps_done: int = 0
    finished: bool = False
    _asked: tuple[int, str] | None = field(default=None, init=False)

    def goes_to_its_end(self) -> None:
        """Start the procedure, do every step, move the clock; wait for what follows each time."""
        self.instance_id = self._insists(self._begin)
        for step in self.scenario.steps:
            match step:
                case Complete():
                    self._insists(lambda step=step: self._complete(step))
                case MoveClock():
                    assert step.to is not None
                    self.served.moves_clock_to(step.to)
                    self._waits_until_nothing_is_due()
            self.steps_done += 1
        self._waits_until_nothing_is_due()
        self.finished = True

    def end_state(self) -> dict[str, Any]:
        """Return what came of it: state, tasks, notices and history, each counted."""
        base = f"/api/v1/derby/process-instances/{self.instance_id}"
        instance = self.served.asks("GET", base)
        tasks = self.served.all_of(
            f"/api/v1/derby/user-tasks?process_instance_id={self.instance_id}"
        )
        history = self.served.all_of(f"{base}/history")
        everything = self.served.all_of("/api/v1/derby/process-instances")
        return {
            "instances": len(everything),
            "state": instance["state"],
            "tasks": Counter((task["element_id"], task["state"]) for task in tasks),
            "history": Counter(
                (event["kind"], event["element_id"], event["at"]) for event in history
            ),
            "notices": Counter(
                (event["data"]["template"], event["data"]["to_role"])
                for event in history
                if event["kind"] == "notice_delivered"
            ),
            # The annual review's own calendar goes on, whatever becomes of an incident.
            "jobs": [
                job
                for job in self.served.all_of("/api/v1/derby/jobs")
                if job["kind"] != "timer_start"
            ],
        }

    def _begin(self) -> str:
        begin = self.scenario.begin
        if isinstance(begin, SendMessage):
            body = {
                "name": begin.name,
                "correlation_key": begin.correlation_key,
                "variables": begin.variables,
            }
            path = "/api/v1/derby/messages"
        else:
            body = {
                "process_definition_key": self.scenario.process,
                "business_key": begin.business_key,
                "variables": begin.variables,
            }
            path = "/api/v1/derby/process-instances"
        try:
            self.served.asks("POST", path, body, {"Idempotency-Key": "the one start"})
        except urllib.error.HTTPError as refusal:
            # The key of a start whose server died is free again after a while, or its answer is lost.
            if refusal.code != 409:
                raise
        (instance,) = self.served.all_of("/api/v1/derby/process-instances")
        return str(instance["id"])

    def _complete(self, step: Complete) -> None:
        tasks = self.served.all_of(
            f"/api/v1/derby/user-tasks?process_instance_id={self.instance_id}"
        )
        of_element = [task for task in tasks if task["element_id"] == step.task]
        waiting = [task for task in of_element if task["state"] == "open"]
        asked_before = self._asked == (self.steps_done, step.task)
        if not waiting:
            if asked_before and any(task["state"] == "completed" for task in of_element):
                return  # it was done, and only its answer was lost
            raise NotAnswering  # not there yet
        self._asked = (self.steps_done, step.task)
        self.served.asks(
            "POST",
            f"/api/v1/derby/user-tasks/{waiting[0]['id']}/complete",
            {"variables": step.values},
        )

    def _waits_until_nothing_is_due(self) -> None:
        def nothing_is_due() -> None:
            if self.served.all_of("/api/v1/derby/jobs?state=due"):
                raise NotAnswering

        # A moved clock is noticed within a second; then what was due is done, and what follows.
        time.sleep(0.05)
        self._insists(nothing_is_due)

    def _insists(self, call: Callable[[], T]) -> T:
        """Ask again until there is an answer: the server may be dead, or not have got there yet."""
        until = time.monotonic() + SECONDS_TO_COME_ABOUT
        while True:
            try:
                return call()
            except (NotAnswering, ValueError) as error:
                if time.monotonic() > until:
                    said = (self.served.folder / "log").read_text(errors="replace")[-2000:]
                    raise AssertionError(f"it did not come about: {call}: {said}") from error
                time.sleep(0.02)
