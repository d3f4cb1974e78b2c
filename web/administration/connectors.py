"""Connectors: which systems service tasks ask, and the secrets that prove who asks."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import connectors
from engine.connectors import ConnectorSecretRefused, NamedSecret
from engine.model.actors import Permission
from web import sessions
from web.wording import short_moment
from webhooks.caller import engine

blueprint = Blueprint("administered_connectors", __name__)
blueprint.before_request(sessions.require)

LONGEST_SECRET = 4_000


@blueprint.get("/administration/connectors")
def show_all() -> str:
    """Show the connectors; whoever administers sees which secrets are set, never one itself."""
    return _page()


@blueprint.post("/administration/connectors/secrets/<name>")
def set_secret(name: str) -> Response | tuple[str, int]:
    """Keep a secret in place of the one before, for the hosts that are ticked."""
    try:
        connectors.set_secret(
            engine(),
            by=sessions.me().actor,
            name=name,
            secret=request.form["secret"].strip()[:LONGEST_SECRET],
            hosts=tuple(request.form.getlist("hosts")),
        )
    except ConnectorSecretRefused as error:
        return _page(refused=str(error), at=name), 422
    return redirect(url_for(".show_all"), 303)


@blueprint.post("/administration/connectors/secrets/<name>/remove")
def remove_secret(name: str) -> Response:
    """Forget a secret."""
    connectors.remove_secret(engine(), by=sessions.me().actor, name=name)
    return redirect(url_for(".show_all"), 303)


def _page(refused: str = "", at: str = "") -> str:
    me = sessions.me()
    found = connectors.listing(engine(), by=me.actor)
    administers = me.actor.may(Permission.ADMINISTER)
    hosts = {connector.topic: connector.host for connector in found}
    secrets = connectors.secrets(engine(), by=me.actor) if administers else ()
    return render_template(
        "administration/connectors.html",
        me=me,
        connectors=found,
        secrets=[_secret(secret, hosts, me) for secret in secrets],
        refused=refused,
        at=at,
    )


def _secret(
    secret: NamedSecret, hosts: dict[str, str], me: sessions.SignedIn
) -> dict[str, object]:
    kept = secret.kept
    return {
        "name": secret.declared.name,
        "description": secret.declared.description,
        "set": f"{short_moment(kept.changed_at, me.zone)} by {me.person_name(kept.changed_by)}"
        if kept
        else "",
        "goes_to": kept.hosts if kept else (),
        "used_by": secret.used_by,
        "hosts": sorted({hosts[topic] for topic in secret.used_by}),
    }
