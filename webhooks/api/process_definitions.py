"""`/process-definitions`: versions of procedures. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from engine import process_definitions
from engine.model.pages import Page
from engine.model.process_definitions import DefinitionState, ProcessDefinition
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.values import instant
from webhooks.caller import caller, engine

blueprint = Noun("process_definitions", __name__, description="Procedures by key and version.")


class ProcessDefinitionSchema(Schema):
    """One version of a procedure. The active version starts new instances."""

    id = fields.String()
    key = fields.String()
    version = fields.Integer()
    name = fields.String()
    version_tag = fields.String(allow_none=True)
    state = fields.String(validate=OneOf(list(DefinitionState)))
    deployment_id = fields.String()
    deployed_at = instant()
    file = fields.String()


class ComparisonQuery(Schema):
    """Which two versions to compare."""

    from_version = fields.Integer(required=True, data_key="from", validate=Range(1, 1_000_000))
    to_version = fields.Integer(required=True, data_key="to", validate=Range(1, 1_000_000))


class ElementChangeSchema(Schema):
    """One element that differs between two versions."""

    element_id = fields.String()
    name = fields.String(allow_none=True)
    type = fields.String()
    what = fields.Raw(metadata={"description": "What differs, for a changed element."})


class ComparisonSchema(Schema):
    """What the later version adds, removes and changes."""

    added = fields.List(fields.Nested(ElementChangeSchema()))
    removed = fields.List(fields.Nested(ElementChangeSchema()))
    changed = fields.List(fields.Nested(ElementChangeSchema()))


@blueprint.get("/process-definitions")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(ProcessDefinitionSchema))
def list_all(query: dict[str, Any]) -> Page[ProcessDefinition]:
    """List procedures: of each key the active version, or the newest when none is active."""
    return process_definitions.listing(engine(), by=caller(), **query)


@blueprint.get("/process-definitions/<key>/versions")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(ProcessDefinitionSchema))
def list_versions(query: dict[str, Any], key: str) -> Page[ProcessDefinition]:
    """List the versions of a procedure, the newest first."""
    return process_definitions.versions(engine(), by=caller(), key=key, **query)


@blueprint.post("/process-definitions/<key>/versions/<int(max=1000000):version>/activate")
@blueprint.response(200, ProcessDefinitionSchema())
def activate(key: str, version: int) -> ProcessDefinition:
    """Make a version the one that starts new instances; running ones stay where they are."""
    return process_definitions.activate(engine(), by=caller(), key=key, version=version)


@blueprint.post("/process-definitions/<key>/versions/<int(max=1000000):version>/suspend")
@blueprint.response(200, ProcessDefinitionSchema())
def suspend(key: str, version: int) -> ProcessDefinition:
    """Stop a version from starting instances and from running steps."""
    return process_definitions.suspend(engine(), by=caller(), key=key, version=version)


@blueprint.get("/process-definitions/<key>/versions/<int(max=1000000):version>/xml")
@blueprint.response(200, content_type="application/xml", description="The diagram as deployed.")
def show_xml(key: str, version: int) -> Response:
    """Return the diagram, byte for byte as it was deployed."""
    source = process_definitions.xml(engine(), by=caller(), key=key, version=version)
    return Response(source, content_type="application/xml")


@blueprint.get("/process-definitions/<key>/compare")
@blueprint.arguments(ComparisonQuery(), location="query")
@blueprint.response(200, ComparisonSchema())
def compare(query: dict[str, Any], key: str) -> process_definitions.Comparison:
    """Say what one version of a procedure adds, removes and changes against another."""
    return process_definitions.compare(engine(), by=caller(), key=key, **query)
