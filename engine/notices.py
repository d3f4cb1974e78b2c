"""Notices: tell a role what its procedure asks it to know, and show who was told and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from engine import links, notice_deliveries, notice_queue, told_notices
from engine.catalogue import Catalogue
from engine.content import TaskNotice, Template
from engine.execution import load
from engine.feel import DateTime, Value, instant
from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError
from engine.model.identifiers import new_id
from engine.model.notices import (
    PERSONAL,
    Channel,
    Notice,
    NoticeKind,
)
from engine.model.pages import Page, PageRequest
from engine.model.process_definitions import DefinitionKind
from engine.model.process_instances import ProcessInstance
from engine.model.service_tasks import ServiceRequest, ServiceResult
from engine.model.user_tasks import UserTask
from engine.process_engine import ProcessEngine
from engine.told_notices import ToldNotice

NEVER = datetime.max.replace(tzinfo=UTC)


class NoticeNotAddressed(RemitError):
    """A notice task says no template or no role, or one that does not exist."""

    code: ClassVar[str] = "notice_not_addressed"


def listing(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    process_instance_id: str | None = None,
    kind: NoticeKind | None = None,
) -> Page[Notice]:
    """Return notices, newest first: the actor's own roles' ones, or of an instance they may read."""
    everything = by.may(Permission.READ_HISTORY) or process_instance_id is not None
    if process_instance_id is not None:
        by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return tx.notices.listing(
            page,
            process_instance_id=process_instance_id,
            roles=None if everything else by.roles,
            kind=kind,
        )


def told(
    engine: ProcessEngine,
    *,
    by: Actor,
    page: PageRequest,
    process_instance_id: str | None = None,
    kind: NoticeKind | None = None,
) -> Page[ToldNotice]:
    """Return the notices of `listing`, each with its copies and every attempt."""
    found = listing(engine, by=by, page=page, process_instance_id=process_instance_id, kind=kind)
    with engine.reading(by.organisation) as tx:
        return Page(told_notices.of(tx, found.items), found.next_token)


def report(
    engine: ProcessEngine,
    *,
    organisation: str,
    channel: Channel,
    delivery_id: str,
    arrived: bool,
    detail: str,
) -> None:
    """Note what a channel's service says later of a copy; raise NoticeDeliveryNotFound."""
    notice_deliveries.reported(
        engine,
        organisation=organisation,
        channel=channel,
        delivery_id=delivery_id,
        arrived=arrived,
        detail=detail,
    )


def ask_link_again(engine: ProcessEngine, *, organisation: str, link_id: str) -> None:
    """Note that somebody wants a new link, and send it where links are sent to them anyway.

    Says nothing of whether there is such a link, task or person.
    """
    links.ask_again(engine, organisation=organisation, link_id=link_id)
    now = engine.clock.now()
    with engine.transaction(organisation) as tx:
        link = tx.links.get(link_id)
        if link is None or link.asked_again_at is None:
            return
        said = engine.catalogues.of(tx).organisation.task_notices.get(NoticeKind.TASK_CREATED)
        personal = tuple(
            (channel,)
            for route in (said.routes if said else ())
            for channel in route
            if channel in PERSONAL
        )
        if not personal:
            return
        task, instance, number = tx.user_tasks.lock(link.user_task_id)
        catalogue = engine.catalogues.of(tx, number)
        notice = notice_queue.notice_of_task(
            engine,
            catalogue,
            instance,
            task,
            NoticeKind.LINK_RENEWED,
            TaskNotice((tuple(channel for (channel,) in personal),)),
            "",
            now,
            new_id(),
        )
        tx.links.ask_again(link.id, now=None)
        people = [link.username]
        notice_queue.put(engine, tx, catalogue, instance, notice, now=now, people=people)


def deliver(engine: ProcessEngine, request: ServiceRequest) -> ServiceResult:
    """Make the notices to each role that the task's `to` names.

    Handler of the topic `notice`. Its inputs: `template`, the id of a notice template; `to`, a role
    or a list of roles; and, if it is about another limit than that of the open task with which it
    shares a clause, `due_at`. Raises NoticeNotAddressed, which ends as a dead letter for a person.
    """
    template_id, roles = request.variables.get("template"), request.variables.get("to")
    named = roles if isinstance(roles, list) else [roles]
    with engine.reading(request.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        if not isinstance(template_id, str):
            raise NoticeNotAddressed(f"{request.element_id} names no template.")
        template = engine.catalogues.template(
            tx, catalogue.latest(DefinitionKind.TEMPLATE, template_id)
        )
        for role in named:
            if not isinstance(role, str) or catalogue.organisation.role(role) is None:
                raise NoticeNotAddressed(
                    f"{request.element_id} addresses {role!r}, which is no role here."
                )
        instance = tx.process_instances.get(request.process_instance_id)
        definition = catalogue.by_id[instance.process_definition_id]
        variables = load(
            engine.catalogues.process(tx, definition),
            instance.document,
            engine.surroundings(tx, catalogue, request.now),
        ).variables(request.token_id)
        tasks = [one for one in tx.user_tasks.of_instance(instance.id) if one.is_open]
    return ServiceResult(
        notices=tuple(
            _notice(engine, catalogue, request, instance, template, role, variables, tasks)
            for role in dict.fromkeys(str(role) for role in named)
        )
    )


def _notice(
    engine: ProcessEngine,
    catalogue: Catalogue,
    request: ServiceRequest,
    instance: ProcessInstance,
    template: Template,
    role: str,
    variables: dict[str, Value],
    tasks: Sequence[UserTask],
) -> Notice:
    clauses = tuple(dict.fromkeys((*request.clauses, *template.clauses)))
    task = _about(tasks, role, clauses)
    given = request.variables.get("due_at")
    zone = catalogue.organisation.calendar.zone
    due_at = instant(given, zone) if isinstance(given, DateTime) else None
    if due_at is None and task is not None:
        due_at = task.due_at
    rendered = template.render(variables, engine.evaluation(catalogue, request.now))
    subject, body = notice_queue.outside(
        engine,
        catalogue,
        instance,
        template.outside,
        role=role,
        kind=template.id.replace("_", " "),
        clauses=clauses,
        due_at=due_at,
        now=request.now,
    )
    routes = template.channels or catalogue.organisation.channels_of(role)
    return Notice(
        job_id=request.job_id,
        to_role=role,
        process_instance_id=request.process_instance_id,
        element_id=request.element_id,
        template=template.id,
        channel=routes[0][0],
        subject=rendered.subject,
        body=rendered.body,
        clauses=clauses,
        delivered_at=request.now,
        due_at=due_at,
        user_task_id=task.id if task else None,
        outside_subject=subject,
        outside_body=body,
        routes=routes,
    )


def _about(tasks: Sequence[UserTask], role: str, clauses: Iterable[str]) -> UserTask | None:
    """Return the open task that a notice is about: of the same clause, else for the same role."""
    cited = set(clauses)
    for matching in (
        [task for task in tasks if cited.intersection(task.clauses)],
        [task for task in tasks if role in task.candidate_groups],
    ):
        if matching:
            return min(matching, key=lambda task: task.due_at or NEVER)
    return None
