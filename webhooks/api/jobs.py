"""`/jobs`: later work that must not be lost. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from engine import jobs
from engine.model.jobs import Job
from engine.model.pages import Page
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import instant
from webhooks.caller import caller, engine

blueprint = Noun("jobs", __name__, description="Timers and service tasks that wait or failed.")

STATES = ("due", "waiting", "dead_letter")


class JobSchema(Schema):
    """One piece of later work."""

    id = fields.String()
    kind = fields.String()
    process_instance_id = fields.String()
    element_id = fields.String(allow_none=True)
    due_at = instant()
    state = fields.String(validate=OneOf(STATES))
    attempts = fields.Integer()
    max_attempts = fields.Integer()
    last_error = fields.String(allow_none=True)


class JobQuery(PageQuery):
    """Which jobs to list."""

    state = fields.String(load_default=None, validate=OneOf(STATES))


@blueprint.get("/jobs")
@blueprint.arguments(JobQuery(), location="query")
@blueprint.response(200, page_of(JobSchema))
def list_all(query: dict[str, Any]) -> Page[Job]:
    """List jobs, the earliest due first."""
    return jobs.listing(engine(), by=caller(), **query)


@blueprint.post("/jobs/<job_id>/retry")
@blueprint.response(200, JobSchema())
def retry(job_id: str) -> Job:
    """Try a dead-letter job again, with all its attempts before it."""
    return jobs.retry(engine(), by=caller(), job_id=job_id)
