"""The inbox: what waits for the person who is signed in, sorted and filtered as they ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import user_tasks
from engine.model.actors import NotAllowed, Permission
from engine.model.inbox import InboxOrder, InboxQuery
from engine.model.pages import PageRequest
from engine.model.user_tasks import UserTask
from web import sessions
from web.wording import Limit, ago, limit, short_moment
from webhooks.caller import engine

blueprint = Blueprint("inbox", __name__)
blueprint.before_request(sessions.require)

LINES = 25
"""How many tasks of each kind one page shows."""
ORDERS = (
    (InboxOrder.DUE, "Due first"),
    (InboxOrder.FOLLOW_UP, "Follow-up first"),
    (InboxOrder.AGE, "Oldest first"),
)
OVERDUE = "overdue"
MINE, TEAMS = "mine", "teams"
"""The lists, by the name under which an address asks for their next page."""


@dataclass(frozen=True)
class Line:
    """One task as the inbox shows it."""

    id: str
    name: str
    business_key: str | None
    procedure: str
    limit: Limit
    follow_up: str
    age: str


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
    me, now, asked = sessions.me(), engine().clock.now(), request.args
    order = asked.get("order", "")
    overdue_only = asked.get("show") == OVERDUE
    query = InboxQuery(
        order=InboxOrder(order) if order in list(InboxOrder) else InboxOrder.DUE,
        process_definition_key=asked.get("procedure") or None,
        overdue_at=now if overdue_only else None,
    )
    more_of = asked.get("list", "")
    mine, teams = user_tasks.inbox(
        engine(),
        by=me.actor,
        query=query,
        with_me=None if more_of == TEAMS else _asked(MINE),
        offered=None if more_of == MINE else _asked(TEAMS),
    )
    return render_template(
        "inbox.html",
        me=me,
        mine=_lines(mine.items, me, now),
        teams=_lines(teams.items, me, now),
        more_mine=_more(MINE, mine.next_token),
        more_teams=_more(TEAMS, teams.next_token),
        only_mine=more_of == MINE,
        only_offered=more_of == TEAMS,
        orders=ORDERS,
        order=query.order,
        procedures=_procedures(me),
        procedure=query.process_definition_key,
        overdue_only=overdue_only,
        filtered=overdue_only or query.process_definition_key is not None,
    )


def by_urgency(tasks: tuple[UserTask, ...]) -> list[UserTask]:
    """Return tasks by their limit, those without one last, the older first among equals."""
    return sorted(
        tasks,
        key=lambda task: (task.due_at is None, task.due_at or task.created_at, task.created_at),
    )


def line(task: UserTask, me: sessions.SignedIn, now: datetime) -> Line:
    """Return one task as lists of tasks show it."""
    return Line(
        id=task.id,
        name=task.name,
        business_key=task.business_key,
        procedure=me.procedure_name(task.process_definition_key),
        limit=limit(task.due_at, now=now, zone=me.zone),
        follow_up=short_moment(task.follow_up_at, me.zone) if task.follow_up_at else "",
        age=ago(task.created_at, now=now),
    )


def _lines(tasks: Sequence[UserTask], me: sessions.SignedIn, now: datetime) -> list[Line]:
    return [line(task, me, now) for task in tasks]


def _asked(name: str) -> PageRequest:
    token = request.args.get("page_token") if request.args.get("list") == name else None
    return PageRequest(size=LINES, token=token)


def _more(name: str, token: str | None) -> str:
    """Return the address of a list's next page, as it is sorted and filtered now."""
    if token is None:
        return ""
    kept: dict[str, Any] = {
        key: request.args[key] for key in ("order", "procedure", "show") if key in request.args
    }
    return url_for("inbox.show", **kept, list=name, page_token=token)


def _procedures(me: sessions.SignedIn) -> list[tuple[str, str]]:
    return [(found.key, found.name) for found in me.organisation.procedures]
