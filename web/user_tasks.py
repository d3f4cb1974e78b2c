"""The page of one user task: what is asked, why, by when; its form; taking it on and completing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import people, process_instances, user_tasks
from engine.content import FieldError, PresentedComponent
from engine.feel import Evaluation
from engine.model.actors import Permission
from engine.model.people import Person
from engine.model.process_instances import ProcessInstanceNotRunning
from engine.model.user_tasks import UserTask, UserTaskChanged, UserTaskState
from engine.user_tasks import FormRefused, TaskForm
from web import sessions
from web.attachments import GENERAL, REMOVE_FILE, accepted, allowed_words, lines, received
from web.forms.answers import answers
from web.forms.controls import Control, controls, field_names, fields
from web.forms.submission import Submission, read, with_rows_changed
from web.sessions import CSRF_FIELD
from web.timeline import SENTENCES, timeline
from web.wording import ago, limit, listed, moment, name_in_words, short_moment
from webhooks.caller import engine

blueprint = Blueprint("user_task", __name__)
blueprint.before_request(sessions.require)

MORE_QUESTIONS = "Your answers opened more questions. Answer those too, then complete the task."
CHANGED = (
    "This task has changed since you opened it: somebody took it on, gave it back or handed it over, or its "
    "limit moved. What you typed is still here. Look at it again, then go on."
)
MOST_EVENTS = 8
"""How much of what happened a task's page tells; the rest is on the case's page."""
CHOOSE_FILE = "Choose a file first. Nothing was changed."
LONGEST_COMMENT = 4000
HELD_UP = (
    "The case is suspended: nothing was completed. Save your answers until it is activated again."
)
SAVED = "Your answers are saved. The task stays with you until you complete it."


@dataclass(frozen=True)
class Trouble:
    """Why the page is shown again, and what was sent."""

    sent: Submission
    errors: Sequence[FieldError] = ()
    note: str = ""
    status: int = 422
    good: bool = False
    """Whether the note says that something worked."""


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
    """Take the task on; what has been typed into it is kept."""
    _keep_typed(task_id)
    user_tasks.claim(engine(), by=sessions.me().actor, task_id=task_id)
    return redirect(url_for("user_task.show", task_id=task_id), 303)


@blueprint.post("/user-tasks/<task_id>/unclaim")
def unclaim(task_id: str) -> Response:
    """Give the task back to all who may do it; what has been typed into it is kept."""
    _keep_typed(task_id)
    user_tasks.unclaim(engine(), by=sessions.me().actor, task_id=task_id)
    return redirect(url_for("inbox.show"), 303)


@blueprint.post("/user-tasks/<task_id>/draft")
def save_draft(task_id: str) -> tuple[str, int] | Response:
    """Keep the answers so far."""
    sent, refused = _received(task_id)
    user_tasks.save_draft(engine(), by=sessions.me().actor, task_id=task_id, values=sent.answers)
    if refused:
        return _page(task_id, Trouble(sent, errors=refused)), 422
    flash(SAVED)
    return redirect(url_for("inbox.show"), 303)


@blueprint.post("/user-tasks/<task_id>/rows")
def change_rows(task_id: str) -> str:
    """Show the form with a row added to a list, or taken out of it; no answer is stored."""
    came = received(task_id, by=sessions.me().actor)
    return _page(task_id, Trouble(with_rows_changed(came.form), errors=came.errors))


@blueprint.post("/user-tasks/<task_id>/attachments")
def attach(task_id: str) -> tuple[str, int] | str:
    """Attach the files that were chosen, or take one back, and show the form as it was typed."""
    me = sessions.me()
    came = received(task_id, by=me.actor)
    sent = read(came.form)
    user_tasks.save_draft(engine(), by=me.actor, task_id=task_id, values=sent.answers)
    if came.errors:
        return _page(task_id, Trouble(sent, errors=came.errors)), 422
    done = f"Attached: {listed([one.name for one in came.kept])}" if came.kept else ""
    if REMOVE_FILE in request.form:
        done = "The file is removed."
    return _page(task_id, Trouble(sent, note=done or CHOOSE_FILE, good=bool(done)))


@blueprint.post("/user-tasks/<task_id>/comments")
def comment(task_id: str) -> str:
    """Add a comment to what happened, and show the form as it was typed."""
    me, text = sessions.me(), request.form.get("comment", "").strip()
    sent, refused = _received(task_id)
    if text:
        instance = user_tasks.get(engine(), by=me.actor, task_id=task_id).process_instance_id
        process_instances.comment(
            engine(), by=me.actor, instance_id=instance, text=text[:LONGEST_COMMENT]
        )
    note = "Your comment is added." if text else "Write the comment first. Nothing was changed."
    return _page(task_id, Trouble(sent, errors=refused, note=note, good=bool(text)))


@blueprint.post("/user-tasks/<task_id>/hand-over")
def hand_over(task_id: str) -> Response:
    """Give the task to one of the others who may do it; what has been typed is kept for oneself."""
    _keep_typed(task_id)
    to = request.form.get("to", "")
    task = user_tasks.get(engine(), by=sessions.me().actor, task_id=task_id)
    found = {person.username: person.name for person in _others(task)}
    if to not in found:
        flash("Choose who to hand the task over to. Nothing was changed.")
        return redirect(url_for("user_task.show", task_id=task_id), 303)
    user_tasks.delegate(engine(), by=sessions.me().actor, task_id=task_id, to=to)
    flash(f"Handed over to {found[to]}: {task.name}")
    return redirect(url_for("inbox.show"), 303)


@blueprint.get("/user-tasks/<task_id>/check")
def check_again(task_id: str) -> Response:
    """Lead back to the task: answers are checked after they have been sent."""
    return redirect(url_for("user_task.show", task_id=task_id), 302)


@blueprint.post("/user-tasks/<task_id>/check")
def check(task_id: str) -> tuple[str, int] | str:
    """Keep the answers, and show them once more before they are sent; or show what is wrong."""
    came, me = received(task_id, by=sessions.me().actor), sessions.me()
    sent = read(came.form)
    trouble = _opened_questions(task_id, sent) or _wrong(task_id, sent, came.errors)
    if trouble:
        return _page(task_id, trouble), trouble.status
    user_tasks.save_draft(engine(), by=me.actor, task_id=task_id, values=sent.answers)
    found = user_tasks.form(engine(), by=me.actor, task_id=task_id)
    drawn = controls(_presented(found, sent), (), sent.raw)
    return render_template(
        "check_answers.html",
        me=me,
        task=found.task,
        answers=answers(drawn),
        sent=[(name, value) for name, value in came.form.items(multi=True) if name != CSRF_FIELD],
    )


@blueprint.post("/user-tasks/<task_id>/complete")
def complete(task_id: str) -> tuple[str, int] | Response:
    """Complete the task, or show the form again with what is wrong and every answer kept."""
    sent, refused = _received(task_id)
    trouble = (
        Trouble(sent, errors=refused)
        if refused
        else _opened_questions(task_id, sent) or _completed(task_id, sent)
    )
    return (_page(task_id, trouble), trouble.status) if trouble else _done(task_id)


def _received(task_id: str) -> tuple[Submission, Sequence[FieldError]]:
    """Return what was sent, its files attached, and which of them were refused."""
    came = received(task_id, by=sessions.me().actor)
    return read(came.form), came.errors


def _keep_typed(task_id: str) -> None:
    """Keep the answers that came with a button that does something else with the task."""
    sent = read(request.form)
    if sent.answers:
        user_tasks.save_draft(
            engine(), by=sessions.me().actor, task_id=task_id, values=sent.answers
        )


def _wrong(task_id: str, sent: Submission, refused: Sequence[FieldError]) -> Trouble | None:
    """Say what the form refuses, or that the task has changed meanwhile; change nothing."""
    found = user_tasks.form(engine(), by=sessions.me().actor, task_id=task_id)
    version = request.form.get("version", "")
    if version.isdecimal() and int(version) != found.task.version:
        return Trouble(sent, note=CHANGED, status=409)
    if found.form is None:
        return Trouble(sent, errors=refused) if refused else None
    result = found.form.validate(found.filled(sent.answers), found.values, _evaluation())
    about = {error.field for error in refused}
    errors = [*refused, *(error for error in result.errors if error.field not in about)]
    return Trouble(sent, errors=errors) if errors else None


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
    except UserTaskChanged:
        return Trouble(sent, note=CHANGED, status=409)
    except ProcessInstanceNotRunning:
        return Trouble(sent, note=HELD_UP, status=409)
    return None


def _done(task_id: str) -> Response:
    task = user_tasks.get(engine(), by=sessions.me().actor, task_id=task_id)
    flash(f"Completed: {task.name}")
    return redirect(url_for("inbox.show"), 303)


def _presented(found: TaskForm, sent: Submission) -> tuple[PresentedComponent, ...]:
    """Return the form's components over the answers just sent."""
    if found.form is None:
        return ()
    return tuple(
        found.form.present(found.values, _evaluation(), submitted=found.filled(sent.answers))
    )


def _evaluation() -> Evaluation:
    calendar = sessions.me().organisation.calendar
    return Evaluation(now=engine().clock.now(), zone=calendar.zone, calendar=calendar)


def _page(task_id: str, trouble: Trouble | None = None) -> str:
    me, now = sessions.me(), engine().clock.now()
    found = user_tasks.in_context(
        engine(), by=me.actor, task_id=task_id, kinds=tuple(SENTENCES), most=MOST_EVENTS
    )
    task = found.task
    errors = trouble.errors if trouble else ()
    drawn = _drawn(found.form, trouble)
    return render_template(
        "user_task.html",
        me=me,
        task=task,
        controls=drawn,
        errors=_summary(errors, drawn),
        note=trouble.note if trouble else "",
        good=trouble.good if trouble else False,
        general_error=next((e.message for e in errors if e.field == GENERAL), ""),
        attachments=lines(found.attachments, me, task_id=task.id),
        may_attach=allowed_words(me.organisation.attachments),
        accept=accepted(me.organisation.attachments),
        comments=me.actor.may(Permission.READ_INSTANCES),
        limit=limit(task.due_at, now=now, zone=me.zone),
        clock_started=[
            (name_in_words(name), moment(at, me.zone)) for name, at in found.clock_started
        ],
        clauses=found.clauses,
        documentation=[part for part in found.documentation.split("\n\n") if part.strip()],
        happened=timeline(found.happened, me.role_name),
        held_up=found.is_held_up,
        short_moment=lambda at: short_moment(at, me.zone),
        **_standing(task, me, now),
    )


def _drawn(found: TaskForm | None, trouble: Trouble | None) -> tuple[Control, ...]:
    """Return the form's controls; a task that is over asks nothing any more."""
    if found is None:
        return ()
    if trouble is None:
        return controls(found.present)
    return controls(_presented(found, trouble.sent), trouble.errors, trouble.sent.raw)


def _summary(errors: Sequence[FieldError], drawn: Sequence[Control]) -> list[ErrorLine]:
    """Return the errors in the order of the page, each with the input that it links to."""
    anchors = {control.component.key: control.anchor for control in fields(drawn)}
    anchors[GENERAL] = GENERAL
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
        "reads_only": not task.is_for(me.actor),
        "kept_out": me.actor.user in task.excluded_users,
        "others": _others(task) if task.state is UserTaskState.OPEN else [],
        "follow_up": moment(task.follow_up_at, me.zone) if task.follow_up_at else "",
        "closed": moment(task.completed_at, me.zone) if task.completed_at else "",
    }


def _others(task: UserTask) -> list[Person]:
    """Return who else may do the task, by name."""
    me = sessions.me().actor
    found = people.listing(engine(), by=me)
    return sorted(
        (
            person
            for person in found
            if person.username not in {me.user, *task.excluded_users}
            and (
                person.username in task.candidate_users
                or not set(person.roles).isdisjoint(task.candidate_groups)
            )
        ),
        key=lambda person: person.name,
    )
