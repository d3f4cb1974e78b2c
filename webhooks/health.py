"""Says to machines whether the process runs and whether its database answers. Nothing else."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from engine import organisations
from webhooks.caller import engine

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Answer 200 as long as the process handles requests."""
    return jsonify({"status": "live"})


@blueprint.get("/ready")
def ready() -> Response:
    """Answer 200 when the database answers too, and 500 when it does not."""
    organisations.listing(engine())
    return jsonify({"status": "ready"})
