"""Versions of the procedures: compare them as text, activate one, roll back, suspend."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import process_definitions
from engine.model.actors import Permission
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.process_definitions import Definition, DefinitionState
from engine.process_definitions import Comparison, ElementChange
from web import sessions
from web.wording import short_moment
from webhooks.caller import engine

blueprint = Blueprint("administered_versions", __name__)
blueprint.before_request(sessions.require)

KINDS = {
    "sequenceFlow": "Flow",
    "userTask": "Task for a person",
    "businessRuleTask": "Decision",
    "serviceTask": "Work by a program",
    "sendTask": "Notice",
    "exclusiveGateway": "Choice",
    "parallelGateway": "Fork or join",
    "inclusiveGateway": "Open choice",
    "boundaryEvent": "Limit or interruption",
    "startEvent": "Beginning",
    "endEvent": "End",
    "callActivity": "Other procedure",
}
DIFFERENCES = {
    "type": "what kind of step it is",
    "name": "its name",
    "clauses": "the clauses it cites",
    "properties": "its properties",
    "documentation": "its documentation",
    "parent_id": "the part of the diagram it is in",
    "behaviour": "what it does",
}


@blueprint.get("/administration/versions")
def show_all() -> str:
    """Show each procedure with the version that starts new cases."""
    me = sessions.me()
    me.actor.check(Permission.READ_JOBS)
    page = PageRequest(size=LARGEST_PAGE, token=request.args.get("page_token"))
    found = process_definitions.listing(engine(), by=me.actor, page=page)
    return render_template(
        "administration/procedures.html",
        me=me,
        procedures=[_line(definition, me) for definition in found.items],
        next_page=found.next_token,
    )


@blueprint.get("/administration/versions/<key>")
def show(key: str) -> str:
    """Show the versions of one procedure, newest first, and how two of them differ."""
    me = sessions.me()
    me.actor.check(Permission.READ_JOBS)
    page = PageRequest(size=LARGEST_PAGE, token=request.args.get("page_token"))
    found = process_definitions.versions(engine(), by=me.actor, key=key, page=page)
    old, new = request.args.get("from", type=int), request.args.get("to", type=int)
    compared = (
        process_definitions.compare(
            engine(), by=me.actor, key=key, from_version=old, to_version=new
        )
        if old and new
        else None
    )
    return render_template(
        "administration/versions.html",
        me=me,
        key=key,
        name=me.procedure_name(key),
        versions=[_line(definition, me) for definition in found.items],
        next_page=found.next_token,
        activates=me.actor.may(Permission.ACTIVATE),
        old=old,
        new=new,
        changes=_sentences(compared) if compared else None,
    )


@blueprint.post("/administration/versions/<key>/<int(max=1000000):version>/activate")
def activate(key: str, version: int) -> Response:
    """Make this version the one that starts new cases: newer, or older to roll back."""
    process_definitions.activate(engine(), by=sessions.me().actor, key=key, version=version)
    flash(f"Version {version} starts new cases now.")
    return redirect(url_for(".show", key=key), 303)


@blueprint.post("/administration/versions/<key>/<int(max=1000000):version>/suspend")
def suspend(key: str, version: int) -> Response:
    """Let this version start no new case."""
    process_definitions.suspend(engine(), by=sessions.me().actor, key=key, version=version)
    flash(f"Version {version} starts no new cases any more.")
    return redirect(url_for(".show", key=key), 303)


def _line(definition: Definition, me: sessions.SignedIn) -> dict[str, object]:
    return {
        "key": definition.key,
        "name": definition.name or me.procedure_name(definition.key),
        "version": definition.version,
        "tag": definition.version_tag,
        "state": definition.state,
        "active": definition.state is DefinitionState.ACTIVE,
        "deployed": short_moment(definition.deployed_at, me.zone),
        "file": definition.file,
    }


def _sentences(compared: Comparison) -> list[str]:
    return [
        *(f"Added: {_named(change)}." for change in compared.added),
        *(f"Removed: {_named(change)}." for change in compared.removed),
        *(
            f"Changed: {_named(change)}: {', '.join(DIFFERENCES[what] for what in change.what)}."
            for change in compared.changed
        ),
    ]


def _named(change: ElementChange) -> str:
    kind = KINDS.get(change.type, change.type)
    return f"{kind} “{change.name or change.element_id}” ({change.element_id})"
