"""Who is signed in, kept in a signed cookie that holds no more than who they are.

Their roles are read again for each request: what an administrator takes away is gone at once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar, cast
from zoneinfo import ZoneInfo

from flask import Flask, g, request, session, url_for
from markupsafe import Markup

from engine import organisations, people, tokens
from engine.content import Organisation
from engine.model.actors import Actor, Permission, system_actor
from engine.model.errors import RemitError
from engine.model.people import ApiToken
from webhooks.caller import engine, identify

IDLE_LIMIT = timedelta(minutes=30)
COOKIE = "remit_session"
CSRF_FIELD = "csrf_token"


class NotSignedIn(RemitError):
    """The page is for people who are signed in."""

    code: ClassVar[str] = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("Sign in to see this page.")


class FormExpired(RemitError):
    """The form was not made by this session, or it waited longer than the session lasted."""

    code: ClassVar[str] = "form_expired"

    def __init__(self) -> None:
        super().__init__(
            "This page was open for too long, or you have signed in again since. "
            "Nothing was kept. Go back, reload the page and send it again."
        )


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    text: str
    address: str


@dataclass(frozen=True)
class SignedIn:
    """The person, or the token, of this session."""

    actor: Actor
    name: str

    @cached_property
    def organisation(self) -> Organisation:
        """Their organisation as its own file describes it."""
        return organisations.get(engine(), self.actor.organisation)

    @property
    def organisation_name(self) -> str:
        return self.organisation.name

    @property
    def zone(self) -> ZoneInfo:
        return self.organisation.calendar.zone

    def procedure_name(self, key: str) -> str:
        """Return a procedure's name as people say it; its key when the organisation has none."""
        procedure = self.organisation.procedure(key)
        return procedure.name if procedure else key.replace("_", " ").capitalize()

    def role_name(self, role_id: str) -> str:
        """Return a role's name as people say it; its id when the organisation no longer has it."""
        role = self.organisation.role(role_id)
        return role.name if role else role_id

    def role_names(self, role_ids: Iterable[str]) -> str:
        """Return the names of roles as one phrase, such as `Worker or Head of Service`."""
        names = [self.role_name(role_id) for role_id in role_ids]
        return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def person_name(self, user: str) -> str:
        """Return a person's name by user name; a program's, or one who is gone, as recorded."""
        if user.startswith("token:"):
            return f"{user.removeprefix('token:')} (a program)"
        return self._names.get(user, user)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {found.username: found.name for found in people.listing(engine(), by=self.actor)}

    @property
    def roles(self) -> str:
        return self.role_names(sorted(self.actor.roles))

    @property
    def navigation(self) -> list[Link]:
        """The pages that this person may open, for the top of each page."""
        links = [
            (Permission.WORK_TASKS, "Tasks", "inbox.show"),
            (Permission.READ_INSTANCES, "Cases", "process_instance.show_all"),
            (Permission.START, "Report", "report.show"),
        ]
        return [
            Link(text, url_for(endpoint))
            for permission, text, endpoint in links
            if self.actor.may(permission)
        ]


def configure(app: Flask, *, secret_key: str, https: bool) -> None:
    """Set up signed, HTTP-only, same-site cookies that expire when nothing is done for a while."""
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME=f"__Host-{COOKIE}" if https else COOKIE,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=IDLE_LIMIT,
        SESSION_REFRESH_EACH_REQUEST=True,
    )
    app.jinja_env.globals["csrf_field"] = csrf_field


def begin_as_person(organisation: str, username: str) -> None:
    """Begin a new session for a person; whatever an earlier one held is gone."""
    _begin({"organisation": organisation, "username": username})


def begin_with_token(actor: Actor) -> None:
    """Begin a new session for a token, by its id: the secret itself is never kept."""
    token = next(found for found in _tokens(actor.organisation) if _is_of(found, actor))
    _begin({"organisation": actor.organisation, "token": token.id})


def end() -> None:
    """Sign out."""
    session.clear()


def me() -> SignedIn:
    """Return who is signed in. Raises NotSignedIn when nobody is, or their access has ended."""
    if "signed_in" not in g:
        g.signed_in = _resume()
    if g.signed_in is None:
        raise NotSignedIn
    return cast(SignedIn, g.signed_in)


def anybody() -> SignedIn | None:
    """Return who is signed in, None when nobody is."""
    if "signed_in" not in g:
        g.signed_in = _resume()
    return cast("SignedIn | None", g.signed_in)


def require() -> None:
    """Let only people who are signed in pass, and only forms that this session made."""
    identify(me().actor)
    check_csrf()


def check_csrf() -> None:
    """Raise FormExpired for a POST that does not carry this session's own token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    sent, kept = request.form.get(CSRF_FIELD, ""), session.get("csrf", "")
    if not kept or not hmac.compare_digest(sent.encode(), kept.encode()):
        raise FormExpired


def csrf_field() -> Markup:
    """Return the hidden field that each POST form carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
        session.permanent = True
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, session["csrf"])


def _begin(who: dict[str, str]) -> None:
    session.clear()
    session.update(who, csrf=secrets.token_urlsafe(32))
    session.permanent = True
    g.pop("signed_in", None)


def _resume() -> SignedIn | None:
    """Return who this session belongs to; None when nobody, or when their access was taken away."""
    organisation = session.get("organisation")
    if organisation is None:
        return None
    if "token" in session:
        return _resume_token(organisation, session["token"])
    person = people.find(engine(), organisation=organisation, username=session["username"])
    if person is None:
        return None
    actor = people.actor(engine(), organisation=organisation, username=person.username)
    return SignedIn(actor, person.name)


def _resume_token(organisation: str, token_id: str) -> SignedIn | None:
    token = next((found for found in _tokens(organisation) if found.id == token_id), None)
    if token is None:
        return None
    with engine().reading(organisation) as tx:
        catalogue = engine().catalogues.of(tx)
    actor = engine().actor(catalogue, f"token:{token.name}", [token.role], "token")
    return SignedIn(actor, token.name)


def _tokens(organisation: str) -> list[ApiToken]:
    found = tokens.listing(engine(), by=system_actor(organisation))
    return [token for token in found if token.revoked_at is None]


def _is_of(token: ApiToken, actor: Actor) -> bool:
    return f"token:{token.name}" == actor.user and actor.roles == {token.role}
