"""`/process-definition`: what is deployed, and starting it. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields
from marshmallow.validate import Length

from engine import process_definitions, process_instances
from engine.model.pages import Page, PageRequest
from engine.model.people import OrganisationNotFound
from engine.model.process_definitions import Definition, DefinitionState
from webhooks.caller import caller, engine
from webhooks.engine_rest import identifiers, listings, monitoring, statistics, values
from webhooks.engine_rest.process_instances import shown as shown_instance
from webhooks.engine_rest.requests import (
    Accepted,
    Input,
    ListQuery,
    Only,
    OwnTenant,
    Unserved,
    Variables,
    body,
    query,
)
from webhooks.engine_rest.resources import answer, resource

blueprint = resource("process_definitions")


class StartInput(Input):
    """With what to start."""

    businessKey = fields.String(load_default=None, validate=Length(0, 200))  # noqa: N815
    variables = Variables(load_default=dict)
    withVariablesInReturn = fields.Boolean(load_default=False)  # noqa: N815
    startInstructions = Unserved()  # noqa: N815
    skipCustomListeners = Accepted()  # noqa: N815
    skipIoMappings = Unserved()  # noqa: N815
    caseInstanceId = Unserved()  # noqa: N815


class DefinitionQuery(ListQuery):
    """Which definitions to list."""

    key = fields.String()
    name = fields.String()
    version = fields.Integer()
    latestVersion = Only()  # noqa: N815
    active = Only()
    suspended = Only()
    processDefinitionId = fields.String()  # noqa: N815
    deploymentId = fields.String()  # noqa: N815
    tenantIdIn = OwnTenant()  # noqa: N815
    withoutTenantId = Accepted()  # noqa: N815
    sortBy = Unserved()  # noqa: N815


class StatisticsQuery(Input):
    """What to count besides instances."""

    failedJobs = Accepted()  # noqa: N815
    incidents = Accepted()
    rootIncidents = Accepted()  # noqa: N815
    incidentsForType = Unserved()  # noqa: N815


@blueprint.get("/process-definition")
def list_all() -> Response:
    """List process definitions, all versions or the latest ones."""
    asked = query(DefinitionQuery())
    found = listings.some(asked, _pages(asked), lambda one: _is_wanted(one, asked))
    return answer([shown(definition) for definition in found])


@blueprint.get("/process-definition/count")
def count() -> Response:
    """Count process definitions."""
    asked = query(DefinitionQuery())
    return answer({"count": listings.how_many(_pages(asked), lambda one: _is_wanted(one, asked))})


@blueprint.get("/process-definition/statistics")
def show_statistics() -> Response:
    """Count what runs of each version, and the jobs of it that wait for a person."""
    query(StatisticsQuery())
    return answer([_counted(*counted) for counted in statistics.of_versions(engine(), caller())])


@blueprint.get("/process-definition/<definition_id>")
def show(definition_id: str) -> Response:
    """Show one definition."""
    return answer(shown(_by_id(definition_id)))


@blueprint.get("/process-definition/key/<key>")
def show_by_key(key: str) -> Response:
    """Show the version of a key that starts instances."""
    return answer(shown(_by_key(key)))


@blueprint.get("/process-definition/<definition_id>/xml")
def show_xml(definition_id: str) -> Response:
    """Return a definition's diagram."""
    return _xml(_by_id(definition_id))


@blueprint.get("/process-definition/key/<key>/xml")
def show_xml_by_key(key: str) -> Response:
    """Return the diagram of the version that starts instances."""
    return _xml(_by_key(key))


@blueprint.post("/process-definition/<definition_id>/start")
def start(definition_id: str) -> Response:
    """Start an instance of one version."""
    definition = _by_id(definition_id)
    return _started(definition.key, definition.version)


@blueprint.post("/process-definition/key/<key>/start")
def start_by_key(key: str) -> Response:
    """Start an instance of the active version of a key."""
    return _started(key, None)


@blueprint.post("/process-definition/key/<key>/tenant-id/<tenant>/start")
def start_by_key_of_tenant(key: str, tenant: str) -> Response:
    """Start an instance of a key of the caller's own organisation."""
    _check_tenant(tenant)
    return _started(key, None)


def shown(definition: Definition) -> dict[str, Any]:
    """Return a process definition as Camunda's clients get it."""
    return {
        "id": identifiers.of_definition(definition),
        "key": definition.key,
        "category": None,
        "description": None,
        "name": definition.name,
        "version": definition.version,
        "resource": definition.file,
        "deploymentId": identifiers.dashed(definition.deployment_id),
        "diagram": None,
        "suspended": definition.state is DefinitionState.SUSPENDED,
        "tenantId": None,
        "versionTag": definition.version_tag,
        "historyTimeToLive": None,
        "startableInTasklist": True,
    }


def _counted(definition: Definition, instances: int, failed: int) -> dict[str, Any]:
    return {
        "id": identifiers.of_definition(definition),
        "definition": shown(definition),
        "instances": instances,
        "failedJobs": failed,
        "incidents": [
            {"incidentType": monitoring.FAILED_JOB, "incidentCount": failed},
        ]
        if failed
        else [],
    }


def _started(key: str, version: int | None) -> Response:
    asked = body(StartInput())
    instance = process_instances.start(
        engine(),
        by=caller(),
        process_definition_key=key,
        business_key=asked["businessKey"] or None,
        variables=asked["variables"],
        version=version,
    )
    started = shown_instance(instance)
    if asked["withVariablesInReturn"]:
        found = process_instances.variables(engine(), by=caller(), instance_id=instance.id)
        started["variables"] = values.typed_all(found)
    return answer(started)


def _by_id(definition_id: str) -> Definition:
    return process_definitions.get(
        engine(), by=caller(), definition_id=identifiers.plain_definition(definition_id)
    )


def _by_key(key: str) -> Definition:
    return process_definitions.active(engine(), by=caller(), key=key)


def _xml(definition: Definition) -> Response:
    xml = process_definitions.xml(
        engine(), by=caller(), key=definition.key, version=definition.version
    )
    return answer({"id": identifiers.of_definition(definition), "bpmn20Xml": xml.decode("utf-8")})


def _pages(asked: Any) -> listings.Pages[Definition]:
    def latest(page: PageRequest) -> Page[Definition]:
        return process_definitions.listing(engine(), by=caller(), page=page)

    def every_version(page: PageRequest) -> Page[Definition]:
        return process_definitions.every_version(engine(), by=caller(), page=page)

    return latest if asked.get("latestVersion") else every_version


def _is_wanted(one: Definition, asked: Any) -> bool:
    suspended = one.state is DefinitionState.SUSPENDED
    return (
        asked.get("key") in (None, one.key)
        and asked.get("name") in (None, one.name)
        and asked.get("version") in (None, one.version)
        and asked.get("processDefinitionId") in (None, identifiers.of_definition(one))
        and asked.get("deploymentId") in (None, identifiers.dashed(one.deployment_id))
        and not (asked.get("active") and suspended)
        and not (asked.get("suspended") and not suspended)
    )


def _check_tenant(tenant: str) -> None:
    if tenant != caller().organisation:
        raise OrganisationNotFound(tenant)
