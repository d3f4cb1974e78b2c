"""One-time links: made for one task, recipient and action; opened, used, and asked for again.

A link points at a task and never moves it: the task is completed by the use case of all tasks.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.catalogue import Catalogue
from engine.content import Organisation
from engine.execution import load
from engine.model.access import AccessKind
from engine.model.actors import Actor, NotAllowed, Permission
from engine.model.identifiers import new_id
from engine.model.links import LinkAction, LinkNeedsSignIn, LinkNotUsable, LinkState, TaskLink
from engine.model.people import PersonNotFound
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskNotFound
from engine.process_engine import ProcessEngine
from engine.store import Transaction

SECRET_BYTES = 32
LASTS = timedelta(days=7)
COMPLETES = "one_time_link"
"""The extension property of a user task: with the value `completes` a link alone is enough."""


@dataclass(frozen=True, slots=True)
class LinkedTask:
    """What a usable link shows; `actor` may do this one task and nothing else."""

    link: TaskLink
    task: UserTask
    organisation: Organisation
    actor: Actor


def make(
    engine: ProcessEngine, *, by: Actor, task_id: str, username: str, secret: str | None = None
) -> tuple[TaskLink, str]:
    """Make a link to an open task for one person; returns it and its secret, which is never kept.

    A `secret` that was given before makes no second link: what is sent again says the same.

    Only Remit itself makes links, to send them: whoever could read one could act as its recipient.
    What it lets them do follows from the diagram. Raises UserTaskClosed, UserTaskExcluded, or
    UserTaskNotFound for a person whom the task is not for.
    """
    _check_system(by)
    with engine.transaction(by.organisation) as tx:
        task, instance, number = tx.user_tasks.lock(task_id)
        catalogue = engine.catalogues.of(tx, number)
        actor = _recipient(engine, tx, catalogue, username)
        task.check_open()
        task.check_workable_by(actor)
        task.check_not_taken_from(actor)
        task.check_not_excluded(username)
        now = engine.clock.now()
        known = tx.links.find(_hash(secret)) if secret else None
        if known is not None and secret is not None:
            return known, secret
        link = TaskLink(
            id=new_id(),
            organisation=by.organisation,
            user_task_id=task.id,
            task_version=task.version,
            definition_id=instance.process_definition_id,
            username=username,
            action=_action(engine, tx, catalogue, instance, task),
            created_at=now,
            expires_at=now + LASTS,
        )
        secret = secret or secrets.token_urlsafe(SECRET_BYTES)
        tx.links.add(link, _hash(secret))
        tx.access_events.add(AccessKind.LINK_MADE, user=username, about=f"task {task.id}", now=now)
    return link, secret


def opened(engine: ProcessEngine, *, secret: str) -> TaskLink | None:
    """Return the link of a secret, None for a secret that is none; the opening is written down.

    An opening is no more than that: mail scanners open every link. Nothing else changes.
    """
    with engine.store.system_reading() as system:
        link = system.links.find(_hash(secret))
    if link is None:
        return None
    with engine.transaction(link.organisation) as tx:
        now = engine.clock.now()
        usable = _state(tx, link, engine) is LinkState.USABLE
        kind = AccessKind.LINK_OPENED if usable else AccessKind.LINK_REFUSED
        tx.access_events.add(kind, user=link.username, about=f"task {link.user_task_id}", now=now)
    return link


def shown(engine: ProcessEngine, *, organisation: str, link_id: str) -> LinkedTask:
    """Return what a link leads to; raise LinkNotUsable when it is worth nothing (any more)."""
    with engine.reading(organisation) as tx:
        link = tx.links.get(link_id)
        if link is None or _state(tx, link, engine) is not LinkState.USABLE:
            raise LinkNotUsable
        catalogue = engine.catalogues.of(tx)
        task = tx.user_tasks.get(link.user_task_id)
        try:
            actor = _recipient(engine, tx, catalogue, link.username)
            task.check_workable_by(actor)
            task.check_not_taken_from(actor)
        except (PersonNotFound, UserTaskNotFound) as error:
            raise LinkNotUsable from error
    # Enough to do the task that it is for, and no more than that.
    narrow = replace(actor, permissions=frozenset({Permission.WORK_TASKS}))
    return LinkedTask(link, task, catalogue.organisation, narrow)


def to_complete(engine: ProcessEngine, *, organisation: str, link_id: str) -> LinkedTask:
    """Return the task that a link lets its recipient complete; raise LinkNeedsSignIn otherwise."""
    found = shown(engine, organisation=organisation, link_id=link_id)
    if found.link.action is not LinkAction.COMPLETE:
        raise LinkNeedsSignIn
    return found


def used(engine: ProcessEngine, *, link: TaskLink) -> None:
    """Write down that a task was completed by its link, which is consumed."""
    with engine.transaction(link.organisation) as tx:
        now = engine.clock.now()
        tx.links.use(link.id, now=now)
        tx.access_events.add(
            AccessKind.LINK_USED, user=link.username, about=f"task {link.user_task_id}", now=now
        )


def ask_again(engine: ProcessEngine, *, organisation: str, link_id: str) -> None:
    """Note that somebody wants a new link in place of one that cannot be used.

    Says nothing of whether there is such a link, task or person. The recipient gets one only if
    the task is still theirs to do, and only where links are sent to them anyway.
    """
    with engine.transaction(organisation) as tx:
        link = tx.links.get(link_id)
        if link is None or link.asked_again_at is not None:
            return
        if _may_have_another(engine, tx, link):
            now = engine.clock.now()
            tx.links.ask_again(link.id, now=now)
            tx.access_events.add(
                AccessKind.LINK_ASKED_AGAIN,
                user=link.username,
                about=f"task {link.user_task_id}",
                now=now,
            )


def asked_again(engine: ProcessEngine, *, by: Actor) -> tuple[TaskLink, ...]:
    """Return the links whose recipients wait for a new one, for who sends them."""
    _check_system(by)
    with engine.reading(by.organisation) as tx:
        return tx.links.asked_again()


def renew(engine: ProcessEngine, *, by: Actor, link: TaskLink) -> tuple[TaskLink, str]:
    """Make the new link that a recipient asked for; raises what `make` raises."""
    with engine.transaction(by.organisation) as tx:
        tx.links.ask_again(link.id, now=None)
    return make(engine, by=by, task_id=link.user_task_id, username=link.username)


def _check_system(by: Actor) -> None:
    if by.session != "system":
        raise NotAllowed(Permission.ADMINISTER)


def _recipient(
    engine: ProcessEngine, tx: Transaction, catalogue: Catalogue, username: str
) -> Actor:
    found = engine.person(catalogue, engine.directories.of(tx), username, engine.clock.now())
    if found is None:
        raise PersonNotFound(username)
    return found


def _state(tx: Transaction, link: TaskLink, engine: ProcessEngine) -> LinkState:
    task = tx.user_tasks.get(link.user_task_id)
    instance = tx.process_instances.get(task.process_instance_id)
    if instance.ended_at is not None:
        return LinkState.VOID
    return link.state(task, instance.process_definition_id, engine.clock.now())


def _may_have_another(engine: ProcessEngine, tx: Transaction, link: TaskLink) -> bool:
    task = tx.user_tasks.get(link.user_task_id)
    directory, catalogue = engine.directories.of(tx), engine.catalogues.of(tx)
    actor = engine.person(catalogue, directory, link.username, engine.clock.now())
    if actor is None or not task.is_open or not task.is_for(actor):
        return False
    return task.assignee in {None, *actor.users} and link.username not in task.excluded_users


def _action(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    task: UserTask,
) -> LinkAction:
    execution = load(
        engine.catalogues.process(tx, catalogue.by_id[instance.process_definition_id]),
        instance.document,
        engine.surroundings(tx, catalogue, engine.clock.now()),
    )
    element = execution.process_of(task.id).elements[task.element_id]
    said = element.properties.get(COMPLETES, "").strip()
    return LinkAction.COMPLETE if said == "completes" else LinkAction.SHOW


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
