"""Where the Camunda Modeler finds the pages that it opens. Leads there; shows nothing itself."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webhooks.engine_rest.identifiers import plain
from webhooks.engine_rest.resources import answer

blueprint = Blueprint("engine_rest_webapps", __name__)


@blueprint.get("/.well-known/camunda-automation-platform/webapps")
def well_known() -> Response:
    """Return the address below which `process-instance/{id}` and `repository` lead to pages."""
    return answer({"cockpitUrl": f"{request.host_url}go/"})


@blueprint.get("/go/process-instance/<instance_id>")
def process_instance(instance_id: str) -> AnyResponse:
    """Lead to the page of a process instance."""
    return redirect(f"/process-instances/{plain(instance_id)}")


@blueprint.get("/go/repository")
def repository() -> AnyResponse:
    """Lead to where deployments are looked at."""
    return redirect("/")
