"""One's own account: when one is away and who stands in, the password, signing out everywhere."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import accounts, people, sign_ins
from engine.model.people import PersonNotFound, PersonRefused
from engine.model.sign_ins import PasswordRefused, SignInRefused
from web import sessions
from web.absences import lines, read_absence
from webhooks.caller import engine

blueprint = Blueprint("account", __name__)
blueprint.before_request(sessions.require)


@blueprint.get("/account")
def show() -> str:
    """Show one's own account."""
    return _page()


@blueprint.post("/account/absences")
def add_absence() -> Response | tuple[str, int]:
    """Say when one is away, and who sees one's tasks meanwhile."""
    me = sessions.me()
    try:
        said = read_absence(request.form, me.zone)
        people.add_absence(engine(), by=me.actor, username=me.actor.user, **said)
    except (PersonRefused, PersonNotFound) as error:
        return _page(refused=str(error), field="first_day"), 422
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/absences/<absence_id>/remove")
def remove_absence(absence_id: str) -> Response:
    """Take an absence back."""
    actor = sessions.me().actor
    people.remove_absence(engine(), by=actor, username=actor.user, absence_id=absence_id)
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """Choose another password; one signs in again with it, everywhere."""
    actor = sessions.me().actor
    try:
        accounts.change_password(
            engine(),
            by=actor,
            old=request.form["old"],
            new=request.form["new"],
            now=sessions.time_of_day(),
        )
    except SignInRefused:
        return _page(refused="The password you use now is not this one.", field="old"), 422
    except PasswordRefused as error:
        return _page(refused=str(error), field="new"), 422
    sessions.forget()
    flash("Your password was changed. Sign in with the new one.")
    return redirect(url_for("sign_in.show_organisation", organisation=actor.organisation), 303)


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of one's own, on every machine."""
    sessions.end_everywhere()
    return redirect(url_for("sign_in.show"), 303)


def _page(refused: str = "", field: str = "") -> str:
    me = sessions.me()
    by, user = me.actor, me.actor.user
    person = by.session == "person"
    return render_template(
        "account.html",
        me=me,
        person=person,
        refused=refused,
        field=field,
        typed=request.form,
        has_password=person and accounts.has_password(engine(), by=by, username=user),
        sessions_open=(
            sign_ins.count(engine(), by=by, username=user, now=sessions.time_of_day())
            if person
            else 1
        ),
        absences=(
            lines(people.absences(engine(), by=by, username=user), me, engine().clock.now())
            if person
            else []
        ),
        colleagues=[
            found
            for found in people.listing(engine(), by=by)
            if found.active and found.username != user
        ],
        stands_in_for=[me.person_name(name) for name in sorted(by.acts_for)],
        add_absence_to=url_for(".add_absence"),
        remove_absence_at=lambda absence_id: url_for(".remove_absence", absence_id=absence_id),
    )
