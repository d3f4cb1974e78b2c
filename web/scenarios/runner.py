"""Runs a scenario in a world, step by step, and says what was not as expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from engine import messages, notices, process_instances, user_tasks
from engine.feel import Value
from engine.messages import Correlation
from engine.model.errors import RemitError
from engine.model.history import HistoryEvent
from engine.model.jobs import Job
from engine.model.notices import Notice, NoticeKind
from engine.model.user_tasks import UserTask, UserTaskState
from engine.user_tasks import FormRefused
from web.scenarios.dates import shown
from web.scenarios.expectations import Failure, failures
from web.scenarios.other_systems import NotPossible, Outside
from web.scenarios.paging import every
from web.scenarios.scenario import (
    Answer,
    Complete,
    Expect,
    MoveClock,
    Perform,
    Place,
    Refused,
    Retry,
    Scenario,
    SendMessage,
    Start,
    Step,
)
from web.scenarios.situation import Asked, Situation, decisions_in
from web.scenarios.world import ANSWERED, World
from web.scenarios.written_values import holds, plain


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario: how its instance stands at the end, and everything it has done."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    situation: Situation
    tasks: tuple[UserTask, ...] = ()
    history: tuple[HistoryEvent, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures


class StepFailed(Exception):
    """A step could not be done; carries what to tell."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(str(failure))


def run(scenario: Scenario, world: World, *, judge: bool = True) -> Outcome:
    """Run a scenario from its beginning and return what became of it.

    It ends at the first step that is not as expected; every difference of that step is told. With
    `judge` false, expectations and refusals are passed over.
    """
    running = _Running(scenario, world)
    found: list[Failure] = []
    try:
        for earlier in scenario.earlier:
            running.comes_after(earlier)
        world.begins_at(scenario.now)
        running.begin()
        for step in scenario.steps:
            if judge or not isinstance(step, Expect | Refused):
                found += running.step(step)
            if found:
                break
    except StepFailed as stopped:
        found.append(stopped.failure)
    if not running.instance_id:
        world.forgets()
        empty = Situation(world.clock.now(), "not started", (), (), (), {})
        return Outcome(scenario, tuple(found), empty)
    outcome = Outcome(
        scenario, tuple(found), running.everything(), running.all_tasks(), running.history()
    )
    world.forgets()
    return outcome


@dataclass
class _Running:
    """One scenario under way. `seen_*` is how much the previous expectation has looked at."""

    scenario: Scenario
    world: World
    instance_id: str = ""
    seen_notices: frozenset[Notice] = frozenset()
    seen_decisions: int = 0
    seen_asked: int = 0
    asked: list[Asked] = field(default_factory=list)
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        self.place = self.scenario.begin.place

    def comes_after(self, earlier: Scenario) -> None:
        """Let another scenario happen, unjudged; what it leaves stays in the world."""
        self.world.begins_at(earlier.now)
        other = _Running(earlier, self.world)
        other.begin()
        for step in earlier.steps:
            if not isinstance(step, Expect | Refused):
                other.step(step)
        if self.world.clock.now() > self.scenario.now:
            raise self.failed(
                f"{earlier.name}: it goes on until "
                f"{shown(self.world.clock.now(), self.scenario.zone)}, when this has begun."
            )

    def begin(self) -> None:
        begin = self.scenario.begin
        try:
            if isinstance(begin, Start) and begin.timer is not None:
                started = self.world.begins_by_timer(self.scenario.process, begin.timer)
                if started is None:
                    raise self.failed(f"the timer {begin.timer} begins nothing.")
                self.instance_id = started
            elif isinstance(begin, Start):
                self.instance_id = process_instances.start(
                    self.world.engine,
                    by=self.world.actor,
                    process_definition_key=self.scenario.process,
                    business_key=begin.business_key,
                    variables=begin.variables,
                ).id
            else:
                self.instance_id = self.started_by(begin)
        except RemitError as error:
            raise self.failed(
                f"the process {self.scenario.process} does not start: {error}"
            ) from None
        self.settle()

    def started_by(self, message: SendMessage) -> str:
        correlation = self.send(message)
        started = correlation.process_instance_id
        if started is None:
            raise self.failed(f"the message {message.name} started nothing.")
        return str(started)

    def step(self, step: Step) -> list[Failure]:
        """Do one step and what falls due because of it; return what is not as expected."""
        self.place = step.place
        try:
            return self.done(step)
        except NotPossible as error:
            raise self.failed(str(error)) from None

    def done(self, step: Step) -> list[Failure]:
        match step:
            case Complete():
                self.complete(step)
            case Refused():
                return self.refused(step)
            case MoveClock():
                self.move_clock(step)
            case Answer():
                self.answer(step)
            case Perform():
                self.in_world(lambda: self.outside.perform(step))
            case Retry():
                self.in_world(lambda: self.outside.retry(step))
            case SendMessage():
                try:
                    self.send(step)
                except RemitError as error:
                    raise self.failed(f"the message {step.name} was refused: {error}") from None
            case Expect():
                return failures(step, self.since_last_look(), self.scenario.zone)
        self.settle()
        return []

    def complete(self, step: Complete) -> None:
        task = self.open_task(step.task, step.where)
        try:
            user_tasks.complete(
                self.world.engine,
                by=self.world.acting_as(step.by),
                task_id=task.id,
                variables=step.values,
            )
        except FormRefused as error:
            fields = "; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors)
            raise self.failed(f"the form of {step.task} was refused: {fields}") from None
        except RemitError as error:
            raise self.failed(f"completing {step.task} was refused: {error}") from None

    def refused(self, step: Refused) -> list[Failure]:
        task = self.open_task(step.task, step.where)
        try:
            user_tasks.complete(
                self.world.engine,
                by=self.world.acting_as(step.by),
                task_id=task.id,
                variables=step.values,
            )
        except RemitError as error:
            return self.refusal(step, error)
        return [Failure(step.place, f"completing {step.task} should be refused, but it was done.")]

    def refusal(self, step: Refused, error: RemitError) -> list[Failure]:
        if step.code is not None and error.code != step.code:
            sentence = f"the refusal should be {step.code}, but it is {error.code}: {error}"
            return [Failure(step.place, sentence)]
        if step.fields is None:
            return []
        if not isinstance(error, FormRefused):
            sentence = f"the form should be refused, but something else was: {error}"
            return [Failure(step.place, sentence)]
        wanted, there = sorted(set(step.fields)), sorted({wrong.field for wrong in error.errors})
        if wanted == there:
            return []
        told = "; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors)
        return [
            Failure(
                step.place,
                f"the fields {', '.join(wanted)} should be refused, but these are: {told}",
            )
        ]

    def answer(self, step: Answer) -> None:
        """Have another system answer; the clock moves on to each attempt that is later."""
        for _ in range(step.times):
            attempt_at = max(self.outside.to_answer(step).due_at, self.world.clock.now())
            self.in_world(partial(self.world.moves_clock_to, attempt_at))
            self.asked.append(self.outside.answer(step))
            self.settle()

    @property
    def outside(self) -> Outside:
        world = self.world
        return Outside(
            world.engine, world.systems, world.actor, self.instance_id, self.scenario.zone
        )

    def move_clock(self, step: MoveClock) -> None:
        now = self.world.clock.now()
        target = step.to if step.by is None else now + step.by
        assert target is not None
        if target < now:
            raise self.failed(
                f"the clock cannot move back from {shown(now, self.scenario.zone)} "
                f"to {shown(target, self.scenario.zone)}."
            )
        self.in_world(lambda: self.world.moves_clock_to(target))

    def send(self, message: SendMessage) -> Correlation:
        return messages.correlate(
            self.world.engine,
            by=self.world.actor,
            name=message.name,
            correlation_key=message.correlation_key,
            variables=message.variables,
        )

    def settle(self) -> None:
        self.in_world(self.world.runs_due_jobs)

    def in_world(self, happening: Callable[[], None]) -> None:
        """Let something happen, and stop at a job that failed, unless the scenario had it fail."""
        try:
            happening()
        except RemitError as error:
            raise self.failed(str(error)) from None
        for failed in self.failed_jobs():
            raise self.failed(f"the job of {failed.element_id} failed: {failed.last_error}")

    def failed_jobs(self) -> list[Job]:
        return [job for job in self.outside.jobs() if job.last_error and job.kind not in ANSWERED]

    def failed(self, sentence: str) -> StepFailed:
        return StepFailed(Failure(self.place, sentence))

    def open_task(self, element_id: str, where: Mapping[str, Any]) -> UserTask:
        """Return an open task of the element whose variables are as `where` says, the first found."""
        tasks = self.open_tasks()
        of_element = [task for task in tasks if task.element_id == element_id]
        if not of_element:
            names = ", ".join(sorted({task.element_id for task in tasks})) or "none"
            raise self.failed(f"the task {element_id} is not open; open now: {names}.")
        for task in of_element:
            if not where or holds(where, self.visible_at(task), self.scenario.zone):
                return task
        raise self.failed(
            f"no open task {element_id} is the one where {plain(where)}; "
            f"{len(of_element)} of that element are open."
        )

    def visible_at(self, task: UserTask) -> dict[str, Value]:
        """Return the variables that a task's form can show: the instance's, and its own over them."""
        engine, by = self.world.engine, self.world.actor
        return {
            **process_instances.variables(engine, by=by, instance_id=self.instance_id),
            **user_tasks.form(engine, by=by, task_id=task.id).values,
        }

    def open_tasks(self) -> tuple[UserTask, ...]:
        return tuple(task for task in self.all_tasks() if task.state is UserTaskState.OPEN)

    def all_tasks(self) -> tuple[UserTask, ...]:
        return process_instances.user_tasks(
            self.world.engine, by=self.world.actor, instance_id=self.instance_id
        )

    def notices(self) -> tuple[Notice, ...]:
        found = every(
            lambda page: notices.listing(
                self.world.engine,
                by=self.world.actor,
                page=page,
                process_instance_id=self.instance_id,
                kind=NoticeKind.NOTICE,
            )
        )
        return tuple(reversed(found))

    def history(self) -> tuple[HistoryEvent, ...]:
        found = every(
            lambda page: process_instances.history(
                self.world.engine,
                by=self.world.actor,
                page=page,
                instance_id=self.instance_id,
            )
        )
        return tuple(recorded.event for recorded in found)

    def since_last_look(self) -> Situation:
        there = self.everything()
        seen_notices, self.seen_notices = self.seen_notices, frozenset(there.notices)
        seen_decisions, self.seen_decisions = self.seen_decisions, len(there.decisions)
        seen_asked, self.seen_asked = self.seen_asked, len(there.asked)
        return replace(
            there,
            notices=tuple(notice for notice in there.notices if notice not in seen_notices),
            decisions=there.decisions[seen_decisions:],
            asked=there.asked[seen_asked:],
        )

    def everything(self) -> Situation:
        """Return how the instance stands, with all its notices and decisions."""
        engine, by = self.world.engine, self.world.actor
        instance = process_instances.get(engine, by=by, instance_id=self.instance_id)
        return Situation(
            now=self.world.clock.now(),
            state=str(instance.state),
            tasks=self.open_tasks(),
            notices=self.notices(),
            decisions=decisions_in(self.history()),
            variables=process_instances.variables(engine, by=by, instance_id=self.instance_id),
            asked=tuple(self.asked),
            waiting=self.outside.waiting(),
        )
