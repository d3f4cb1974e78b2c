"""`/deployment`: files from the Camunda Modeler and from CI. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import ValidationError, fields

from engine import deployments
from engine.model.process_definitions import Definition, Deployment
from webhooks.caller import caller, engine
from webhooks.engine_rest import identifiers, listings, values
from webhooks.engine_rest.paths import PREFIX
from webhooks.engine_rest.process_definitions import shown as shown_definition
from webhooks.engine_rest.requests import Input, ListQuery, OwnTenant, Truth, Unserved, query
from webhooks.engine_rest.resources import answer, resource

blueprint = resource("deployments")


DeploymentForm = Input.from_dict(
    {
        "deployment-name": fields.String(attribute="name", load_default=""),
        "deployment-source": fields.String(attribute="source", load_default=""),
        "enable-duplicate-filtering": Truth(attribute="filtering", load_default=False),
        "deploy-changed-only": Truth(attribute="changed_only", load_default=False),
        "deployment-activation-time": Unserved(),
        "tenant-id": OwnTenant(),
    },
    name="DeploymentForm",
)
"""What may come beside the files: Camunda's reserved names. No other field may lack a file name."""


class DeploymentQuery(ListQuery):
    """Which deployments to list."""

    id = fields.String()
    name = fields.String()
    nameLike = Unserved()  # noqa: N815
    source = fields.String()
    tenantIdIn = OwnTenant()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


@blueprint.get("/deployment")
def list_all() -> Response:
    """List deployments, the latest first."""
    asked = query(DeploymentQuery())
    found = listings.some(asked, _pages(), lambda deployment: _is_wanted(deployment, asked))
    return answer([_outline(deployment) for deployment in found])


@blueprint.post("/deployment/create")
def create() -> Response:
    """Deploy files, or find that the latest deployment of this name holds just these."""
    form, files = _form(), _files()
    asked = {"files": files, "name": form["name"], "source": form["source"]}
    if form.get("filtering") or form.get("changed_only"):
        earlier = deployments.unchanged(engine(), by=caller(), **asked)
        return answer(_shown(earlier, ())) if earlier else _deployed(asked)
    return _deployed(asked)


def _deployed(asked: dict[str, Any]) -> Response:
    made = deployments.deploy(engine(), by=caller(), **asked)
    return answer(_shown(made, made.process_definitions))


def _form() -> Any:
    sent = request.form.to_dict()
    known = DeploymentForm().fields
    for name in sent:
        if name not in known:
            raise ValidationError(
                f"No file name found in the deployment resource described by form parameter '{name}'.",
                name,
            )
    return DeploymentForm().load({name: value for name, value in sent.items() if value})


def _files() -> dict[str, bytes]:
    """Return the files by the last part of their own names: never a path, never the part's name."""
    files: dict[str, bytes] = {}
    for part in request.files.values():
        name = (part.filename or "").replace("\\", "/").rpartition("/")[2]
        if name in files:
            raise ValidationError("This file was sent twice.", name)
        files[name] = part.read()
    if not files:
        raise ValidationError("No deployment resources contained in the form upload.", "files")
    return files


def _pages() -> listings.Pages[Deployment]:
    return lambda page: deployments.listing(engine(), by=caller(), page=page)


def _is_wanted(deployment: Deployment, asked: Any) -> bool:
    return (
        asked.get("id") in (None, deployment.id, identifiers.dashed(deployment.id))
        and asked.get("name") in (None, deployment.name)
        and asked.get("source") in (None, deployment.source)
    )


def _outline(deployment: Deployment) -> dict[str, Any]:
    identifier = identifiers.dashed(deployment.id)
    return {
        "links": [
            {
                "method": "GET",
                "href": f"{request.host_url.rstrip('/')}{PREFIX}/deployment/{identifier}",
                "rel": "self",
            }
        ],
        "id": identifier,
        "name": deployment.name,
        "source": deployment.source,
        "deploymentTime": values.date(deployment.deployed_at),
        "tenantId": None,
    }


def _shown(deployment: Deployment, new: tuple[Definition, ...]) -> dict[str, Any]:
    definitions = {
        identifiers.of_definition(definition): shown_definition(definition) for definition in new
    }
    return {
        **_outline(deployment),
        "deployedProcessDefinitions": definitions or None,
        "deployedCaseDefinitions": None,
        "deployedDecisionDefinitions": None,
        "deployedDecisionRequirementsDefinitions": None,
    }
