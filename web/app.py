"""Puts everything together: the API, the pages, errors, headers, limits. Answers nothing itself."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

from engine.process_engine import ProcessEngine
from web import (
    account,
    administration,
    attachments,
    error_pages,
    inbox,
    links,
    process_instances,
    report,
    scripted_posts,
    sessions,
    sign_in,
    static_files,
    user_tasks,
)
from web.settings import Settings
from webhooks import (
    api,
    caller,
    health,
    metrics,
    notify_reports,
    problems,
    receive,
    reference,
    request_ids,
    request_limits,
    response_headers,
)
from webhooks.engine_rest import problems as engine_rest_problems
from webhooks.engine_rest import registration as engine_rest
from webhooks.engine_rest.paths import is_below

PAGES = (
    inbox.blueprint,
    user_tasks.blueprint,
    attachments.blueprint,
    process_instances.blueprint,
    report.blueprint,
    sign_in.blueprint,
    links.blueprint,
    account.blueprint,
    *administration.PAGES,
)
PROGRAM_PATHS = ("/api/", "/webhooks/", "/health/", "/metrics")
"""Paths that programs ask: their errors are problem details, all others are pages."""


def create_app(engine: ProcessEngine, settings: Settings) -> Flask:
    """Return the WSGI application of one engine. Cookies need HTTPS wherever the address does."""
    app = Flask("web", static_folder=None)
    https = settings.address.startswith("https://")
    sign_in.configure(app.config, settings)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    caller.attach(app, engine)
    # What is registered first is asked first of a request, and last of its answer.
    request_ids.register(app)
    request_limits.register(app)
    metrics.register(app)
    response_headers.register(app, https=https)
    sessions.configure(app, secret_key=settings.secret_key, https=https)
    app.register_error_handler(Exception, _respond)
    static_files.register(app)
    scripted_posts.register(app)
    app.register_blueprint(health.blueprint)
    api.register(app)
    app.register_blueprint(reference.blueprint)
    app.register_blueprint(receive.blueprint)
    app.register_blueprint(notify_reports.blueprint)
    app.config[notify_reports.SECRETS] = settings.secrets_of_channels
    engine_rest.register(app)
    for page in PAGES:
        app.register_blueprint(page)
    return app


def _respond(error: Exception) -> Response:
    if is_below(request.path):
        return engine_rest_problems.respond(error)
    if request.path.startswith(PROGRAM_PATHS):
        return problems.respond(error)
    return error_pages.respond(error)
