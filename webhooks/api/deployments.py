"""`/deployments`: files that go live together. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, fields

from engine import deployments
from engine.model.pages import Page
from engine.model.problems import DeploymentRefused, Problem, Severity
from engine.model.process_definitions import Deployment
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.process_definitions import ProcessDefinitionSchema
from webhooks.api.values import instant, texts
from webhooks.caller import caller, engine

blueprint = Noun("deployments", __name__, description="Files that went live together.")


class ProblemSchema(Schema):
    """One finding about a file: where, what, and what to do."""

    severity = fields.String()
    code = fields.String()
    file = fields.String()
    element_id = fields.String(allow_none=True)
    line = fields.Integer(allow_none=True)
    column = fields.Integer(allow_none=True)
    message = fields.String()


class DeploymentSchema(Schema):
    """One deployment and the procedures it brought."""

    id = fields.String()
    name = fields.String()
    source = fields.String()
    deployed_at = instant()
    deployed_by = fields.String()
    files = texts("The names of the files.")
    process_definitions = fields.List(fields.Nested(ProcessDefinitionSchema()))
    warnings = fields.List(fields.Nested(ProblemSchema()))


class DeploymentFormSchema(Schema):
    """What may come beside the files."""

    name = fields.String(load_default="")
    source = fields.String(load_default="")


UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": (
                                "Parts of any name; the part's file name is the file's name: "
                                "`.bpmn`, `.dmn`, `.form`, `.md`, `.yaml` and `.csv`."
                            ),
                        },
                    },
                }
            }
        },
    }
}


@blueprint.post("/deployments")
@blueprint.arguments(DeploymentFormSchema(unknown="exclude"), location="form", unknown=None)
@blueprint.response(201, DeploymentSchema())
@blueprint.doc(**UPLOAD)
def create(form: dict[str, str]) -> Deployment:
    """Deploy files together, all or none. 422 with `problems` when something cannot run right."""
    return deployments.deploy(engine(), by=caller(), files=uploaded_files(), **form)


@blueprint.get("/deployments")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(DeploymentSchema))
def list_all(query: dict[str, Any]) -> Page[Deployment]:
    """List deployments, the latest first."""
    return deployments.listing(engine(), by=caller(), **query)


def uploaded_files() -> dict[str, bytes]:
    """Return the uploaded files by name: the last part of each part's file name, never a path.

    Raises DeploymentRefused when there is none, or when two have the same name.
    """
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for part in request.files.values():
        name = (part.filename or "").replace("\\", "/").rpartition("/")[2]
        if not name:
            problems.append(_refused("file_without_name", "A part has no file name."))
        elif name in files:
            problems.append(_refused("file_twice", f"{name} was sent twice.", name))
        files[name] = part.read()
    if not files:
        problems.append(_refused("no_files", "The request holds no file; send at least one."))
    if problems:
        raise DeploymentRefused(problems)
    return files


def _refused(code: str, message: str, file: str = "") -> Problem:
    return Problem(Severity.ERROR, code, message, file=file)
