"""One-time links: a GET only shows; the token is swapped for the session at once; only a POST completes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine import links, notices, user_tasks
from engine.content import FieldError
from engine.feel import Evaluation
from engine.links import LinkedTask
from engine.model.links import LinkAction, LinkNotUsable
from engine.model.process_instances import ProcessInstanceNotRunning
from engine.user_tasks import FormRefused
from web import sessions
from web.attachments import received
from web.forms.controls import Control, controls, field_names, fields
from web.forms.submission import Submission, read, with_rows_changed
from web.wording import limit, moment
from webhooks.caller import engine

blueprint = Blueprint("link", __name__)

LINK = "task_link"
"""What the cookie holds of an opened link: the organisation and the link's id, never the token."""
HELD_UP = "The case is suspended: nothing was completed. The link stays good; try again later."
MORE_QUESTIONS = "Your answers opened more questions. Answer those too, then complete the task."


@blueprint.get("/t/<token>")
def swap(token: str) -> Response:
    """Swap the token for the session, so that it is in no address any more; change nothing."""
    found = links.opened(engine(), secret=token)
    session[LINK] = [found.organisation, found.id] if found else []
    session.permanent = True
    return redirect(url_for("link.show"), 303)


@blueprint.get("/task-link")
def show() -> str | Response | tuple[str, int]:
    """Show the task of the link that was opened, or that it cannot be used any more."""
    try:
        found = links.shown(engine(), **_opened())
    except LinkNotUsable:
        return render_template("link_refused.html", me=None, asked=False), 410
    signed_in = sessions.anybody()
    if signed_in is not None and signed_in.actor.user == found.link.username:
        return redirect(url_for("user_task.show", task_id=found.task.id), 303)
    return _page(found)


@blueprint.post("/task-link/complete")
def complete() -> str | tuple[str, int]:
    """Complete the task, as the link's recipient, if its diagram lets a link do so."""
    sessions.check_csrf()
    try:
        found = links.to_complete(engine(), **_opened())
    except LinkNotUsable:
        return render_template("link_refused.html", me=None, asked=False), 410
    came = received(found.task.id, by=found.actor)
    sent = read(came.form)
    if came.errors:
        return _page(found, sent, came.errors), 422
    if field_names(_presented(found, sent)) - sent.shown:
        return _page(found, sent, note=MORE_QUESTIONS), 422
    try:
        user_tasks.complete(
            engine(),
            by=found.actor,
            task_id=found.task.id,
            variables=sent.answers,
            version=found.link.task_version,
        )
    except FormRefused as refused:
        return _page(found, sent, refused.errors), 422
    except ProcessInstanceNotRunning:
        return _page(found, sent, note=HELD_UP), 409
    links.used(engine(), link=found.link)
    session.pop(LINK, None)
    return render_template("link_done.html", me=None, name=found.task.name)


@blueprint.post("/task-link/rows")
def change_rows() -> str | tuple[str, int]:
    """Show the form with a row added to a list, or taken out of it; nothing is stored."""
    sessions.check_csrf()
    try:
        found = links.to_complete(engine(), **_opened())
    except LinkNotUsable:
        return render_template("link_refused.html", me=None, asked=False), 410
    return _page(found, with_rows_changed(request.form))


@blueprint.post("/task-link/sign-in")
def sign_in() -> Response:
    """Lead to the task itself by way of signing in."""
    sessions.check_csrf()
    found = links.shown(engine(), **_opened())
    sessions.go_to(url_for("user_task.show", task_id=found.task.id))
    return redirect(url_for("sign_in.show_organisation", organisation=found.organisation.key), 303)


@blueprint.post("/task-link/again")
def ask_again() -> str:
    """Have a new link sent to the recipient, if there is one to be sent; the page tells nothing."""
    sessions.check_csrf()
    if session.get(LINK):
        notices.ask_link_again(engine(), **_opened())
    return render_template("link_refused.html", me=None, asked=True)


def _opened() -> dict[str, str]:
    """Return which link this browser opened; raise LinkNotUsable when none."""
    kept = session.get(LINK)
    if not kept:
        raise LinkNotUsable
    organisation, link_id = kept
    return {"organisation": organisation, "link_id": link_id}


def _page(
    found: LinkedTask,
    sent: Submission | None = None,
    errors: Sequence[FieldError] = (),
    note: str = "",
) -> str:
    now, zone = engine().clock.now(), found.organisation.calendar.zone
    completes = found.link.action is LinkAction.COMPLETE
    drawn = _drawn(found, sent, errors) if completes else ()
    anchors = {control.component.key: control.anchor for control in fields(drawn)}
    procedure = found.organisation.procedure(found.task.process_definition_key)
    return render_template(
        "link.html",
        me=None,
        task=found.task,
        organisation=found.organisation.name,
        theme=found.organisation.theme,
        procedure=procedure.name if procedure else "",
        limit=limit(found.task.due_at, now=now, zone=zone),
        since=moment(found.task.created_at, zone),
        completes=completes,
        controls=drawn,
        errors=[{"message": e.message, "anchor": anchors.get(e.field, "")} for e in errors],
        note=note,
    )


def _drawn(
    found: LinkedTask, sent: Submission | None, errors: Sequence[FieldError]
) -> tuple[Control, ...]:
    if sent is None:
        form = user_tasks.form(engine(), by=found.actor, task_id=found.task.id)
        return controls(form.present)
    return controls(_presented(found, sent), errors, sent.raw)


def _presented(found: LinkedTask, sent: Submission) -> tuple[Any, ...]:
    form = user_tasks.form(engine(), by=found.actor, task_id=found.task.id)
    if form.form is None:
        return ()
    calendar = found.organisation.calendar
    evaluation = Evaluation(now=engine().clock.now(), zone=calendar.zone, calendar=calendar)
    return tuple(form.form.present(form.values, evaluation, submitted=form.filled(sent.answers)))
