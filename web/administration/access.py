"""The access log: who came in, who was refused, which links were opened, who changed whom."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine import access_log
from engine.model.access import AccessKind
from engine.model.pages import PageRequest
from engine.model.sign_ins import Means
from web import sessions
from web.wording import short_moment
from webhooks.caller import engine

blueprint = Blueprint("administered_access", __name__)
blueprint.before_request(sessions.require)

WORDS = {
    AccessKind.SIGNED_IN: "Signed in",
    AccessKind.SIGN_IN_REFUSED: "Sign-in refused",
    AccessKind.SIGNED_OUT: "Signed out",
    AccessKind.SIGNED_OUT_EVERYWHERE: "Signed out everywhere",
    AccessKind.FORM_REFUSED: "Form refused that was not this session’s own",
    AccessKind.ATTACHMENT_READ: "File read",
    AccessKind.ATTACHMENT_REFUSED: "File refused",
    AccessKind.EVIDENCE_READ: "Evidence of a case read",
    AccessKind.LINK_MADE: "One-time link made",
    AccessKind.LINK_OPENED: "One-time link opened",
    AccessKind.LINK_REFUSED: "One-time link refused",
    AccessKind.LINK_ASKED_AGAIN: "New one-time link asked for",
    AccessKind.LINK_USED: "Task completed by one-time link",
    AccessKind.PERSON_CHANGED: "Person changed",
    AccessKind.ABSENCE_CHANGED: "Absence changed",
    AccessKind.INVITED: "Invited to choose a password",
    AccessKind.PASSWORD_CHANGED: "Password changed",
    AccessKind.TOKEN_MADE: "Token made",
    AccessKind.TOKEN_REVOKED: "Token revoked",
}

BY_MEANS: dict[str, str] = {
    Means.ISSUER: "with the organisation’s account",
    Means.PASSWORD: "with a password",
    Means.TOKEN: "with a token",
    Means.DEMO: "as an invented person",
}


@blueprint.get("/administration/access")
def show_all() -> str:
    """Show what was written down, newest first."""
    me = sessions.me()
    page = PageRequest(size=100, token=request.args.get("page_token"))
    found = access_log.listing(engine(), by=me.actor, page=page)
    return render_template(
        "administration/access.html",
        me=me,
        events=[
            {
                "at": short_moment(event.at, me.zone),
                "what": WORDS[event.kind],
                "who": me.person_name(event.user) if event.user else "Nobody known",
                "about": BY_MEANS.get(event.about, event.about)
                if event.kind is AccessKind.SIGNED_IN
                else event.about,
            }
            for event in found.items
        ],
        next_page=found.next_token,
    )
