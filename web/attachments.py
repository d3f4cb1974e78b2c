"""Files at the pages: taken from a form that was sent, and given to those who may read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import attachments
from engine.attachments import REFUSALS
from engine.content import FieldError
from engine.model.actors import Actor
from engine.model.attachments import (
    Attachment,
    AttachmentNotFound,
    AttachmentRules,
    AttachmentStoreUnavailable,
)
from engine.model.file_types import FILE_TYPES, ending_of
from web import sessions
from web.forms.submission import ANSWER, FILE
from webhooks.api.attachments import as_download
from webhooks.caller import engine

blueprint = Blueprint("attachment", __name__)
blueprint.before_request(sessions.require)

REMOVE_FILE = "remove_file"
SINGLE = "single_file"
"""The hidden field that names each question which takes one file: a new one takes the old one's place."""
GENERAL = "general-file"
"""The input for files that answer no question."""


@dataclass(frozen=True)
class Received:
    """A form as it was sent, with the ids of the files that came with it; and what was refused."""

    form: MultiDict[str, str]
    errors: tuple[FieldError, ...] = ()
    kept: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class FileLine:
    """One file as pages list it."""

    id: str
    name: str
    about: str
    by: str
    at: datetime
    removable: bool


@blueprint.get("/attachments/<attachment_id>")
def download(attachment_id: str) -> Response:
    """Give a file to be saved; a browser never shows it on our address."""
    found, content = attachments.read(
        engine(), by=sessions.me().actor, attachment_id=attachment_id
    )
    return as_download(found, content)


def received(task_id: str, *, by: Actor) -> Received:
    """Attach the files of the form that was sent, and return it with their ids as answers."""
    form, errors, kept = MultiDict(request.form), [], []
    _take_back(form, task_id, by)
    single = frozenset(request.form.getlist(SINGLE))
    for field, name, content in _sent_files():
        try:
            found = attachments.attach(
                engine(), by=by, task_id=task_id, name=name, content=content, field=field
            )
        except (*REFUSALS, AttachmentStoreUnavailable) as refused:
            errors.append(FieldError(field or GENERAL, refused.code, str(refused)))
            continue
        kept.append(found)
        if field in single:
            form.poplist(ANSWER + field)
        if field:
            form.add(ANSWER + field, found.id)
    return Received(form, tuple(errors), tuple(kept))


def lines(
    found: Sequence[Attachment], me: sessions.SignedIn, *, task_id: str = ""
) -> list[FileLine]:
    """Return files as pages list them; `task_id`: those that may be taken back on its page."""
    return [
        FileLine(
            one.id,
            one.name,
            described(one),
            me.person_name(one.attached_by),
            one.attached_at,
            removable=one.user_task_id == task_id and one.attached_by in me.actor.users,
        )
        for one in found
    ]


def described(one: Attachment) -> str:
    """Return a file's type and size, such as `PDF, 1.2 MB`."""
    kind = FILE_TYPES.get(ending_of(one.name))
    return f"{kind.name if kind else one.content_type}, {size_words(one.size)}"


def size_words(size: int) -> str:
    """Return such as `312 bytes`, `48 kB` or `1.2 MB`."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{round(size / 1000)} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def allowed_words(rules: AttachmentRules) -> str:
    """Return what may be attached in one sentence."""
    endings = ", ".join(ending.upper() for ending in rules.types)
    return f"Up to {rules.largest_mb} MB each. Types: {endings}."


def accepted(rules: AttachmentRules) -> str:
    """Return the types for a file input's `accept`."""
    return ",".join(f".{ending}" for ending in rules.types)


def _sent_files() -> Iterator[tuple[str, str, BinaryIO]]:
    for name, files in request.files.lists():
        for file in files:
            # A browser sends an empty part for an input in which nothing was chosen.
            if name.startswith(FILE) and file.filename:
                yield name.removeprefix(FILE), file.filename, cast(BinaryIO, file.stream)


def _take_back(form: MultiDict[str, str], task_id: str, by: Actor) -> None:
    """Remove the file whose button was pressed: from the answers, and from the case."""
    wanted = form.get(REMOVE_FILE)
    if not wanted:
        return
    for name in [name for name in form if name.startswith(ANSWER)]:
        held = form.getlist(name)
        if wanted in held:
            form.setlist(name, [value for value in held if value != wanted])
    try:
        attachments.remove(engine(), by=by, task_id=task_id, attachment_id=wanted)
    except AttachmentNotFound:
        # Somebody else's, or an earlier task's: it is no answer any more, and stays where it is.
        return
