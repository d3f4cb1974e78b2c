"""Signing in and out: as a demo person with one click in development, else with a token."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import organisations, people, tokens
from engine.model.actors import system_actor
from engine.model.people import PersonNotFound
from web import sessions
from webhooks.caller import engine

blueprint = Blueprint("sign_in", __name__)

DEMO = "DEMO_SIGN_IN"
"""The setting that lets people sign in as somebody invented, with one click."""

NOT_KNOWN = "Enter a token that is still valid"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as, with the names of their roles."""

    username: str
    name: str
    roles: str


@dataclass(frozen=True)
class DemoOrganisation:
    """An organisation and its demo people."""

    key: str
    name: str
    people: tuple[DemoPerson, ...]


@blueprint.get("/sign-in")
def show() -> str:
    """Show how to sign in."""
    return _page()


@blueprint.post("/sign-in/person")
def as_demo_person() -> Response:
    """Sign in as a demo person. Exists where demo people do: never in production."""
    sessions.check_csrf()
    organisation, username = request.form["organisation"], request.form["username"]
    _check_demo_person(organisation, username)
    sessions.begin_as_person(organisation, username)
    return redirect(url_for("inbox.home"), 303)


@blueprint.post("/sign-in/token")
def with_token() -> Response | tuple[str, int]:
    """Sign in with a bearer token."""
    sessions.check_csrf()
    actor = tokens.authenticate(engine(), request.form["token"].strip())
    if actor is None:
        return _page(refused=NOT_KNOWN), 422
    sessions.begin_with_token(actor)
    return redirect(url_for("inbox.home"), 303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    sessions.check_csrf()
    sessions.end()
    return redirect(url_for("sign_in.show"), 303)


def _page(refused: str = "") -> str:
    return render_template(
        "sign_in.html", organisations=demo_organisations(), refused=refused, me=sessions.anybody()
    )


def demo_allowed() -> bool:
    """Say whether this service lets anybody be a demo person."""
    return bool(current_app.config[DEMO])


def demo_organisations() -> list[DemoOrganisation]:
    """Return the organisations with their demo people; none where that is not allowed."""
    if not demo_allowed():
        return []
    return [
        DemoOrganisation(found.key, found.name, tuple(_demo_people(found.key)))
        for found in organisations.listing(engine())
    ]


def _demo_people(organisation: str) -> list[DemoPerson]:
    by = system_actor(organisation)
    names = {role.id: role.name for role in organisations.get(engine(), organisation).roles}
    return [
        DemoPerson(
            person.username, person.name, ", ".join(names.get(role, role) for role in person.roles)
        )
        for person in people.listing(engine(), by=by)
        if person.demo
    ]


def _check_demo_person(organisation: str, username: str) -> None:
    """Raise PersonNotFound unless this is a demo person, where demo people may sign in."""
    known = [found.key for found in organisations.listing(engine())]
    if not demo_allowed() or organisation not in known:
        raise PersonNotFound(username)
    person = people.find(engine(), organisation=organisation, username=username)
    if person is None or not person.demo:
        raise PersonNotFound(username)
