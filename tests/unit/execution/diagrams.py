"""Writes small BPMN diagrams and runs them, for the tests of this folder. Asserts nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine import execution
from engine.dmn import DecisionResult
from engine.execution import Execution, Outcome, ProcessSpec, Reference, Surroundings
from engine.feel import Evaluation, Value, from_json
from engine.model.problems import Problem
from engine.model.waits import (
    ServiceTaskWait,
    SubscriptionWait,
    TimerWait,
    UserTaskWait,
    Wait,
    WaitsChange,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions"
 targetNamespace="http://bpmn.io/schema/bpmn">
"""


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    """Return a sequence flow; its id is `source_target`."""
    name = id or f"{source}_{target}"
    if condition is None:
        return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>\n'
    text = condition.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">'
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{text}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>\n"
    )


def flows(*chains: str) -> str:
    """Return the flows along chains such as `start a b end`."""
    written: dict[tuple[str, str], str] = {}
    for chain in chains:
        names = chain.split()
        for source, target in itertools.pairwise(names):
            written[source, target] = flow(source, target)
    return "".join(written.values())


def node(
    kind: str, id: str, attributes: str = "", inside: str = "", name: str | None = None
) -> str:
    """Return an element."""
    shown = id if name is None else name
    return f'<bpmn:{kind} id="{id}" name="{shown}" {attributes}>{inside}</bpmn:{kind}>\n'


def user(*ids: str, attributes: str = "") -> str:
    """Return user tasks."""
    return "".join(node("userTask", id, attributes) for id in ids)


def start_end(start: str = "start", end: str = "end") -> str:
    """Return a plain start and a plain end event."""
    return node("startEvent", start) + node("endEvent", end)


def timer(
    id: str,
    said: str,
    *,
    on: str | None = None,
    interrupting: bool = True,
    kind: str = "timeDuration",
) -> str:
    """Return a timer event: on the boundary of `on`, or in the flow."""
    definition = (
        f'<bpmn:timerEventDefinition id="{id}_def"><bpmn:{kind} '
        f'xsi:type="bpmn:tFormalExpression">{said}</bpmn:{kind}></bpmn:timerEventDefinition>'
    )
    if on is None:
        return node("intermediateCatchEvent", id, inside=definition)
    cancel = "" if interrupting else 'cancelActivity="false"'
    return node("boundaryEvent", id, f'attachedToRef="{on}" {cancel}', definition)


def event(
    kind: str, id: str, of: str, reference: str = "", attributes: str = "", more: str = ""
) -> str:
    """Return an event with a definition such as `message` and what it refers to."""
    named = f'{of}Ref="{reference}"' if reference else ""
    return node(kind, id, attributes, f'{more}<bpmn:{of}EventDefinition id="{id}_def" {named}/>')


def condition(said: str, id: str = "condition") -> str:
    """Return a conditional event definition."""
    text = said.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<bpmn:conditionalEventDefinition id="{id}"><bpmn:condition '
        f'xsi:type="bpmn:tFormalExpression">{text}</bpmn:condition>'
        "</bpmn:conditionalEventDefinition>"
    )


def sub_process(id: str, *parts: str, kind: str = "subProcess", attributes: str = "") -> str:
    """Return a sub-process; loop characteristics come first among its parts."""
    return node(kind, id, attributes, "".join(parts))


def event_sub_process(
    id: str, definition: str, *, interrupting: bool = True, more: str = "", end: str = ""
) -> str:
    """Return an event sub-process with one user task; its elements are named after it."""
    start = node(
        "startEvent",
        f"{id}_start",
        "" if interrupting else 'isInterrupting="false"',
        definition,
    )
    return sub_process(
        id,
        start,
        user(f"{id}_task"),
        end or node("endEvent", f"{id}_end"),
        flows(f"{id}_start {id}_task {id}_end"),
        more,
        attributes='triggeredByEvent="true"',
    )


def extension(inside: str) -> str:
    """Return extension elements."""
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def process(*parts: str, key: str = "p", attributes: str = "", before: str = "") -> str:
    """Return a file with one process; `before` holds messages, signals, errors."""
    return (
        f'{HEAD}{before}<bpmn:process id="{key}" isExecutable="true" {attributes}>\n'
        + "".join(parts)
        + "</bpmn:process></bpmn:definitions>"
    )


def parse(source: str) -> list[ProcessSpec]:
    """Return the processes of a file that must be free of errors."""
    specs, problems = execution.parse(source.encode(), file="test.bpmn")
    errors = [str(problem) for problem in problems if problem.severity == "error"]
    assert not errors, "\n".join(errors)
    return specs


def problems_of(source: str | bytes) -> list[Problem]:
    """Return everything found wrong with a file."""
    raw = source.encode() if isinstance(source, str) else source
    return execution.parse(raw, file="test.bpmn")[1]


def codes(source: str | bytes) -> set[str]:
    """Return the codes of a file's errors."""
    return {problem.code for problem in problems_of(source) if problem.severity == "error"}


def no_decision(
    reference: Reference, variables: Mapping[str, Value], within: ProcessSpec
) -> DecisionResult:
    raise AssertionError(f"nobody expected the decision {reference.key}")


@dataclass
class World:
    """A process instance with a clock moved by hand, saved and loaded between steps when asked."""

    specs: list[ProcessSpec]
    stored: bool = True
    now: datetime = NOW
    decide: Callable[[Reference, Mapping[str, Value], ProcessSpec], DecisionResult] = no_decision
    execution: Execution = field(init=False)
    outcome: Outcome = field(init=False)
    change: WaitsChange = field(init=False)
    events: list[Any] = field(init=False, default_factory=list)
    thrown: list[Any] = field(init=False, default_factory=list)

    def surroundings(self) -> Surroundings:
        now = self.now
        by_key = {spec.key: spec for spec in self.specs}
        return Surroundings(
            now=now,
            new_evaluation=lambda: Evaluation(now, LONDON),
            decide=self.decide,
            process=lambda reference, within: by_key[reference.key],
            process_version=lambda key, version: by_key[key],
        )

    def start(self, start_event: str | None = None, **variables: Any) -> World:
        self.execution = execution.start(
            self.specs[0],
            variables={name: from_json(value) for name, value in variables.items()},
            surroundings=self.surroundings(),
            instance={"id": "i1", "business_key": "K-1", "started_at": self.now},
            start_event=start_event,
        )
        return self._settled()

    def _settled(self) -> World:
        self.execution.run()
        self.outcome = self.execution.outcome()
        self.change = self.outcome.change
        self.events += self.outcome.events
        self.thrown += self.outcome.thrown
        return self

    def step(self, act: Callable[[Execution], object] | None = None) -> World:
        """Take one step as the engine does: load, act, run, save."""
        if self.stored:
            self.execution = execution.load(
                self.specs[0], self.outcome.document, self.surroundings()
            )
        else:
            instance = self.execution._instance
            instance.now = self.now
            instance.surroundings = self.surroundings()
            instance.events.clear()
            instance.thrown.clear()
            instance._steps = 0
        if act is not None:
            act(self.execution)
        return self._settled()

    def complete(self, element: str, by: str | None = None, **variables: Any) -> World:
        """Complete the oldest open user task of an element."""
        token = self.token(element, UserTaskWait)
        given = {name: from_json(value) for name, value in variables.items()}
        return self.step(lambda e: e.complete_user_task(token, given, by=by))

    def serve(self, element: str, **variables: Any) -> World:
        """Bring the oldest service task of an element its result."""
        token = self.token(element, ServiceTaskWait)
        given = {name: from_json(value) for name, value in variables.items()}
        return self.step(lambda e: e.complete_service_task(token, given))

    def deliver(self, element: str, **variables: Any) -> World:
        """Deliver to the oldest subscription of an element."""
        token = self.token(element, SubscriptionWait)
        given = {name: from_json(value) for name, value in variables.items()}
        return self.step(lambda e: e.deliver(token, given))

    def bpmn_error(self, element: str, code: str, message: str = "") -> World:
        """Have the service task of an element end with a BPMN error."""
        token = self.token(element, ServiceTaskWait)
        return self.step(lambda e: e.throw_bpmn_error(token, code, message, {}))

    def later(self, **distance: float) -> World:
        """Move the clock and run what is due."""
        self.now += timedelta(**distance)
        return self.step()

    def waits(self, kind: type[Any] | None = None) -> list[Wait]:
        found = self.outcome.waits.by_token.values()
        return [wait for wait in found if kind is None or isinstance(wait, kind)]

    def token(self, element: str, kind: type[Any]) -> str:
        for wait in self.waits(kind):
            if wait.element_id == element:
                return wait.token_id
        raise AssertionError(f"{element} does not wait: {self.waits()}")

    def open(self) -> list[str]:
        """Return the elements of the open user tasks."""
        return sorted(wait.element_id for wait in self.waits(UserTaskWait))

    def timers(self) -> list[str]:
        return sorted(wait.element_id for wait in self.waits(TimerWait))

    @property
    def state(self) -> str:
        return self.outcome.state

    def passed(self, kinds: Iterable[str] = ("element_completed",)) -> list[str]:
        """Return the elements of the history events of these kinds, in order."""
        return [event.element_id for event in self.events if event.kind in kinds]


def begin(source: str, *, stored: bool = True, **variables: Any) -> World:
    """Parse a file and start its first process."""
    return World(parse(source), stored=stored).start(**variables)
