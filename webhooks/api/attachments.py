"""`/attachments`: the files of process instances. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import request, send_file
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from engine import attachments
from engine.model.attachments import Attachment, AttachmentRefused
from webhooks.api.nouns import Noun
from webhooks.api.values import instant
from webhooks.caller import caller, engine

blueprint = Noun("attachments", __name__, description="The files of process instances.")


class AttachmentSchema(Schema):
    """One file. `field` is the question of a form that it answers, empty for none."""

    id = fields.String()
    process_instance_id = fields.String()
    user_task_id = fields.String()
    field = fields.String()
    name = fields.String()
    content_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    attached_at = instant()
    attached_by = fields.String()


class AttachmentListSchema(Schema):
    """An instance's files, the oldest first."""

    items = fields.List(fields.Nested(AttachmentSchema()))


class AttachmentFormSchema(Schema):
    """What may come beside the file."""

    field = fields.String(load_default="")


UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "field": {"type": "string"},
                    },
                }
            }
        },
    }
}
CONTENT = {
    "responses": {
        "200": {
            "description": "The content as it was attached.",
            "content": {"application/octet-stream": {}},
        }
    }
}


@blueprint.post("/user-tasks/<task_id>/attachments")
@blueprint.arguments(AttachmentFormSchema(unknown="exclude"), location="form", unknown=None)
@blueprint.response(201, AttachmentSchema())
@blueprint.doc(**UPLOAD)
def create(form: dict[str, str], task_id: str) -> Attachment:
    """Attach a file to an open task's instance; its id answers a question of the task's form."""
    name, content = uploaded_file()
    return attachments.attach(
        engine(), by=caller(), task_id=task_id, name=name, content=content, **form
    )


@blueprint.get("/process-instances/<instance_id>/attachments")
@blueprint.response(200, AttachmentListSchema())
def list_all(instance_id: str) -> dict[str, Any]:
    """List an instance's files, the oldest first."""
    return {"items": attachments.of_instance(engine(), by=caller(), instance_id=instance_id)}


@blueprint.get("/attachments/<attachment_id>")
@blueprint.doc(**CONTENT)
def show(attachment_id: str) -> Response:
    """Answer a file's content, which is what was attached; the reading is written down."""
    found, content = attachments.read(engine(), by=caller(), attachment_id=attachment_id)
    return as_download(found, content)


def uploaded_file() -> tuple[str, BinaryIO]:
    """Return the name and content of the part `file`; raise AttachmentRefused without one."""
    part = request.files.get("file")
    if part is None or not part.filename:
        raise AttachmentRefused("The request holds no part named file with a file name.")
    return part.filename, cast(BinaryIO, part.stream)


def as_download(found: Attachment, content: BinaryIO) -> Response:
    """Return an answer that a browser saves and never shows on our address."""
    answer = send_file(
        content,
        mimetype=found.content_type,
        as_attachment=True,
        download_name=found.name,
        conditional=False,
        etag=False,
    )
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer
