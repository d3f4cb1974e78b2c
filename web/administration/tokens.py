"""Tokens of the organisation's programs: made, shown once, revoked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import people, tokens
from engine.model.actors import Permission
from web import sessions
from web.wording import short_moment
from webhooks.caller import engine

blueprint = Blueprint("administered_tokens", __name__)
blueprint.before_request(sessions.require)


@blueprint.get("/administration/tokens")
def show_all() -> str:
    """Show every token, revoked ones too; their secrets are kept nowhere."""
    return _page()


@blueprint.post("/administration/tokens")
def create() -> str | tuple[str, int]:
    """Make a token and show its secret, now and never again."""
    name = request.form["name"].strip()[:100]
    if not name:
        return _page(refused="Enter what the token is for"), 422
    _, secret = tokens.create(
        engine(), by=sessions.me().actor, role=request.form["role"], name=name
    )
    return _page(secret=secret)


@blueprint.post("/administration/tokens/<token_id>/revoke")
def revoke(token_id: str) -> Response:
    """Make a token worthless at once."""
    tokens.revoke(engine(), by=sessions.me().actor, token_id=token_id)
    flash("The token is revoked.")
    return redirect(url_for(".show_all"), 303)


def _page(refused: str = "", secret: str = "") -> str:
    me = sessions.me()
    me.actor.check(Permission.ADMINISTER)
    found = tokens.listing(engine(), by=me.actor)
    return render_template(
        "administration/tokens.html",
        me=me,
        refused=refused,
        secret=secret,
        typed={} if secret else request.form,
        tokens=[
            {
                "id": token.id,
                "name": token.name,
                "role": me.role_name(token.role),
                "made": short_moment(token.created_at, me.zone),
                "by": me.person_name(token.created_by),
                "revoked": short_moment(token.revoked_at, me.zone) if token.revoked_at else "",
            }
            for token in reversed(found)
        ],
        roles=[*people.roles_to_give(me.organisation), ("system", "System", "")],
    )
