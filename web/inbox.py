"""The inbox: what waits for the person who is signed in, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from engine import user_tasks
from engine.model.actors import NotAllowed, Permission
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.user_tasks import UserTask, UserTaskState
from web import sessions
from web.wording import Limit, limit
from webhooks.caller import engine

blueprint = Blueprint("inbox", __name__)
blueprint.before_request(sessions.require)


@dataclass(frozen=True)
class Line:
    """One task as the inbox shows it."""

    id: str
    name: str
    business_key: str | None
    procedure: str
    limit: Limit


@blueprint.get("/")
def home() -> Response:
    """Lead to the first page that this person may open."""
    links = sessions.me().navigation
    if not links:
        raise NotAllowed(Permission.WORK_TASKS)
    return redirect(links[0].address, 302)


@blueprint.get("/inbox")
def show() -> str:
    """Show the open tasks of the person and of their roles."""
    me, now = sessions.me(), engine().clock.now()
    page = PageRequest(size=LARGEST_PAGE, token=request.args.get("page_token"))
    found = user_tasks.listing(
        engine(), by=me.actor, page=page, state=UserTaskState.OPEN, mine=True
    )
    return render_template(
        "inbox.html",
        me=me,
        mine=[_line(task, me, now) for task in by_urgency(found.items) if _is_with(task, me)],
        teams=[_line(task, me, now) for task in by_urgency(found.items) if not task.assignee],
        next_page=found.next_token,
    )


def by_urgency(tasks: tuple[UserTask, ...]) -> list[UserTask]:
    """Return tasks by their limit, those without one last, the older first among equals."""
    return sorted(
        tasks,
        key=lambda task: (task.due_at is None, task.due_at or task.created_at, task.created_at),
    )


def _is_with(task: UserTask, me: sessions.SignedIn) -> bool:
    return task.assignee == me.actor.user


def _line(task: UserTask, me: sessions.SignedIn, now: datetime) -> Line:
    return Line(
        id=task.id,
        name=task.name,
        business_key=task.business_key,
        procedure=me.procedure_name(task.process_definition_key),
        limit=limit(task.due_at, now=now, zone=me.zone),
    )
