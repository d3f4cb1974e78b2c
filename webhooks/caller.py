"""Who makes this request, and the engine that answers it. Never decides what they may do."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g

from engine.model.actors import Actor
from engine.process_engine import ProcessEngine

EXTENSION = "remit"


def attach(app: Flask, engine: ProcessEngine) -> None:
    """Give the application the engine that its views call."""
    app.extensions[EXTENSION] = engine


def engine() -> ProcessEngine:
    """Return the engine of the application that handles this request."""
    return cast(ProcessEngine, current_app.extensions[EXTENSION])


def caller() -> Actor:
    """Return who makes this request; authentication has put them there before any view runs."""
    return cast(Actor, g.actor)


def identify(actor: Actor) -> None:
    """Say who makes this request. Called by authentication alone."""
    g.actor = actor
