"""A small organisation on a real engine, and diagrams for it. Asserts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from engine import deployments, jobs, process_instances, user_tasks
from engine.model.actors import Actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.model.process_instances import ProcessInstance
from engine.model.service_tasks import ServiceRequest, ServiceResult
from engine.model.user_tasks import UserTask, UserTaskState
from engine.process_engine import ProcessEngine

NOW = datetime(2026, 12, 24, 10, tzinfo=UTC)
EVERYTHING = PageRequest(200)

ORGANISATION = """
key: acme
name: Acme Council
calendar:
  zone: Europe/London
  bank_holidays: england-and-wales
  opening_hours:
    monday: ["09:00-17:00"]
    tuesday: ["09:00-17:00"]
    wednesday: ["09:00-17:00"]
    thursday: ["09:00-17:00"]
    friday: ["09:00-17:00"]
roles:
  - {id: worker, name: Worker}
  - {id: head, name: Head of Service, may: [report]}
external_topics:
  - {topic: outside, description: Something that a program outside does}
procedures:
  - {key: p, name: P, message: p.started}
"""

TEMPLATE = b"""---
subject: A task is late
---
{{ process_instance.business_key }} is late.
"""


def diagram(body: str, *, key: str = "p", before: str = "") -> bytes:
    """Return a BPMN file with one process."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'id="d" targetNamespace="t">'
        f'{before}<bpmn:process id="{key}" name="{key}" isExecutable="true">{body}</bpmn:process>'
        "</bpmn:definitions>"
    ).encode()


def flow(*names: str) -> str:
    """Return sequence flows along a chain of element ids."""
    return "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in pairwise(names)
    )


def user_task(element_id: str, attributes: str = 'camunda:candidateGroups="worker"') -> str:
    return f'<bpmn:userTask id="{element_id}" name="{element_id}" {attributes}/>'


def service_task(element_id: str, topic: str, inputs: Mapping[str, str] | None = None) -> str:
    parameters = "".join(
        f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>'
        for name, text in (inputs or {}).items()
    )
    extension = (
        "<bpmn:extensionElements><camunda:inputOutput>"
        f"{parameters}</camunda:inputOutput></bpmn:extensionElements>"
        if parameters
        else ""
    )
    return (
        f'<bpmn:serviceTask id="{element_id}" name="{element_id}" camunda:type="external" '
        f'camunda:topic="{topic}">{extension}</bpmn:serviceTask>'
    )


def boundary_timer(element_id: str, on: str, duration: str, *, interrupting: bool = False) -> str:
    return (
        f'<bpmn:boundaryEvent id="{element_id}" name="{element_id}" attachedToRef="{on}" '
        f'cancelActivity="{str(interrupting).lower()}"><bpmn:timerEventDefinition id="{element_id}_t">'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


START = '<bpmn:startEvent id="start" name="start"/>'
END = '<bpmn:endEvent id="end" name="end"/>'
ONE_TASK = diagram(START + user_task("ask") + END + flow("start", "ask", "end"))


@dataclass
class Acme:
    """The organisation, and the few things that tests do with it again and again."""

    engine: ProcessEngine
    clock: ManualClock
    by: Actor

    def deploy(self, **files: bytes) -> deployments.Deployment:
        """Deploy files; `p_bpmn` is p.bpmn."""
        named = {name[::-1].replace("_", ".", 1)[::-1]: content for name, content in files.items()}
        return deployments.deploy(self.engine, by=self.by, files=named)

    def start(
        self, key: str = "p", business_key: str = "A-1", **variables: object
    ) -> ProcessInstance:
        return process_instances.start(
            self.engine,
            by=self.by,
            process_definition_key=key,
            business_key=business_key,
            variables=variables,
        )

    def open_tasks(self) -> dict[str, UserTask]:
        page = user_tasks.listing(
            self.engine, by=self.by, page=EVERYTHING, state=UserTaskState.OPEN
        )
        return {task.element_id: task for task in page.items}

    def complete(self, element_id: str, by: Actor | None = None, **variables: object) -> UserTask:
        return user_tasks.complete(
            self.engine,
            by=by or self.by,
            task_id=self.open_tasks()[element_id].id,
            variables=variables,
        )

    def instance(self, instance_id: str) -> ProcessInstance:
        return process_instances.get(self.engine, by=self.by, instance_id=instance_id)

    def history(self, instance_id: str) -> list[str]:
        page = process_instances.history(
            self.engine, by=self.by, instance_id=instance_id, page=EVERYTHING
        )
        return [recorded.event.kind for recorded in page.items]

    def passes(self, **time: float) -> int:
        """Move the clock and run what has fallen due; returns how many jobs ran."""
        self.clock.move_to(self.clock.now() + timedelta(**time))
        return jobs.run_due(self.engine)

    def jobs(self, state: str | None = None) -> tuple[jobs.Job, ...]:
        return jobs.listing(self.engine, by=self.by, page=EVERYTHING, state=state).items

    def person(self, user: str, *roles: str) -> Actor:
        with self.engine.reading("acme") as tx:
            return self.engine.actor(self.engine.catalogues.of(tx), user, roles, "person")


class RecordingHandler:
    """Stands for the world outside: notes every request, fails or answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[ServiceRequest] = []
        self.answer: Callable[[ServiceRequest], ServiceResult] = lambda request: ServiceResult()

    def __call__(self, engine: ProcessEngine, request: ServiceRequest) -> ServiceResult:
        self.requests.append(request)
        return self.answer(request)
