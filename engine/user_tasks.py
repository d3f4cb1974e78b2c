"""User tasks: list them, claim and hand over, keep a draft, complete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import advance
from engine.advance import Completion
from engine.content import Clause
from engine.execution import Execution, TokenNotWaiting
from engine.feel import encode, from_json
from engine.model.actors import Actor, Permission
from engine.model.attachments import Attachment
from engine.model.history import HistoryEvent, HistoryKind, RecordedEvent
from engine.model.inbox import InboxQuery
from engine.model.pages import Page, PageRequest
from engine.model.people import PersonNotFound
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskChanged, UserTaskClosed, UserTaskState
from engine.process_engine import ProcessEngine
from engine.store import Transaction
from engine.task_forms import (
    FormRefused,
    TaskForm,
    checked,
    form_definition,
    loaded,
    task_form,
)

__all__ = [
    "Draft",
    "FormRefused",
    "TaskForm",
    "TaskInContext",
    "assign",
    "claim",
    "complete",
    "delegate",
    "form",
    "get",
    "in_context",
    "inbox",
    "listing",
    "save_draft",
    "unclaim",
]


@dataclass(frozen=True, slots=True)
class TaskInContext:
    """An open task with its form, or a closed one without, and where it stands in its instance.

    `documentation` is what the diagram says of the step, `clock_started` from what its due time is
    counted (a variable's name and its instant); `happened` are the instance's last events.
    """

    task: UserTask
    form: TaskForm | None
    clauses: tuple[Clause, ...]
    documentation: str
    clock_started: tuple[tuple[str, datetime], ...]
    happened: tuple[RecordedEvent, ...]
    attachments: tuple[Attachment, ...]
    is_held_up: bool
    """Whether its instance is suspended, so that it cannot be completed now."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed so far; sent by nobody yet."""

    user_task_id: str
    saved_at: datetime


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    state: UserTaskState | None = None,
    process_instance_id: str | None = None,
    candidate_group: str | None = None,
    assignee: str | None = None,
    overdue: bool | None = None,
    mine: bool = False,
) -> Page[UserTask]:
    """Return tasks the actor may see, oldest first; `overdue`: open ones past their due time, or all that are not.

    `mine`: those for the actor and their roles, the most urgent first, whatever else they may see.
    """
    oversees = by.may(Permission.WORK_ALL_TASKS) or by.may(Permission.READ_HISTORY)
    if not oversees:
        by.check(Permission.WORK_TASKS)
    everything = oversees and not mine
    with engine.reading(by.organisation) as tx:
        return tx.user_tasks.listing(
            page,
            state=UserTaskState.OPEN if overdue and state is None else state,
            process_instance_id=process_instance_id,
            candidate_group=candidate_group,
            assignee=assignee,
            overdue=overdue,
            now=engine.clock.now(),
            visible_to=None if everything else (by.users, by.roles),
            not_excluded=None if everything else by.user,
            by_due=mine,
        )


def inbox(
    engine: ProcessEngine,
    *,
    by: Actor,
    query: InboxQuery,
    with_me: PageRequest | None,
    offered: PageRequest | None,
) -> tuple[Page[UserTask], Page[UserTask]]:
    """Return the open tasks the actor has taken on, and those they may take on, a page of each.

    A page that is not asked for (None) is empty.
    """
    by.check(Permission.WORK_TASKS)
    users, roles = sorted(by.users), sorted(by.roles)
    nothing: Page[UserTask] = Page(())
    with engine.reading(by.organisation) as tx:
        return (
            tx.inbox.with_people(users, query, with_me) if with_me else nothing,
            tx.inbox.offered(users, roles, query, offered, not_excluded=by.user)
            if offered
            else nothing,
        )


def get(engine: ProcessEngine, *, by: Actor, task_id: str) -> UserTask:
    """Return the task; raise UserTaskNotFound when it is not the actor's to see."""
    with engine.reading(by.organisation) as tx:
        return _visible(tx, task_id, by)


def form(engine: ProcessEngine, *, by: Actor, task_id: str) -> TaskForm:
    """Return an open task's form with the instance's values, and the actor's draft over them.

    Raises UserTaskClosed for a task that is done: its answers are in the history.
    """
    now = engine.clock.now()
    with engine.reading(by.organisation) as tx:
        task, instance, number = tx.user_tasks.with_instance(task_id)
        task.check_visible_to(by)
        task.check_open()
        catalogue = engine.catalogues.of(tx, number)
        execution = loaded(engine, tx, catalogue, instance, now)
        definition = form_definition(engine, tx, catalogue, execution, task)
        found = task_form(engine, tx, catalogue, execution, task, by)
        if definition is None:
            return found
        source = tx.deployments.content(definition.deployment_id, definition.file)
    return replace(found, source=json.loads(source))


def in_context(
    engine: ProcessEngine, *, by: Actor, task_id: str, kinds: Sequence[HistoryKind], most: int
) -> TaskInContext:
    """Return a task with all that its page shows: form, clauses, and the `most` last events.

    What happened is for those who may read instances; others get none of it.
    """
    with engine.reading(by.organisation) as tx:
        task, instance, number = tx.user_tasks.with_instance(task_id)
        task.check_visible_to(by)
        catalogue = engine.catalogues.of(tx, number)
        found, documentation = None, ""
        started: tuple[tuple[str, datetime], ...] = ()
        if task.state is UserTaskState.OPEN:
            execution = loaded(engine, tx, catalogue, instance, engine.clock.now())
            found = task_form(engine, tx, catalogue, execution, task, by)
            element = execution.process_of(task.id).elements.get(task.element_id)
            documentation = element.documentation if element else ""
            started = execution.clock_started(task.id) if task.due_at else ()
        reads = by.may(Permission.READ_INSTANCES)
        return TaskInContext(
            task=task,
            form=found,
            clauses=tuple(
                catalogue.clauses[one] for one in task.clauses if one in catalogue.clauses
            ),
            documentation=documentation,
            clock_started=started,
            attachments=tx.attachments.of_instance(instance.id)
            if reads
            else tuple(
                one
                for one in tx.attachments.of_instance(instance.id)
                if one.user_task_id == task.id
            ),
            happened=tx.history.latest(instance.id, kinds=kinds, most=most) if reads else (),
            is_held_up=instance.state is InstanceState.SUSPENDED,
        )


def save_draft(
    engine: ProcessEngine, *, by: Actor, task_id: str, values: Mapping[str, Any]
) -> Draft:
    """Keep what the actor has typed, as it is and unchecked, until the task is completed."""
    now = engine.clock.now()
    content = {name: encode(from_json(value)) for name, value in values.items()}
    with engine.transaction(by.organisation) as tx:
        task = _workable(tx, task_id, by)[0]
        tx.drafts.put(task.id, by.user, content, now=now)
    return Draft(task.id, now)


def claim(engine: ProcessEngine, *, by: Actor, task_id: str) -> UserTask:
    """Take the task: nobody else completes it until it is given back."""
    return _assign(engine, by, task_id, by.user, HistoryKind.USER_TASK_CLAIMED)


def unclaim(engine: ProcessEngine, *, by: Actor, task_id: str) -> UserTask:
    """Give the task back to everybody it was offered to."""
    return _assign(engine, by, task_id, None, HistoryKind.USER_TASK_UNCLAIMED)


def delegate(engine: ProcessEngine, *, by: Actor, task_id: str, to: str) -> UserTask:
    """Hand the task over to somebody by user name.

    Raises PersonNotFound when nobody of that name may come in here: the task would lie with nobody.
    """
    kind = HistoryKind.USER_TASK_DELEGATED
    return _assign(engine, by, task_id, to, kind, works=False, known=True)


def assign(engine: ProcessEngine, *, by: Actor, task_id: str, to: str) -> UserTask:
    """Put the task down to a user whom another system looks after, whether Remit knows them or not."""
    return _assign(engine, by, task_id, to, HistoryKind.USER_TASK_DELEGATED, works=False)


def complete(
    engine: ProcessEngine,
    *,
    by: Actor,
    task_id: str,
    variables: Mapping[str, Any],
    version: int | None = None,
) -> UserTask:
    """Complete a user task and run its process instance until it waits again.

    With a form, `variables` are its fields and are checked by it; without one they are taken as
    they are. `version`: refuse unless the task is still at it. Raises FormRefused, UserTaskClosed,
    UserTaskTaken, UserTaskChanged or UserTaskNotFound; nothing is changed then.
    """
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        task, instance, number = _workable(tx, task_id, by)
        if version is not None and version != task.version:
            raise UserTaskChanged(task)
        if instance.ended_at is not None:
            raise UserTaskClosed(task)
        instance.check_runs()
        catalogue = engine.catalogues.of(tx, number)

        def action(execution: Execution) -> None:
            values = checked(engine, tx, catalogue, variables, execution, task, now)
            try:
                execution.complete_user_task(task.id, values, by=by.user)
            except TokenNotWaiting as error:
                # A timer that fell due before has taken the task away, or another step has closed
                # it while this one waited for the lock.
                raise UserTaskClosed(task) from error

        advance.step(
            engine,
            tx,
            catalogue,
            instance,
            action,
            now=now,
            completion=Completion(task.id, by.user),
        )
    return replace(
        task,
        state=UserTaskState.COMPLETED,
        version=task.version + 1,
        completed_at=now,
        completed_by=by.user,
    )


def _assign(
    engine: ProcessEngine,
    by: Actor,
    task_id: str,
    assignee: str | None,
    kind: HistoryKind,
    *,
    works: bool = True,
    known: bool = False,
) -> UserTask:
    with engine.transaction(by.organisation) as tx:
        task, instance, number = _workable(tx, task_id, by, works=works)
        if assignee is not None:
            task.check_not_excluded(assignee)
        if known:
            _check_comes_in(tx, assignee)
        tx.user_tasks.assign(task.id, assignee)
        advance.record(
            engine,
            tx,
            engine.catalogues.of(tx, number),
            instance,
            HistoryEvent(
                kind,
                at=engine.clock.now(),
                element_id=task.element_id,
                element_name=task.name,
                token_id=task.id,
                by=by.user,
                clauses=task.clauses,
                data={"assignee": assignee},
            ),
        )
    return replace(task, assignee=assignee, version=task.version + 1)


def _check_comes_in(tx: Transaction, username: str | None) -> None:
    person = tx.people.find(username) if username else None
    if person is None or not person.active:
        raise PersonNotFound(username or "")


def _visible(tx: Transaction, task_id: str, by: Actor) -> UserTask:
    task = tx.user_tasks.get(task_id)
    task.check_visible_to(by)
    return task


def _workable(
    tx: Transaction, task_id: str, by: Actor, *, works: bool = True
) -> tuple[UserTask, ProcessInstance, int]:
    """Return a task that the actor may do something with; `works`: what only the right person may."""
    task, instance, number = tx.user_tasks.lock(task_id)
    task.check_workable_by(by)
    task.check_open()
    task.check_not_taken_from(by)
    if works:
        task.check_not_excluded(by.user)
    return task, instance, number
