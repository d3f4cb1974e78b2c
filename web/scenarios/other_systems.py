"""The other systems of a scenario: what they are asked is kept, and they answer when it says so.

Nothing leaves the building: a service task that asks another system waits until a step says what
came of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from engine import external_tasks, jobs, process_instances
from engine.content import ConnectorAnswer, ConnectorRequest
from engine.feel import Value
from engine.model.actors import Actor
from engine.model.connector_secrets import SentSecret
from engine.model.jobs import Job, JobKind, JobState
from engine.process_engine import ProcessEngine
from web.scenarios.paging import every
from web.scenarios.scenario import Answer, Perform, Retry
from web.scenarios.situation import Asked, WaitsOutside
from web.scenarios.written_values import holds, plain
from webhooks.egress import EgressFailed

OUTSIDE = frozenset({JobKind.CONNECTOR, JobKind.EXTERNAL_TASK})
"""What waits for another system, or for a program outside."""

WORKER = "scenario"
AT_WORK = timedelta(minutes=1)


class NotPossible(Exception):
    """A scenario has another system do what it cannot do; the text says why."""


class ScriptedSystems:
    """The way out for connectors: answers each request as the scenario said before."""

    def __init__(self) -> None:
        self._reply: ConnectorAnswer | None = None
        self._asked: ConnectorRequest | None = None

    def call(
        self,
        request: ConnectorRequest,
        *,
        key: str,
        secret: SentSecret | None,
        hosts: tuple[str, ...],
        seconds: float,
    ) -> ConnectorAnswer:
        """Return the answer that the scenario gives; raise EgressFailed where it gives none."""
        self._asked = request
        if self._reply is None:
            raise EgressFailed("The other system did not answer in time.")
        return self._reply

    def answers(
        self, engine: ProcessEngine, job: Job, reply: ConnectorAnswer | None
    ) -> ConnectorRequest | None:
        """Make a connector's attempt, answered so; return what was asked, None when nothing was."""
        self._reply, self._asked = reply, None
        jobs.run_job(engine, job.organisation, job.id)
        return self._asked


@dataclass(frozen=True, slots=True)
class Outside:
    """What one instance has to do with other systems, seen by who acts for the scenario."""

    engine: ProcessEngine
    systems: ScriptedSystems
    by: Actor
    instance_id: str
    zone: ZoneInfo

    def jobs(self) -> list[Job]:
        """Return all jobs of the instance."""
        return every(
            lambda page: jobs.listing(
                self.engine, by=self.by, page=page, process_instance_id=self.instance_id
            )
        )

    def waiting(self) -> tuple[WaitsOutside, ...]:
        """Return the service tasks that wait for other systems, the dead letters among them."""
        return tuple(
            WaitsOutside(
                job.element_id or "",
                str(job.payload["topic"]),
                job.due_at,
                job.attempts,
                job.last_error,
                job.state is JobState.DEAD_LETTER,
            )
            for job in self._there()
        )

    def to_answer(self, step: Answer) -> Job:
        """Return the job whose attempt is answered; raise NotPossible when there is none."""
        return self._find(step, JobKind.CONNECTOR)

    def answer(self, step: Answer) -> Asked:
        """Have the other system answer an attempt that is due, and return what it was asked.

        Raises NotPossible when nothing is asked of it, or its success cannot be taken over.
        """
        job = self.to_answer(step)
        asked = self.systems.answers(self.engine, job, step.reply)
        after = next((one for one in self.jobs() if one.id == job.id), None)
        if asked is None:
            said = after.last_error if after else "it was not due"
            raise NotPossible(f"{step.task} asks nothing: {said}")
        if step.reply is not None and step.reply.is_success and after is not None:
            raise NotPossible(f"the job of {step.task} failed: {after.last_error}")
        body = json.loads(asked.body) if asked.body is not None else None
        return Asked(step.task, asked.method, asked.url, asked.headers, body)

    def perform(self, step: Perform) -> None:
        """Have a program outside do its work, or end it with an error that the diagram knows."""
        task_id = self._find(step, JobKind.EXTERNAL_TASK).id
        engine, by = self.engine, self.by
        external_tasks.lock(engine, by=by, task_id=task_id, worker=WORKER, lock_for=AT_WORK)
        if step.error is None:
            result = external_tasks.Result(step.values, {})
            external_tasks.complete(engine, by=by, task_id=task_id, worker=WORKER, result=result)
        else:
            external_tasks.throw_bpmn_error(
                engine,
                by=by,
                task_id=task_id,
                worker=WORKER,
                code=step.error,
                message="",
                variables=step.values,
            )

    def retry(self, step: Retry) -> None:
        """Have a person try a dead letter again."""
        found = self._find(step, *OUTSIDE, state=JobState.DEAD_LETTER)
        jobs.retry(self.engine, by=self.by, job_id=found.id)

    def _there(self) -> list[Job]:
        return [job for job in self.jobs() if job.kind in OUTSIDE]

    def _find(
        self,
        step: Answer | Perform | Retry,
        *kinds: JobKind,
        state: JobState = JobState.WAITING,
    ) -> Job:
        """Return the job that a step means, the longest due first."""
        there = self._there()
        of_element = [job for job in there if job.element_id == step.task]
        found = [job for job in of_element if job.kind in kinds and job.state is state]
        if not found:
            raise NotPossible(_why_not(step, of_element, there))
        for job in found:
            if not step.where or holds(step.where, self._visible_at(job), self.zone):
                return job
        raise NotPossible(
            f"no service task {step.task} is the one where {plain(step.where)}; "
            f"{len(found)} of that element wait."
        )

    def _visible_at(self, job: Job) -> dict[str, Value]:
        return process_instances.variables(
            self.engine, by=self.by, instance_id=self.instance_id, token_id=job.key
        )


def _why_not(step: Answer | Perform | Retry, of_element: list[Job], there: list[Job]) -> str:
    task = step.task
    if not of_element:
        names = ", ".join(sorted({job.element_id or "" for job in there})) or "none"
        return f"{task} does not wait for another system; what waits now: {names}."
    if isinstance(step, Retry):
        return f"{task} is no dead letter: it waits to be answered."
    if of_element[0].state is JobState.DEAD_LETTER:
        return f"{task} is a dead letter; 'retry: {task}' has it tried again."
    if isinstance(step, Answer):
        return f"{task} is the work of a program outside: write 'perform: {task}'."
    return f"{task} asks another system: write 'answer: {task}'."
