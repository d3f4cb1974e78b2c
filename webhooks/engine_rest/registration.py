"""Puts the Camunda 7 subset on an application, below /engine-rest."""

from __future__ import annotations

from flask import Flask

from engine import external_tasks
from engine.process_engine import ProcessEngine
from webhooks.engine_rest import (
    access,
    decisions,
    deployments,
    engine,
    history,
    messages,
    monitoring,
    process_definitions,
    process_instances,
    user_tasks,
    webapps,
)
from webhooks.engine_rest import external_tasks as external_task_routes
from webhooks.engine_rest.paths import OnePath
from webhooks.engine_rest.waiting_room import TICK_SECONDS, WaitingRoom

RESOURCES = (
    engine.blueprint,
    deployments.blueprint,
    process_definitions.blueprint,
    process_instances.blueprint,
    external_task_routes.blueprint,
    user_tasks.blueprint,
    messages.blueprint,
    decisions.blueprint,
    history.blueprint,
    monitoring.blueprint,
    webapps.blueprint,
)


def register(app: Flask) -> None:
    """Put every operation on the application."""
    for blueprint in RESOURCES:
        app.register_blueprint(blueprint)
    app.after_request(access.allow_origin)
    app.wsgi_app = OnePath(app.wsgi_app)  # type: ignore[method-assign]


def waiting_room(engine: ProcessEngine, *, tick_seconds: float = TICK_SECONDS) -> WaitingRoom:
    """Return the waiting room for the long polls of a server that answers for this engine."""
    room = WaitingRoom(lambda: external_tasks.topics_available(engine), tick_seconds=tick_seconds)
    engine.external_task_listeners.append(room.announce)
    return room
