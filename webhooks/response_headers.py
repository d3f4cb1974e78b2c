"""The security headers of every answer."""

from __future__ import annotations

from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # same-origin, not no-referrer: a form's origin check still sees where it came from.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PERSONAL = "no-store"
A_YEAR_OF_HTTPS = "max-age=31536000; includeSubDomains"


def register(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer; nothing but static files may be kept by a cache."""

    headers = [*HEADERS.items(), ("Cache-Control", PERSONAL)]
    if https:
        headers.append(("Strict-Transport-Security", A_YEAR_OF_HTTPS))

    def _secure(response: Response) -> Response:
        said = {name.lower() for name, _ in response.headers}
        for name, value in headers:
            if name.lower() not in said:
                response.headers.add(name, value)
        return response

    app.after_request(_secure)
