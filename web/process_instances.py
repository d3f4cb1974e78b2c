"""The cases, and the page of one: where it stands, its limits, its notices, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine import process_definitions, process_instances
from engine.model.actors import Actor, Permission
from engine.model.deadlines import Deadline
from engine.model.pages import PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskState
from engine.process_instances import Overview
from web import attachments, sessions
from web.diagrams import Picture, draw, read_picture
from web.inbox import by_urgency
from web.timeline import SENTENCES, timeline, way_told
from web.wording import limit, moment, short_moment
from webhooks.caller import engine

blueprint = Blueprint("process_instance", __name__)
blueprint.before_request(sessions.require)

CASES = 25
EVENTS = 50
"""How much of what happened one page tells."""
LONGEST_COMMENT = 4000
LONGEST_REASON = 2000
PICTURES = "remit_pictures"
MOST_PICTURES = 500


@dataclass(frozen=True)
class DrawnDiagram:
    """A diagram on the page; `places` says the same in words: where tokens wait, and how many."""

    title: str
    version: int
    svg: Markup
    places: list[tuple[str, int]]


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
    "suspended": ("Suspended", {"state": InstanceState.SUSPENDED}),
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
    page = PageRequest(size=CASES, token=request.args.get("page_token"))
    wanted = request.args.get("q", "").strip()
    found = process_instances.listing(
        engine(), by=me.actor, page=page, q=wanted or None, **filters
    )
    return render_template(
        "process_instances.html",
        me=me,
        cases=[_case(instance, me) for instance in found.items],
        views=[(name, words) for name, (words, _) in VIEWS.items()],
        view=view,
        wanted=wanted,
        next_page=found.next_token,
    )


@blueprint.get("/process-instances/<instance_id>")
def show(instance_id: str) -> str:
    """Show one instance: open tasks, diagram, limits, notices, and what happened so far."""
    me, now = sessions.me(), engine().clock.now()
    found = process_instances.overview(
        engine(),
        by=me.actor,
        instance_id=instance_id,
        page=PageRequest(size=EVENTS, token=request.args.get("page_token")),
        kinds=tuple(SENTENCES),
    )
    instance = found.instance
    return render_template(
        "process_instance.html",
        me=me,
        instance=instance,
        procedure=me.procedure_name(instance.process_definition_key),
        started=moment(instance.started_at, me.zone),
        ended=moment(instance.ended_at, me.zone) if instance.ended_at else None,
        suspended_by=found.suspended_by,
        may_hold_up=me.actor.may(Permission.CANCEL),
        tasks=_open_tasks(found.user_tasks, me, now),
        attachments=attachments.lines(found.attachments, me),
        limits=[_limit_line(one, me, now) for one in found.deadlines if one.due_at],
        notices=found.notices,
        way_told=lambda copy: way_told(copy, lambda at: short_moment(at, me.zone)),
        diagrams=_diagrams(found, me),
        entries=timeline(found.history.items, me.role_name),
        next_page=found.history.next_token,
        short_moment=lambda at: short_moment(at, me.zone),
    )


@blueprint.post("/process-instances/<instance_id>/comments")
def comment(instance_id: str) -> Response:
    """Add a comment to what happened."""
    text = request.form.get("text", "").strip()
    if text:
        process_instances.comment(
            engine(), by=sessions.me().actor, instance_id=instance_id, text=text[:LONGEST_COMMENT]
        )
        flash("Your comment is added.")
    else:
        flash("Write the comment first. Nothing was changed.")
    return redirect(url_for("process_instance.show", instance_id=instance_id), 303)


@blueprint.post("/process-instances/<instance_id>/suspend")
def suspend(instance_id: str) -> Response:
    """Let nothing of the case move, for a reason that everybody sees."""
    reason = request.form.get("reason", "").strip()
    if reason:
        process_instances.suspend(
            engine(),
            by=sessions.me().actor,
            instance_id=instance_id,
            reason=reason[:LONGEST_REASON],
        )
        flash("The case is suspended.")
    else:
        flash("Say why first. Nothing was changed.")
    return redirect(url_for("process_instance.show", instance_id=instance_id), 303)


@blueprint.post("/process-instances/<instance_id>/activate")
def activate(instance_id: str) -> Response:
    """Let a suspended case go on."""
    process_instances.activate(
        engine(),
        by=sessions.me().actor,
        instance_id=instance_id,
        reason=request.form.get("reason", "").strip()[:LONGEST_REASON],
    )
    flash("The case goes on.")
    return redirect(url_for("process_instance.show", instance_id=instance_id), 303)


def _case(instance: ProcessInstance, me: sessions.SignedIn) -> CaseLine:
    return CaseLine(
        id=instance.id,
        reference=instance.business_key or "No reference",
        procedure=me.procedure_name(instance.process_definition_key),
        state=instance.state,
        started=moment(instance.started_at, me.zone),
    )


def _open_tasks(
    tasks: Sequence[UserTask], me: sessions.SignedIn, now: datetime
) -> list[dict[str, Any]]:
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
        for task in by_urgency(tuple(tasks))
        if task.state is UserTaskState.OPEN
    ]


def _limit_line(deadline: Deadline, me: sessions.SignedIn, now: datetime) -> LimitLine:
    assert deadline.due_at is not None
    words = {"met": "Met", "missed": "Missed", "cancelled": "No longer needed"}
    return LimitLine(
        name=deadline.name,
        due=moment(deadline.due_at, me.zone),
        state=deadline.state,
        words=words.get(deadline.state) or limit(deadline.due_at, now=now, zone=me.zone).words,
        clauses=deadline.clauses,
    )


def _diagrams(found: Overview, me: sessions.SignedIn) -> list[DrawnDiagram]:
    """Return the diagrams that can be drawn, each with its tokens."""
    been = {task.element_id for task in found.user_tasks if task.state is UserTaskState.COMPLETED}
    drawn = []
    for number, diagram in enumerate(found.diagrams, start=1):
        picture = _picture(me.actor, diagram.key, diagram.version)
        if picture is not None:
            title = f"Diagram of {diagram.name or diagram.key}"
            svg = draw(picture, name=f"d{number}", title=title, tokens=diagram.tokens, been=been)
            names = {shape.id: shape.name or shape.id for shape in picture.shapes}
            places = [(names.get(id_, id_), count) for id_, count in diagram.tokens.items()]
            drawn.append(DrawnDiagram(title, diagram.version, svg, places))
    return drawn


def _picture(by: Actor, key: str, version: int) -> Picture | None:
    """Return where a version draws its shapes; read once, for a version never changes."""
    kept = current_app.extensions.setdefault(PICTURES, {})
    place = (by.organisation, key, version)
    if place not in kept:
        if len(kept) >= MOST_PICTURES:
            kept.clear()
        source = process_definitions.xml(engine(), by=by, key=key, version=version)
        kept[place] = read_picture(source)
    return cast("Picture | None", kept[place])
