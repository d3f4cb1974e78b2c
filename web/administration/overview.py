"""The first page of administration: what there is to look after, as far as one's roles allow."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine import people
from engine.model.actors import Permission
from web import sessions
from webhooks.caller import engine

blueprint = Blueprint("administration", __name__)
blueprint.before_request(sessions.require)


@blueprint.get("/administration")
def show() -> str:
    """Show what there is to look after, and the roles that nobody fills at the moment."""
    me = sessions.me()
    me.actor.check(Permission.READ_JOBS)
    administers = me.actor.may(Permission.ADMINISTER)
    return render_template(
        "administration/overview.html",
        me=me,
        administers=administers,
        gaps=_gaps(me) if administers else [],
    )


def _gaps(me: sessions.SignedIn) -> list[tuple[str, str]]:
    """Return (role, who sees its tasks now) for each role that nobody fills."""
    return [
        (me.role_name(role), ", ".join(me.person_name(name) for name in names))
        for role, names in people.gaps(engine(), by=me.actor).items()
    ]
