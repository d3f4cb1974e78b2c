"""The page of one user task: what is asked, why, by when; its form; taking it on and completing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import organisations, process_definitions, process_instances, user_tasks
from engine.content import FieldError, PresentedComponent
from engine.feel import Evaluation
from engine.model.actors import Permission
from engine.model.user_tasks import UserTask, UserTaskChanged, UserTaskState
from engine.user_tasks import FormRefused, TaskForm
from web import sessions
from web.forms.controls import Control, controls, field_names, fields
from web.forms.submission import Submission, read, with_rows_changed
from web.wording import ago, limit, moment
from webhooks.caller import engine

blueprint = Blueprint("user_task", __name__)
blueprint.before_request(sessions.require)

MORE_QUESTIONS = "Your answers opened more questions. Answer those too, then complete the task."
SAVED = "Your answers are saved. The task stays with you until you complete it."


@dataclass(frozen=True)
class Trouble:
    """Why the page is shown again, and what was sent."""

    sent: Submission
    errors: Sequence[FieldError] = ()
    note: str = ""
    status: int = 422


@dataclass(frozen=True)
class ErrorLine:
    """One line of the error summary; without an anchor it belongs to no field that is shown."""

    message: str
    anchor: str


@blueprint.get("/user-tasks/<task_id>")
def show(task_id: str) -> str:
    """Show one task with its form."""
    return _page(task_id)


@blueprint.post("/user-tasks/<task_id>/claim")
def claim(task_id: str) -> Response:
    """Take the task on."""
    user_tasks.claim(engine(), by=sessions.me().actor, task_id=task_id)
    return redirect(url_for("user_task.show", task_id=task_id), 303)


@blueprint.post("/user-tasks/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give the task back to all who may do it."""
    user_tasks.unclaim(engine(), by=sessions.me().actor, task_id=task_id)
    return redirect(url_for("inbox.show"), 303)


@blueprint.post("/user-tasks/<task_id>/draft")
def save_draft(task_id: str) -> Response:
    """Keep the answers so far."""
    sent = read(request.form)
    user_tasks.save_draft(engine(), by=sessions.me().actor, task_id=task_id, values=sent.answers)
    flash(SAVED)
    return redirect(url_for("inbox.show"), 303)


@blueprint.post("/user-tasks/<task_id>/rows")
def change_rows(task_id: str) -> str:
    """Show the form with a row added to a list, or taken out of it; nothing is stored."""
    return _page(task_id, Trouble(with_rows_changed(request.form)))


@blueprint.post("/user-tasks/<task_id>/complete")
def complete(task_id: str) -> tuple[str, int] | Response:
    """Complete the task, or show the form again with what is wrong and every answer kept."""
    sent = read(request.form)
    trouble = _opened_questions(task_id, sent) or _completed(task_id, sent)
    return (_page(task_id, trouble), trouble.status) if trouble else _done(task_id)


def _opened_questions(task_id: str, sent: Submission) -> Trouble | None:
    """Say so when the answers made fields visible that the person has not seen yet."""
    found = user_tasks.form(engine(), by=sessions.me().actor, task_id=task_id)
    unseen = field_names(_presented(found, sent)) - sent.shown
    return Trouble(sent, note=MORE_QUESTIONS) if unseen else None


def _completed(task_id: str, sent: Submission) -> Trouble | None:
    """Complete the task; return what stopped it, None when it is done."""
    version = request.form.get("version", "")
    try:
        user_tasks.complete(
            engine(),
            by=sessions.me().actor,
            task_id=task_id,
            variables=sent.answers,
            version=int(version) if version.isdecimal() else None,
        )
    except FormRefused as refused:
        return Trouble(sent, errors=refused.errors)
    except UserTaskChanged as changed:
        return Trouble(sent, note=str(changed), status=409)
    return None


def _done(task_id: str) -> Response:
    task = user_tasks.get(engine(), by=sessions.me().actor, task_id=task_id)
    flash(f"Completed: {task.name}")
    return redirect(url_for("inbox.show"), 303)


def _presented(found: TaskForm, sent: Submission) -> tuple[PresentedComponent, ...]:
    """Return the form's components over the answers just sent."""
    if found.form is None:
        return ()
    calendar = sessions.me().organisation.calendar
    evaluation = Evaluation(now=engine().clock.now(), zone=calendar.zone, calendar=calendar)
    return tuple(found.form.present(found.values, evaluation, submitted=sent.answers))


def _page(task_id: str, trouble: Trouble | None = None) -> str:
    me, now = sessions.me(), engine().clock.now()
    task = user_tasks.get(engine(), by=me.actor, task_id=task_id)
    errors = trouble.errors if trouble else ()
    drawn = _drawn(task, trouble)
    return render_template(
        "user_task.html",
        me=me,
        task=task,
        controls=drawn,
        errors=_summary(errors, drawn),
        note=trouble.note if trouble else "",
        limit=limit(task.due_at, now=now, zone=me.zone),
        **_standing(task, me, now),
        **_reasons(task, me),
    )


def _drawn(task: UserTask, trouble: Trouble | None) -> tuple[Control, ...]:
    """Return the form's controls; a task that is over asks nothing any more."""
    if task.state is not UserTaskState.OPEN:
        return ()
    found = user_tasks.form(engine(), by=sessions.me().actor, task_id=task.id)
    if trouble is None:
        return controls(found.present)
    return controls(_presented(found, trouble.sent), trouble.errors, trouble.sent.raw)


def _summary(errors: Sequence[FieldError], drawn: Sequence[Control]) -> list[ErrorLine]:
    """Return the errors in the order of the page, each with the input that it links to."""
    anchors = {control.component.key: control.anchor for control in fields(drawn)}
    order = {key: place for place, key in enumerate(anchors)}
    return [
        ErrorLine(error.message, anchors.get(error.field, ""))
        for error in sorted(errors, key=lambda error: order.get(error.field, len(order)))
    ]


def _standing(task: UserTask, me: sessions.SignedIn, now: datetime) -> dict[str, Any]:
    with_me = task.assignee == me.actor.user
    all_tasks = me.actor.may(Permission.WORK_ALL_TASKS)
    return {
        "procedure": me.procedure_name(task.process_definition_key),
        "since": moment(task.created_at, me.zone),
        "since_words": ago(task.created_at, now=now),
        "asked_of": me.role_names(task.candidate_groups)
        or ", ".join(task.candidate_users)
        or task.assignee
        or "Nobody in particular",
        "with_me": with_me,
        "taken": bool(task.assignee) and not with_me and not all_tasks,
        "open": task.state is UserTaskState.OPEN,
        "closed": moment(task.completed_at, me.zone) if task.completed_at else "",
    }


def _reasons(task: UserTask, me: sessions.SignedIn) -> dict[str, Any]:
    """Return why the task is asked: its clauses in plain words, and what its diagram says of it."""
    known = organisations.clauses(engine(), by=me.actor)
    return {
        "clauses": [known[clause] for clause in task.clauses if clause in known],
        "documentation": _documentation(task, me),
    }


def _documentation(task: UserTask, me: sessions.SignedIn) -> list[str]:
    """Return the paragraphs that the diagram has on this step, in this or a called procedure."""
    if not me.actor.may(Permission.READ_INSTANCES):
        return []
    instance = process_instances.get(engine(), by=me.actor, instance_id=task.process_instance_id)
    key, version = instance.process_definition_key, instance.version
    own = process_definitions.specification(engine(), by=me.actor, key=key, version=version)
    called = (
        process_definitions.specification(engine(), by=me.actor, key=reference.key)
        for reference in own.call_refs
    )
    for specification in chain([own], called):
        if element := specification.elements.get(task.element_id):
            return [part for part in element.documentation.split("\n\n") if part.strip()]
    return []
