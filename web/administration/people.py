"""People of the organisation: who may come in, in which roles, and when they are away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import accounts, people, sign_ins
from engine.model.actors import Permission
from engine.model.people import Person, PersonNotFound, PersonRefused
from web import sessions, sign_in
from web.absences import AbsenceLine, lines, read_absence
from web.wording import listed
from webhooks.caller import engine

blueprint = Blueprint("administered_people", __name__)
blueprint.before_request(sessions.require)


@dataclass(frozen=True)
class PersonLine:
    """One person as the list shows them."""

    person: Person
    roles: str
    away: bool


@blueprint.get("/administration/people")
def show_all() -> str:
    """Show everybody, and which roles they hold."""
    me = sessions.me()
    me.actor.check(Permission.ADMINISTER)
    directory, now = people.directory(engine(), by=me.actor), engine().clock.now()
    found = [
        PersonLine(
            person,
            listed(
                [
                    me.role_name(role)
                    for role in sorted(directory.roles.get(person.username, person.roles))
                ]
            ),
            directory.is_absent(person.username, now),
        )
        for person in people.listing(engine(), by=me.actor)
    ]
    return render_template("administration/people.html", me=me, found=found)


@blueprint.get("/administration/people/new")
def show_new() -> str:
    """Show where to add somebody."""
    me = sessions.me()
    me.actor.check(Permission.ADMINISTER)
    return _form(me, Person("", "", ()), new=True)


@blueprint.post("/administration/people/new")
def add() -> Response | tuple[str, int]:
    """Add somebody, unless there is somebody of that user name."""
    me = sessions.me()
    person = replace(_said(), username=request.form["username"].strip().lower())
    if people.find(engine(), organisation=me.actor.organisation, username=person.username):
        return _form(me, person, new=True, refused="This user name is taken already."), 422
    try:
        people.add(engine(), by=me.actor, person=person)
    except PersonRefused as error:
        return _form(me, person, new=True, refused=str(error)), 422
    return redirect(url_for(".show", username=person.username), 303)


@blueprint.get("/administration/people/<username>")
def show(username: str) -> str:
    """Show one person: roles, absences, how they sign in."""
    return _page(sessions.me(), username)


@blueprint.get("/administration/people/<username>/change")
def show_change(username: str) -> str:
    """Show where to change a person."""
    me = sessions.me()
    return _form(me, people.get(engine(), by=me.actor, username=username))


@blueprint.post("/administration/people/<username>/change")
def change(username: str) -> Response | tuple[str, int]:
    """Change a person's name, address and roles, or whether they may come in."""
    me = sessions.me()
    before = people.get(engine(), by=me.actor, username=username)
    person = replace(_said(), username=username, demo=before.demo)
    try:
        people.add(engine(), by=me.actor, person=person)
    except PersonRefused as error:
        return _form(me, person, refused=str(error)), 422
    return redirect(url_for(".show", username=username), 303)


@blueprint.post("/administration/people/<username>/invite")
def invite(username: str) -> str:
    """Make an invitation to choose a password, shown now and never again."""
    me = sessions.me()
    secret = accounts.invite(engine(), by=me.actor, username=username, now=sessions.time_of_day())
    # Never by the Host of the request, which whoever sends it may choose.
    path = url_for("sign_in.show_invitation", secret=secret)
    return _page(me, username, invitation=f"{current_app.config[sign_in.ADDRESS]}{path}")


@blueprint.post("/administration/people/<username>/sign-out")
def sign_out(username: str) -> Response:
    """Sign a person out on every machine."""
    sign_ins.end_everywhere(engine(), by=sessions.me().actor, username=username)
    return redirect(url_for(".show", username=username), 303)


@blueprint.post("/administration/people/<username>/absences")
def add_absence(username: str) -> Response | tuple[str, int]:
    """Record that a person is away, and who stands in."""
    me = sessions.me()
    try:
        said = read_absence(request.form, me.zone)
        people.add_absence(engine(), by=me.actor, username=username, **said)
    except (PersonRefused, PersonNotFound) as error:
        return _page(me, username, refused=str(error)), 422
    return redirect(url_for(".show", username=username), 303)


@blueprint.post("/administration/people/<username>/absences/<absence_id>/remove")
def remove_absence(username: str, absence_id: str) -> Response:
    """Take an absence back."""
    people.remove_absence(
        engine(), by=sessions.me().actor, username=username, absence_id=absence_id
    )
    return redirect(url_for(".show", username=username), 303)


def _said() -> Person:
    return Person(
        username="",
        name=request.form["name"].strip(),
        roles=tuple(dict.fromkeys(request.form.getlist("roles"))),
        email=request.form.get("email", "").strip() or None,
        active="active" in request.form,
    )


def _form(me: sessions.SignedIn, person: Person, *, new: bool = False, refused: str = "") -> str:
    return render_template(
        "administration/person_form.html",
        me=me,
        person=person,
        new=new,
        refused=refused,
        roles=people.roles_to_give(me.organisation),
    )


def _page(me: sessions.SignedIn, username: str, *, refused: str = "", invitation: str = "") -> str:
    by = me.actor
    person = people.get(engine(), by=by, username=username)
    return render_template(
        "administration/person.html",
        me=me,
        person=person,
        refused=refused,
        invitation=invitation,
        typed=request.form,
        absences=_absences(me, username),
        colleagues=[found for found in people.listing(engine(), by=by) if found.active],
        issuer_accounts=people.issuer_accounts(engine(), by=by, username=username),
        has_password=accounts.has_password(engine(), by=by, username=username),
        sessions_open=sign_ins.count(
            engine(), by=by, username=username, now=sessions.time_of_day()
        ),
        **_addresses(username),
    )


def _absences(me: sessions.SignedIn, username: str) -> list[AbsenceLine]:
    found = people.absences(engine(), by=me.actor, username=username)
    return lines(found, me, engine().clock.now())


def _addresses(username: str) -> dict[str, Any]:
    return {
        "add_absence_to": url_for(".add_absence", username=username),
        "remove_absence_at": lambda absence_id: url_for(
            ".remove_absence", username=username, absence_id=absence_id
        ),
    }
