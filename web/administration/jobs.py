"""Jobs: what will happen by itself, and what stopped trying and waits for a person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import jobs
from engine.model.actors import Permission
from engine.model.jobs import Job, JobKind
from engine.model.pages import PageRequest
from web import sessions
from web.wording import short_moment
from webhooks.caller import engine

blueprint = Blueprint("administered_jobs", __name__)
blueprint.before_request(sessions.require)

VIEWS = {"dead_letter": "Waiting for a person", "due": "Due now", "waiting": "Due later"}
KINDS = {
    JobKind.TIMER: "Timer",
    JobKind.TIMER_START: "Start by the clock",
    JobKind.MESSAGE: "Message",
    JobKind.HELD: "Message or signal for a suspended case",
    JobKind.SERVICE_TASK: "Work by Remit",
    JobKind.CONNECTOR: "Question to another system",
    JobKind.EXTERNAL_TASK: "Work by a program outside",
    JobKind.WEBHOOK: "Webhooks to another system",
    JobKind.DUE_CHECK: "Look at a due time",
    JobKind.NOTICE: "Notice on its way",
}


@blueprint.get("/administration/jobs")
def show_all() -> str:
    """Show jobs of one state, by when they are due; first those that stopped trying."""
    me = sessions.me()
    chosen = request.args.get("state", "")
    state = chosen if chosen in VIEWS else "dead_letter"
    page = PageRequest(token=request.args.get("page_token"))
    found = jobs.listing(engine(), by=me.actor, state=state, page=page)
    return render_template(
        "administration/jobs.html",
        me=me,
        views=VIEWS,
        state=state,
        jobs=[_line(job, me) for job in found.items],
        next_page=found.next_token,
        retries=me.actor.may(Permission.RETRY_JOBS),
    )


@blueprint.post("/administration/jobs/<job_id>/retry")
def retry(job_id: str) -> Response:
    """Give a job all its attempts again, the first one now."""
    job = jobs.retry(engine(), by=sessions.me().actor, job_id=job_id)
    flash(f"Tried again now: {KINDS[job.kind]}")
    return redirect(url_for(".show_all"), 303)


def _line(job: Job, me: sessions.SignedIn) -> dict[str, object]:
    return {
        "id": job.id,
        "what": KINDS[job.kind],
        "element": job.element_id or "",
        "case": job.process_instance_id or job.payload.get("process_instance_id"),
        "due": short_moment(job.due_at, me.zone),
        "attempts": f"{job.attempts} of {job.max_attempts}",
        "error": job.last_error or "",
    }
