"""The report page: where people begin their organisation's procedures."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from engine import process_instances
from engine.content import Procedure
from engine.model.actors import Permission
from engine.model.pages import PageRequest
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTaskState
from web import sessions
from webhooks.caller import engine

blueprint = Blueprint("report", __name__)
blueprint.before_request(sessions.require)

REFERENCES = 1_000_000


@dataclass(frozen=True)
class Offer:
    """A procedure that can be begun here, with its texts in paragraphs."""

    key: str
    title: str
    introduction: list[str]
    before_you_start: list[str]


@blueprint.get("/report")
def show() -> str:
    """Show what can be reported, to those whose roles let them report."""
    me = sessions.me()
    me.actor.check(Permission.START)
    offers = [_offer(found) for found in me.organisation.procedures if found.report_page]
    return render_template("report.html", me=me, procedures=offers)


@blueprint.post("/report/<key>")
def start(key: str) -> Response:
    """Begin the procedure and lead to its first task, or say whose turn it is."""
    instance = _begun(_procedure(key))
    flash(f"Report started. Its reference is {instance.business_key}.")
    return redirect(_next_page(instance), 303)


def _procedure(key: str) -> Procedure:
    found = sessions.me().organisation.procedure(key)
    if found is None or found.report_page is None:
        raise NotFound
    return found


def _begun(procedure: Procedure) -> ProcessInstance:
    return process_instances.start(
        engine(),
        by=sessions.me().actor,
        process_definition_key=procedure.key,
        business_key=_new_reference(procedure),
        variables={},
    )


def _new_reference(procedure: Procedure) -> str:
    """Return a reference that no instance has yet, such as DSI-2026-481930.

    The number is random: a consecutive one would tell outsiders how many incidents there are.
    """
    me = sessions.me()
    prefix = procedure.report_page.reference_prefix if procedure.report_page else procedure.key
    year = engine().clock.now().astimezone(me.zone).year
    while True:
        reference = f"{prefix}-{year}-{secrets.randbelow(REFERENCES):06}"
        page = PageRequest(size=1)
        if not process_instances.listing(
            engine(), by=me.actor, page=page, business_key=reference
        ).items:
            return reference


def _next_page(instance: ProcessInstance) -> str:
    me = sessions.me()
    for task in process_instances.user_tasks(engine(), by=me.actor, instance_id=instance.id):
        if task.state is UserTaskState.OPEN and task.is_for(me.actor):
            return url_for("user_task.show", task_id=task.id)
    return url_for("process_instance.show", instance_id=instance.id)


def _offer(procedure: Procedure) -> Offer:
    page = procedure.report_page
    assert page is not None
    return Offer(
        procedure.key,
        page.title,
        page.introduction.strip().split("\n\n"),
        page.before_you_start.strip().split("\n\n") if page.before_you_start.strip() else [],
    )
