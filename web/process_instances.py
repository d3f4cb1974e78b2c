"""The cases, and the page of one: where it stands, its limits, its notices, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

from engine import notices, process_instances
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.user_tasks import UserTaskState
from web import sessions
from web.inbox import by_urgency
from web.timeline import timeline
from web.wording import limit, moment, short_moment
from webhooks.caller import engine

blueprint = Blueprint("process_instance", __name__)
blueprint.before_request(sessions.require)

WHOLE = PageRequest(size=LARGEST_PAGE)


@dataclass(frozen=True)
class LimitLine:
    """One limit of the instance as the page shows it."""

    name: str
    due: str
    state: str
    words: str
    clauses: tuple[str, ...]


VIEWS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "running": ("Running", {"state": InstanceState.RUNNING}),
    "late": ("Late", {"state": InstanceState.RUNNING, "overdue": True}),
    "completed": ("Completed", {"state": InstanceState.COMPLETED}),
    "all": ("All", {}),
}
"""What the list of cases can be narrowed to: by address, the words and the filters."""


@dataclass(frozen=True)
class CaseLine:
    """One case in the list."""

    id: str
    reference: str
    procedure: str
    state: str
    started: str


@blueprint.get("/process-instances")
def show_all() -> str:
    """Show the organisation's cases, the latest first."""
    me, view = sessions.me(), request.args.get("view", "running")
    _, filters = VIEWS.get(view, VIEWS["all"])
    page = PageRequest(token=request.args.get("page_token"))
    found = process_instances.listing(engine(), by=me.actor, page=page, **filters)
    return render_template(
        "process_instances.html",
        me=me,
        cases=[_case(instance, me) for instance in found.items],
        views=[(name, words) for name, (words, _) in VIEWS.items()],
        view=view,
        next_page=found.next_token,
    )


@blueprint.get("/process-instances/<instance_id>")
def show(instance_id: str) -> str:
    """Show one instance: open tasks, limits, notices, and what happened so far."""
    me, now = sessions.me(), engine().clock.now()
    by = me.actor
    instance = process_instances.get(engine(), by=by, instance_id=instance_id)
    return render_template(
        "process_instance.html",
        me=me,
        instance=instance,
        procedure=me.procedure_name(instance.process_definition_key),
        started=moment(instance.started_at, me.zone),
        ended=moment(instance.ended_at, me.zone) if instance.ended_at else None,
        tasks=_open_tasks(instance_id, me, now),
        limits=_limits(instance_id, me, now),
        notices=notices.listing(
            engine(), by=by, page=WHOLE, process_instance_id=instance_id
        ).items,
        **_history(instance_id, me),
        short_moment=lambda at: short_moment(at, me.zone),
    )


def _case(instance: ProcessInstance, me: sessions.SignedIn) -> CaseLine:
    return CaseLine(
        id=instance.id,
        reference=instance.business_key or "No reference",
        procedure=me.procedure_name(instance.process_definition_key),
        state=instance.state,
        started=moment(instance.started_at, me.zone),
    )


def _open_tasks(instance_id: str, me: sessions.SignedIn, now: datetime) -> list[dict[str, Any]]:
    found = process_instances.user_tasks(engine(), by=me.actor, instance_id=instance_id)
    return [
        {
            "id": task.id,
            "name": task.name,
            "with": me.person_name(task.assignee)
            if task.assignee
            else me.role_names(task.candidate_groups),
            "mine": task.is_for(me.actor),
            "limit": limit(task.due_at, now=now, zone=me.zone),
        }
        for task in by_urgency(found)
        if task.state is UserTaskState.OPEN
    ]


def _limits(instance_id: str, me: sessions.SignedIn, now: datetime) -> list[LimitLine]:
    found = process_instances.deadlines(engine(), by=me.actor, instance_id=instance_id)
    return [
        LimitLine(
            name=deadline.name,
            due=moment(deadline.due_at, me.zone),
            state=deadline.state,
            words=_standing(deadline, me, now),
            clauses=deadline.clauses,
        )
        for deadline in found
        if deadline.due_at is not None
    ]


def _standing(deadline: Any, me: sessions.SignedIn, now: datetime) -> str:
    words = {"met": "Met", "missed": "Missed"}
    return words.get(deadline.state) or limit(deadline.due_at, now=now, zone=me.zone).words


def _history(instance_id: str, me: sessions.SignedIn) -> dict[str, Any]:
    page = PageRequest(size=LARGEST_PAGE, token=request.args.get("page_token"))
    found = process_instances.history(engine(), by=me.actor, instance_id=instance_id, page=page)
    return {"entries": timeline(found.items, me.role_name), "next_page": found.next_token}
