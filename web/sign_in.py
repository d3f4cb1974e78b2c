"""Signing in and out: by the organisation's own sign-in, a password, a token, or as an invented person."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine import access_log, accounts, organisations, people, sign_ins, tokens
from engine.content import SignIn
from engine.model.access import AccessKind
from engine.model.actors import system_actor
from engine.model.people import OrganisationNotFound, PersonNotFound
from engine.model.sign_ins import IssuerAnswerRefused, Means, PasswordRefused, SignInRefused
from web import oidc, sessions
from web.settings import Settings
from webhooks.caller import engine

blueprint = Blueprint("sign_in", __name__)

DEMO = "DEMO_SIGN_IN"
"""The setting that lets people sign in as somebody invented, with one click."""
ISSUERS = "OIDC_ISSUERS"
"""The setting that holds each organisation's own sign-in."""
ADDRESS = "PUBLIC_ADDRESS"
ATTEMPT = "sign_in_attempt"

NOT_KNOWN = "Enter a token that is still valid"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as, with the names of their roles."""

    username: str
    name: str
    roles: str


@dataclass(frozen=True)
class SignInChoice:
    """An organisation, its invented people, and whether it has a sign-in of its own."""

    key: str
    name: str
    people: tuple[DemoPerson, ...]
    has_issuer: bool


def configure(config: dict[str, object], settings: Settings) -> None:
    """Set up the ways of signing in that the settings allow."""
    clients, secrets = dict(settings.oidc_client_id), dict(settings.oidc_client_secret)
    config[DEMO] = not settings.in_production
    config[ADDRESS] = settings.address
    config[ISSUERS] = {
        key: oidc.Issuer(issuer, clients[key], secrets.get(key))
        for key, issuer in settings.oidc_issuer
    }


@blueprint.get("/sign-in")
def show() -> str:
    """Show how to sign in."""
    return _page()


@blueprint.get("/sign-in/<organisation>")
def show_organisation(organisation: str) -> str:
    """Show how the people of one organisation sign in."""
    return _organisation_page(organisation)


@blueprint.post("/sign-in/<organisation>/password")
def with_password(organisation: str) -> Response | tuple[str, int]:
    """Sign in with a user name and a password of one's own."""
    sessions.check_csrf()
    _known(organisation)
    username = request.form["username"].strip().lower()
    try:
        accounts.check(
            engine(),
            organisation=organisation,
            username=username,
            password=request.form["password"],
            now=sessions.time_of_day(),
        )
    except SignInRefused as error:
        return _organisation_page(organisation, refused=str(error), username=username), 422
    goes_to = sessions.destination()
    sessions.begin_as_person(organisation, username, Means.PASSWORD)
    return redirect(goes_to, 303)


@blueprint.get("/sign-in/<organisation>/issuer")
def at_issuer(organisation: str) -> Response:
    """Lead to the organisation's own sign-in; what has to come back is kept in the cookie."""
    issuer, terms = _issuer(organisation)
    address, attempt = issuer.begin(
        organisation,
        redirect_uri=_callback(),
        scopes=terms.scopes,
        assurance=terms.assurance,
        now=sessions.time_of_day(),
    )
    session[ATTEMPT] = asdict(attempt)
    session.permanent = True
    return redirect(address, 303)


@blueprint.get("/sign-in-callback")
def callback() -> Response:
    """Sign in whom the organisation's own sign-in vouches for, if this browser asked it to.

    A GET because the protocol says so; what it may do hangs on a secret that is used up by it.
    """
    attempt = _attempt()
    try:
        secret = _vouched_for(attempt)
    except (IssuerAnswerRefused, SignInRefused) as error:
        reason = error.reason if isinstance(error, IssuerAnswerRefused) else str(error)
        access_log.note(
            engine(),
            organisation=attempt.organisation,
            kind=AccessKind.SIGN_IN_REFUSED,
            user=None,
            about=reason,
        )
        raise
    goes_to = sessions.destination()
    sessions.begin(secret)
    return redirect(goes_to, 303)


@blueprint.post("/sign-in/person")
def as_demo_person() -> Response:
    """Sign in as a demo person. Exists where demo people do: never in production."""
    sessions.check_csrf()
    organisation, username = request.form["organisation"], request.form["username"]
    _check_demo_person(organisation, username)
    goes_to = sessions.destination()
    sessions.begin_as_person(organisation, username, Means.DEMO)
    return redirect(goes_to, 303)


@blueprint.post("/sign-in/token")
def with_token() -> Response | tuple[str, int]:
    """Sign in with a bearer token."""
    sessions.check_csrf()
    actor = tokens.authenticate(engine(), request.form["token"].strip())
    if actor is None:
        return _page(refused=NOT_KNOWN), 422
    goes_to = sessions.destination()
    sessions.begin_with_token(actor)
    return redirect(goes_to, 303)


@blueprint.get("/invitation/<secret>")
def show_invitation(secret: str) -> str:
    """Show where to choose a password, to somebody with an invitation that is still good."""
    found = accounts.invitation(engine(), secret=secret, now=sessions.time_of_day())
    return _invitation_page(found.username)


@blueprint.post("/invitation/<secret>")
def accept_invitation(secret: str) -> Response | tuple[str, int]:
    """Choose a password; then sign in with it."""
    sessions.check_csrf()
    now = sessions.time_of_day()
    found = accounts.invitation(engine(), secret=secret, now=now)
    try:
        accounts.accept(engine(), secret=secret, password=request.form["password"], now=now)
    except PasswordRefused as error:
        return _invitation_page(found.username, refused=str(error)), 422
    sessions.forget()
    return redirect(url_for("sign_in.show_organisation", organisation=found.organisation), 303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    sessions.check_csrf()
    sessions.end()
    return redirect(url_for("sign_in.show"), 303)


def demo_allowed() -> bool:
    """Say whether this service lets anybody be a demo person."""
    return bool(current_app.config[DEMO])


def choices() -> list[SignInChoice]:
    """Return the organisations to sign in at, with their demo people where those are allowed."""
    return [_choice(found) for found in organisations.listing(engine())]


def _choice(found: organisations.OrganisationName) -> SignInChoice:
    return SignInChoice(
        found.key,
        found.name,
        tuple(_demo_people(found.key)) if demo_allowed() else (),
        found.key in current_app.config[ISSUERS],
    )


def _page(refused: str = "") -> str:
    return render_template(
        "sign_in.html",
        organisations=choices(),
        demo=demo_allowed(),
        refused=refused,
        me=sessions.anybody(),
    )


def _organisation_page(organisation: str, refused: str = "", username: str = "") -> str:
    return render_template(
        "sign_in_organisation.html",
        organisation=_choice(_known(organisation)),
        refused=refused,
        username=username,
        me=None,
    )


def _invitation_page(username: str, refused: str = "") -> str:
    return render_template(
        "sign_in_invitation.html",
        username=username,
        refused=refused,
        shortest=accounts.SHORTEST,
        me=None,
    )


def _known(organisation: str) -> organisations.OrganisationName:
    """Return an organisation of this installation; raise OrganisationNotFound for any other key."""
    for found in organisations.listing(engine()):
        if found.key == organisation:
            return found
    access_log.note(
        engine(),
        organisation=organisation,
        kind=AccessKind.SIGN_IN_REFUSED,
        user=None,
        about="an organisation that does not exist",
    )
    raise OrganisationNotFound(organisation)


def _issuer(organisation: str) -> tuple[oidc.Issuer, SignIn]:
    _known(organisation)
    issuer = current_app.config[ISSUERS].get(organisation)
    if issuer is None:
        raise OrganisationNotFound(organisation)
    return issuer, organisations.get(engine(), organisation).sign_in or SignIn()


def _callback() -> str:
    return f"{current_app.config[ADDRESS]}{url_for('sign_in.callback')}"


def _attempt() -> oidc.Attempt:
    """Return what this browser set out with, once; raise IssuerAnswerRefused when it did not."""
    kept, sent = session.pop(ATTEMPT, None), request.args.get("state", "")
    if kept is None:
        raise IssuerAnswerRefused("this browser did not ask to sign in")
    attempt = oidc.Attempt(**kept)
    if not hmac.compare_digest(sent.encode(), attempt.state.encode()):
        raise IssuerAnswerRefused("the answer is to another question")
    return attempt


def _vouched_for(attempt: oidc.Attempt) -> str:
    """Return the secret of the session of whom the issuer vouches for."""
    issuer, terms = _issuer(attempt.organisation)
    now = sessions.time_of_day()
    issuer.check_issuer(request.args.get("iss"), now)
    if "code" not in request.args:
        raise IssuerAnswerRefused(f"no code: {request.args.get('error', '')[:100]}")
    said = issuer.finish(
        attempt,
        code=request.args["code"],
        redirect_uri=_callback(),
        assurance=terms.assurance,
        wanted=terms.groups_claim,
        now=now,
    )
    username = next(iter(oidc.texts_at(said, terms.username_claim)), "").strip().lower()
    if not people.USERNAME.fullmatch(username):
        raise IssuerAnswerRefused(f"no usable user name in the claim {terms.username_claim}")
    email = next(iter(oidc.texts_at(said, "email")), None)
    organisation = organisations.get(engine(), attempt.organisation)
    return sign_ins.begin_from_issuer(
        engine(),
        organisation=attempt.organisation,
        claims=sign_ins.Claims(
            issuer=issuer.issuer,
            subject=str(said["sub"]),
            username=username,
            name=next(iter(oidc.texts_at(said, terms.name_claim)), username)[:200],
            email=email if email and people.EMAIL.fullmatch(email) else None,
            roles=sign_ins.roles_of_groups(organisation, oidc.texts_at(said, terms.groups_claim)),
        ),
        now=now,
    )


def _demo_people(organisation: str) -> list[DemoPerson]:
    by = system_actor(organisation)
    names = {role.id: role.name for role in organisations.get(engine(), organisation).roles}
    return [
        DemoPerson(
            person.username, person.name, ", ".join(names.get(role, role) for role in person.roles)
        )
        for person in people.listing(engine(), by=by)
        if person.demo and person.active
    ]


def _check_demo_person(organisation: str, username: str) -> None:
    """Raise PersonNotFound unless this is a demo person, where demo people may sign in."""
    known = [found.key for found in organisations.listing(engine())]
    if not demo_allowed() or organisation not in known:
        raise PersonNotFound(username)
    person = people.find(engine(), organisation=organisation, username=username)
    if person is None or not person.demo:
        raise PersonNotFound(username)
