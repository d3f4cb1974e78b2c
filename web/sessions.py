"""Who is signed in: a signed cookie holds the secret of a session that the database knows.

Who they are and what they may do is read again for each request: what is taken away is gone at once.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar, cast
from zoneinfo import ZoneInfo

from flask import Flask, Request, current_app, g, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from engine import access_log, people, sign_ins
from engine.content import Organisation
from engine.model.access import AccessKind
from engine.model.actors import Actor, NotAllowed, Permission
from engine.model.attachments import AttachmentRules, AttachmentTooLarge
from engine.model.clock import Clock, SystemClock
from engine.model.errors import RemitError
from engine.model.sign_ins import Means
from web import authorisation
from web.wording import listed
from webhooks import request_limits
from webhooks.caller import engine, identify
from webhooks.request_limits import LARGEST_UPLOAD

LARGEST_FORM = 2_000_000
"""Bytes of a form without files."""
MOST_FIELDS = 10_000
"""Fields of a form, several of which belong to one question: as many as rows of a list may have."""
IDLE_LIMIT = timedelta(minutes=30)
COOKIE = "remit_session"
CSRF_FIELD = "csrf_token"
CLOCK = "remit_time_of_day"
"""The extension that tells how long sessions last: never a test clock, which may jump by months."""
GO_TO = "go_to"
SECRET = "secret"  # noqa: S105 - the name under which the cookie holds it


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
    means: Means
    organisation: Organisation

    @property
    def organisation_name(self) -> str:
        return self.organisation.name

    @property
    def zone(self) -> ZoneInfo:
        return self.organisation.calendar.zone

    @property
    def theme(self) -> str:
        """How the organisation's pages look."""
        return self.organisation.theme

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
        if user == people.DEMO:
            return "the demonstration"
        if user.startswith("token:"):
            return f"{user.removeprefix('token:')} (a program)"
        return self._names.get(user, user)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {found.username: found.name for found in people.listing(engine(), by=self.actor)}

    @property
    def roles(self) -> str:
        return listed([self.role_name(role_id) for role_id in sorted(self.actor.roles)])

    @property
    def navigation(self) -> list[Link]:
        """The pages that this person may open, for the top of each page."""
        links = [
            (Permission.WORK_TASKS, "Tasks", "inbox.show"),
            (Permission.READ_INSTANCES, "Cases", "process_instance.show_all"),
            (Permission.START, "Report", "report.show"),
            (Permission.READ_JOBS, "Administration", "administration.show"),
        ]
        return [
            Link(text, url_for(endpoint))
            for permission, text, endpoint in links
            if self.actor.may(permission)
        ]


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, without the work of making a key for a caller that sent no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


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
    app.session_interface = CookieSessions()
    app.extensions[CLOCK] = SystemClock()
    app.jinja_env.globals["csrf_field"] = csrf_field


def time_of_day() -> datetime:
    """Return the real time, by which sessions, passwords and invitations last."""
    return cast(Clock, current_app.extensions[CLOCK]).now()


def begin_as_person(organisation: str, username: str, means: Means) -> None:
    """Begin a new session for a person; whatever an earlier one held is gone."""
    begin(
        sign_ins.begin_as_person(
            engine(),
            organisation=organisation,
            username=username,
            means=means,
            now=time_of_day(),
        )
    )


def begin_with_token(actor: Actor) -> None:
    """Begin a new session for a token, by its id: the token's secret itself is never kept."""
    begin(sign_ins.begin_with_token(engine(), actor=actor, now=time_of_day()))


def begin(secret: str) -> None:
    """Put a new session's secret into the cookie, in place of all that it held."""
    session.clear()
    session.update({SECRET: secret, "csrf": secrets.token_urlsafe(32)})
    session.permanent = True
    g.pop("signed_in", None)


def end() -> None:
    """Sign out: the session is worth nothing any more, wherever its cookie was copied to."""
    signed_in = anybody()
    if signed_in is not None:
        sign_ins.end(engine(), by=signed_in.actor, secret=session[SECRET])
    forget()


def end_everywhere() -> None:
    """Sign a person out on every machine; a token's session ends here alone."""
    actor = me().actor
    if actor.session == "person":
        sign_ins.end_everywhere(engine(), by=actor, username=actor.user)
    end()


def forget() -> None:
    """Empty the cookie."""
    session.clear()
    g.pop("signed_in", None)


def me() -> SignedIn:
    """Return who is signed in. Raises NotSignedIn when nobody is, or their access has ended."""
    found = anybody()
    if found is None:
        raise NotSignedIn
    return found


def anybody() -> SignedIn | None:
    """Return who is signed in, None when nobody is."""
    if "signed_in" not in g:
        g.signed_in = _resume()
    return cast("SignedIn | None", g.signed_in)


def require() -> None:
    """Let only people pass who are signed in and may, and only forms that this session made."""
    if anybody() is None:
        _remember_where()
    actor = me().actor
    identify(actor)
    check_csrf()
    needed = authorisation.SIGNED_IN[str(request.endpoint)]
    if needed and actor.permissions.isdisjoint(needed):
        raise NotAllowed(min(needed))


def _check_size() -> None:
    """Refuse a request that is too large before anything of it is read, and write that down."""
    takes_files = request.endpoint in authorisation.TAKES_FILES
    most = LARGEST_UPLOAD if takes_files else LARGEST_FORM
    request.max_content_length = most
    request.max_form_parts = MOST_FIELDS
    request.max_form_memory_size = LARGEST_FORM
    if (request.content_length or 0) <= most:
        return
    signed_in = anybody()
    _record_refusal(
        AccessKind.ATTACHMENT_REFUSED if takes_files else AccessKind.FORM_REFUSED, "too large: "
    )
    if not takes_files:
        raise RequestEntityTooLarge
    rules = signed_in.organisation.attachments if signed_in else AttachmentRules()
    raise AttachmentTooLarge(rules.largest_mb)


def go_to(path: str) -> None:
    """Remember a page of ours to lead to once somebody has signed in."""
    session[GO_TO] = path


def destination() -> str:
    """Return, once, the page that somebody wanted before they were asked to sign in."""
    wanted = str(session.pop(GO_TO, ""))
    return wanted if _is_ours(wanted) else url_for("inbox.home")


def check_csrf() -> None:
    """Raise FormExpired for a POST that does not carry this session's own token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    _check_size()
    sent, kept = request.form.get(CSRF_FIELD, ""), session.get("csrf", "")
    if not kept or not hmac.compare_digest(sent.encode(), kept.encode()):
        _record_refusal()
        raise FormExpired
    request_limits.check_form()


def csrf_field() -> Markup:
    """Return the hidden field that each POST form carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
        session.permanent = True
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, session["csrf"])


def _resume() -> SignedIn | None:
    """Return who this session belongs to; None when nobody, or when their access was taken away."""
    secret = session.get(SECRET)
    if not isinstance(secret, str):
        return None
    found = sign_ins.resume(engine(), secret=secret, now=time_of_day())
    if found is None:
        return None
    return SignedIn(found.actor, found.name, found.means, found.organisation)


def _remember_where() -> None:
    # Only a page of ours that a link led to: nothing that was sent is sent again later.
    if request.method == "GET" and request.endpoint in authorisation.SIGNED_IN:
        session[GO_TO] = request.full_path.rstrip("?")
        session.permanent = True


def _is_ours(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))


def _record_refusal(kind: AccessKind = AccessKind.FORM_REFUSED, why: str = "") -> None:
    signed_in = anybody()
    if signed_in is not None:
        access_log.note(
            engine(),
            organisation=signed_in.actor.organisation,
            kind=kind,
            user=signed_in.actor.user,
            about=f"{why}{request.endpoint}",
        )
