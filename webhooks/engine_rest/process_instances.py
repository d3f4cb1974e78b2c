"""`/process-instance`: what runs. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import fields

from engine import process_instances
from engine.feel import Value
from engine.model.pages import Page, PageRequest
from engine.model.process_instances import InstanceState, ProcessInstance, ProcessInstanceNotFound
from webhooks.caller import caller, engine
from webhooks.engine_rest import identifiers, listings, values
from webhooks.engine_rest.paths import PREFIX
from webhooks.engine_rest.requests import (
    Accepted,
    DefinitionIdentifier,
    Identifier,
    Input,
    Listed,
    ListQuery,
    Only,
    OwnTenant,
    Truth,
    Unserved,
    body,
    query,
)
from webhooks.engine_rest.resources import answer, done, resource

blueprint = resource("process_instances")

DELETED = "Deleted through /engine-rest."
"""The reason that the history keeps: Camunda's own deletion gives none."""

THROUGH = "Through /engine-rest."
"""The same of what is suspended or activated."""


class ProcessInstanceQuery(ListQuery):
    """Which process instances to list."""

    processInstanceIds = Listed(Identifier())  # noqa: N815
    businessKey = fields.String()  # noqa: N815
    processDefinitionKey = fields.String()  # noqa: N815
    processDefinitionId = DefinitionIdentifier()  # noqa: N815
    active = Only()
    suspended = Only()
    tenantIdIn = OwnTenant()  # noqa: N815
    withoutTenantId = Accepted()  # noqa: N815
    variables = Unserved()
    sortBy = Unserved()  # noqa: N815


class SuspensionInput(Input):
    suspended = Truth(required=True)


@blueprint.get("/process-instance")
def list_all() -> Response:
    """List what runs or is suspended, the latest first."""
    asked = query(ProcessInstanceQuery())
    found = listings.some(asked, _pages(asked), lambda one: _is_wanted(one, asked))
    return answer([shown(instance) for instance in found])


@blueprint.get("/process-instance/count")
def count() -> Response:
    """Count what runs or is suspended."""
    asked = query(ProcessInstanceQuery())
    found = listings.how_many(_pages(asked), lambda one: _is_wanted(one, asked))
    return answer({"count": found})


@blueprint.get("/process-instance/<instance_id>")
def show(instance_id: str) -> Response:
    """Show an instance that has not ended."""
    return answer(shown(_unended(instance_id)))


@blueprint.get("/process-instance/<instance_id>/variables")
def show_variables(instance_id: str) -> Response:
    """Show the instance's variables."""
    return answer(values.typed_all(_variables(instance_id)))


@blueprint.get("/process-instance/<instance_id>/variables/<name>")
def show_variable(instance_id: str, name: str) -> Response:
    """Show one variable of the instance."""
    found = _variables(instance_id)
    if name not in found:
        raise values.VariableNotFound(name)
    return answer(values.typed(found[name]))


@blueprint.get("/process-instance/<instance_id>/activity-instances")
def show_activities(instance_id: str) -> Response:
    """Show where the instance stands."""
    instance = _unended(instance_id)
    tokens = process_instances.tokens(engine(), by=caller(), instance_id=instance.id)
    return answer(_tree(instance, tokens))


@blueprint.put("/process-instance/<instance_id>/suspended")
def set_suspended(instance_id: str) -> Response:
    """Let nothing of the instance move, or let it go on."""
    suspends = body(SuspensionInput())["suspended"]
    act = process_instances.suspend if suspends else process_instances.activate
    act(engine(), by=caller(), instance_id=_unended(instance_id).id, reason=THROUGH)
    return done()


@blueprint.delete("/process-instance/<instance_id>")
def delete(instance_id: str) -> Response:
    """End an instance before its time."""
    instance = _unended(instance_id)
    process_instances.cancel(engine(), by=caller(), instance_id=instance.id, reason=DELETED)
    return done()


def shown(instance: ProcessInstance) -> dict[str, Any]:
    """Return a process instance as Camunda's clients get it."""
    identifier = identifiers.dashed(instance.id)
    return {
        "links": [
            {
                "method": "GET",
                "href": f"{request.host_url.rstrip('/')}{PREFIX}/process-instance/{identifier}",
                "rel": "self",
            }
        ],
        "id": identifier,
        "definitionId": _definition(instance),
        "definitionKey": instance.process_definition_key,
        "businessKey": instance.business_key,
        "caseInstanceId": None,
        "ended": instance.ended_at is not None,
        "suspended": instance.state is InstanceState.SUSPENDED,
        "tenantId": None,
    }


def _definition(instance: ProcessInstance) -> str:
    return identifiers.definition_identifier(
        instance.process_definition_key, instance.version, instance.process_definition_id
    )


def _unended(instance_id: str) -> ProcessInstance:
    """Return an instance that has not ended: an ended one is unknown to Camunda's runtime."""
    found = process_instances.get(
        engine(), by=caller(), instance_id=identifiers.plain(instance_id)
    )
    if found.state not in (InstanceState.RUNNING, InstanceState.SUSPENDED):
        raise ProcessInstanceNotFound(instance_id)
    return found


def _variables(instance_id: str) -> dict[str, Value]:
    instance = _unended(instance_id)
    return process_instances.variables(engine(), by=caller(), instance_id=instance.id)


def _pages(asked: Any) -> listings.Pages[ProcessInstance]:
    def every_state(page: PageRequest) -> Page[ProcessInstance]:
        return process_instances.listing(
            engine(),
            by=caller(),
            page=page,
            state=_state(asked),
            business_key=asked.get("businessKey"),
            process_definition_key=asked.get("processDefinitionKey"),
        )

    return every_state


def _state(asked: Any) -> InstanceState | None:
    if asked.get("suspended"):
        return InstanceState.SUSPENDED
    return InstanceState.RUNNING if asked.get("active") else None


def _is_wanted(one: ProcessInstance, asked: Any) -> bool:
    ids = asked.get("processInstanceIds")
    return (
        one.state in (InstanceState.RUNNING, InstanceState.SUSPENDED)
        and (ids is None or one.id in ids)
        and asked.get("processDefinitionId") in (None, one.process_definition_id)
    )


def _tree(
    instance: ProcessInstance, tokens: tuple[process_instances.Token, ...]
) -> dict[str, Any]:
    root = identifiers.dashed(instance.id)
    children = [
        {
            **_node(identifiers.dashed(token.token_id), token.element_id, token.name, instance),
            "parentActivityInstanceId": root,
            "executionIds": [identifiers.dashed(token.token_id)],
        }
        for token in tokens
    ]
    definition = _definition(instance)
    return {
        **_node(root, definition, instance.process_definition_key, instance),
        "parentActivityInstanceId": None,
        "executionIds": [root],
        "childActivityInstances": children,
    }


def _node(identifier: str, element: str, name: str, instance: ProcessInstance) -> dict[str, Any]:
    return {
        "id": identifier,
        "activityId": element,
        "activityName": name,
        "name": name,
        "processInstanceId": identifiers.dashed(instance.id),
        "processDefinitionId": _definition(instance),
        "childActivityInstances": [],
        "childTransitionInstances": [],
        "incidentIds": [],
        "incidents": [],
    }
