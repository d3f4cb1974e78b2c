"""What a person sees when something is refused: the same sentence a program gets, on a page."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web import scripted_posts, sessions
from web.forms.submission import ANSWER
from webhooks import problems
from webhooks.request_ids import request_id

WRITTEN = frozenset({"comment", "text"})
"""Other fields into which people write sentences."""
SHORT = 20
"""Characters; what is no longer is typed again sooner than copied."""
TITLES = {
    401: "Sign in again",
    403: "You are not allowed to do this",
    404: "Page not found",
    405: "This page cannot be used like that",
    409: "Somebody was there before you",
    413: "Too much was sent",
    500: "Sorry, there is a problem with the service",
}
DETAILS = {
    404: "If you typed the address, check it is right. The task or case may not be yours to see.",
}


def respond(error: Exception) -> Response:
    """Return the page for an error; those who are not signed in are led to the sign-in page."""
    typed = _typed() if request.method == "POST" else []
    if isinstance(error, sessions.NotSignedIn) and (not typed or scripted_posts.is_scripted()):
        return redirect(url_for("sign_in.show"), 303)
    details = problems.describe(error)
    status = details["status"]
    page = render_template(
        "error.html",
        me=_anybody(status),
        title=TITLES.get(status, "This did not work"),
        detail=DETAILS.get(status, details["detail"]),
        request_id=request_id(),
        typed=typed,
    )
    return current_app.response_class(page, status=status, content_type="text/html; charset=utf-8")


def _typed() -> list[str]:
    """Return what somebody had written into the form that is refused, so that they can copy it."""
    try:
        return [
            value
            for name, value in request.form.items(multi=True)
            if (name.startswith(ANSWER) or name in WRITTEN) and len(value) > SHORT
        ]
    except HTTPException:
        return []  # too large to be read, which is what the page says


def _anybody(status: int) -> sessions.SignedIn | None:
    """Return who is signed in; after an unforeseen error nothing more is asked of the database."""
    return None if status == 500 else sessions.anybody()
