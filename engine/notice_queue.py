"""Puts notices on their way: a copy for each channel and recipient, in the step that they belong to.

Sends nothing: the inbox has its copy at once, every other copy is a job (or a webhook's stream).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine import webhook_events
from engine.catalogue import Catalogue
from engine.content import USUAL, OutsideText, TaskNotice, thin_reference
from engine.directories import ladders_of
from engine.feel import Value, from_instant
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobKind
from engine.model.notices import (
    LINK,
    PERSONAL,
    Channel,
    Notice,
    NoticeDelivery,
    NoticeKind,
    Route,
    delivered,
)
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask
from engine.process_engine import ProcessEngine
from engine.store import Transaction

LOOKS_AGAIN = timedelta(hours=1)
"""How often a copy that travels by webhook is looked at, whatever its stream says meanwhile."""

KINDS = {
    NoticeKind.TASK_CREATED: "a task waits for you",
    NoticeKind.TASK_ASSIGNED: "a task was handed to you",
    NoticeKind.TASK_OVERDUE: "a task is overdue",
    NoticeKind.LINK_RENEWED: "the new link that you asked for",
}
"""What a notice is about, in a sentence; of a diagram's notice its template's id says it."""


def put(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    notice: Notice,
    *,
    now: datetime,
    people: Sequence[str] | None = None,
) -> None:
    """Keep a notice and put a copy on each of its routes, on the route's first channel.

    `people`: these alone on personal channels, else whoever holds the role now.
    """
    tx.notices.add([notice])
    for route in notice.routes:
        put_on(engine, tx, catalogue, instance, notice, route, 0, now=now, people=people)


def put_on(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    notice: Notice,
    route: Route,
    position: int,
    *,
    now: datetime,
    people: Sequence[str] | None = None,
) -> None:
    """Put a notice on one channel of a route; whoever has a copy on it already gets no second one."""
    channel = route[position]
    there = {
        one.recipient
        for one in tx.notice_deliveries.of([notice.job_id])
        if (one.to_role, one.channel) == (notice.to_role, channel)
    }
    copies = [
        NoticeDelivery(
            id=new_id(),
            job_id=notice.job_id,
            to_role=notice.to_role,
            process_instance_id=instance.id,
            channel=channel,
            recipient=recipient,
            route=route,
            position=position,
            created_at=now,
            due_at=now,
        )
        for recipient in _recipients(engine, tx, catalogue, notice, channel, people, now)
        if recipient not in there
    ]
    if channel is Channel.INBOX:
        tx.notice_deliveries.add([delivered(copy, now=now) for copy in copies])
        return
    tx.notice_deliveries.add(copies)
    jobs = [job_of(tx.organisation, notice, copy, now) for copy in copies]
    tx.jobs.add(jobs)
    engine.dispatch(tx, jobs, now=now)
    if channel is Channel.WEBHOOK:
        for copy in copies:
            webhook_events.of_notice(engine, tx, catalogue, instance, notice, copy, now=now)


def of_created(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    task_ids: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Tell people of their new tasks, where the organisation's content says so."""
    if NoticeKind.TASK_CREATED in catalogue.organisation.task_notices:
        for task_id in task_ids:
            task = tx.user_tasks.get(task_id)
            of_task(engine, tx, catalogue, instance, task, NoticeKind.TASK_CREATED, now=now)


def of_handover(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    event: HistoryEvent,
) -> None:
    """Tell somebody that another has handed them a task, where the content says so."""
    if event.kind is HistoryKind.USER_TASK_DELEGATED and event.data["assignee"] != event.by:
        task = tx.user_tasks.get(event.token_id or "")
        of_task(engine, tx, catalogue, instance, task, NoticeKind.TASK_ASSIGNED, now=event.at)


def of_task(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    task: UserTask,
    kind: NoticeKind,
    *,
    now: datetime,
) -> None:
    """Tell whom a task is for what `kind` says of it, where the organisation's content says so.

    Its assignee alone if it has one, otherwise everybody who may take it, each once.
    """
    said = catalogue.organisation.task_notices.get(kind)
    if said is None:
        return
    directory = engine.directories.of(tx)
    told: set[str] = set(task.excluded_users)
    if task.assignee is not None:
        there = directory.stands_in_for(task.assignee, now) or task.assignee
        audience: list[tuple[str, Sequence[str]]] = [("", [there])]
    else:
        ladders = ladders_of(catalogue.organisation)
        groups = [one for one in task.candidate_groups if not said.roles or one in said.roles]
        audience = [(group, directory.resolve(group, ladders, now)) for group in groups]
        if task.candidate_users:
            audience.append(("", task.candidate_users))
    notice_id = new_id()
    for role, people in audience:
        new = [user for user in dict.fromkeys(people) if user not in told]
        told.update(new)
        if new or role:
            notice = notice_of_task(
                engine, catalogue, instance, task, kind, said, role, now, notice_id
            )
            put(engine, tx, catalogue, instance, notice, now=now, people=new)


def notice_of_task(
    engine: ProcessEngine,
    catalogue: Catalogue,
    instance: ProcessInstance,
    task: UserTask,
    kind: NoticeKind,
    said: TaskNotice,
    role: str,
    now: datetime,
    notice_id: str,
) -> Notice:
    """Return the notice that a task gives cause for."""
    subject, body = outside(
        engine,
        catalogue,
        instance,
        said.outside,
        role=role,
        kind=KINDS[kind],
        clauses=task.clauses,
        due_at=task.due_at,
        now=now,
    )
    return Notice(
        job_id=notice_id,
        to_role=role,
        process_instance_id=instance.id,
        element_id=task.element_id,
        template=kind,
        channel=said.routes[0][0],
        subject=subject,
        body=body.replace(LINK, f"{engine.address}/user-tasks/{task.id}"),
        clauses=task.clauses,
        delivered_at=now,
        kind=kind,
        due_at=task.due_at,
        user_task_id=task.id,
        outside_subject=subject,
        outside_body=body,
        routes=said.routes,
    )


def outside(
    engine: ProcessEngine,
    catalogue: Catalogue,
    instance: ProcessInstance,
    text: OutsideText | None,
    *,
    role: str,
    kind: str,
    clauses: Sequence[str],
    due_at: datetime | None,
    now: datetime,
) -> tuple[str, str]:
    """Return the subject and body that may leave the building, with `LINK` where the link goes."""
    found = catalogue.organisation.role(role)
    zone = catalogue.organisation.calendar.zone
    values: dict[str, Value] = {
        "organisation": catalogue.organisation.name,
        "procedure": catalogue.by_id[instance.process_definition_id].name,
        "reference": thin_reference(instance.business_key, instance.id),
        "role": found.name if found else None,
        "kind": kind,
        "clauses": list(clauses),
        "due_at": from_instant(due_at, zone) if due_at else None,
        "link": LINK,
    }
    return (text or USUAL).render(values, engine.evaluation(catalogue, now))


def up_to(notice: Notice, role: str, routes: tuple[Route, ...], *, now: datetime) -> Notice:
    """Return the notice as it goes to the next role up."""
    channel = routes[0][0]
    return replace(notice, to_role=role, routes=routes, channel=channel, delivered_at=now)


def _recipients(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    notice: Notice,
    channel: Channel,
    people: Sequence[str] | None,
    now: datetime,
) -> Sequence[str]:
    if channel is Channel.WEBHOOK:
        found: Sequence[str] = [one.id for one in webhook_events.hear_notices(catalogue)]
    elif channel not in PERSONAL:
        found = ()
    elif people is not None:
        return people
    else:
        ladders = ladders_of(catalogue.organisation)
        found = engine.directories.of(tx).resolve(notice.to_role, ladders, now)
    # A copy for nobody is kept too: it fails, and so shows that nobody was there to be told.
    return found or ("",)


def job_of(organisation: str, notice: Notice, copy: NoticeDelivery, now: datetime) -> Job:
    """Return the job that brings a copy to its channel, or looks after it."""
    due_at = now
    if copy.channel is Channel.WEBHOOK and copy.recipient:
        due_at = now + LOOKS_AGAIN
    return Job(
        id=copy.id,
        organisation=organisation,
        kind=JobKind.NOTICE,
        process_instance_id=None,
        key=f"notice:{copy.id}",
        element_id=notice.element_id,
        payload={"process_instance_id": copy.process_instance_id, "channel": copy.channel},
        due_at=due_at,
    )
