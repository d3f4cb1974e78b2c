"""`/connectors`, `/connector-secrets`: which systems service tasks ask. Parses, calls, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from engine import connectors
from engine.connectors import NamedSecret
from engine.content import Connector, ConnectorRequest
from webhooks.api.nouns import Noun
from webhooks.api.values import Variables, instant, texts
from webhooks.caller import caller, engine

blueprint = Noun(
    "connectors",
    __name__,
    description="Other systems that service tasks ask, as organisation.yaml lists them.",
)


class ConnectorSchema(Schema):
    """One connector. Its request and its mapping are in the organisation's file."""

    topic = fields.String(metadata={"description": "The service tasks of this topic ask it."})
    description = fields.String()
    method = fields.String()
    host = fields.String()
    secret = fields.String(attribute="secret.name", dump_default=None, allow_none=True)
    reads = fields.Function(
        lambda one: sorted(one.reads),
        metadata={
            "type": "array",
            "items": {"type": "string"},
            "description": "The variables that its request is made of.",
        },
    )


class ConnectorsSchema(Schema):
    """All connectors: there are few."""

    items = fields.List(fields.Nested(ConnectorSchema()))


class ConnectorTrySchema(Schema):
    """Variables to try."""

    variables = Variables(load_default=dict)


class ConnectorRequestSchema(Schema):
    """What would be asked. The header with the secret is not shown."""

    method = fields.String()
    url = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String(allow_none=True)


class ConnectorSecretSchema(Schema):
    """A secret that connectors use. Its value is never shown."""

    name = fields.String(attribute="declared.name")
    description = fields.String(attribute="declared.description")
    is_set = fields.Function(lambda one: one.kept is not None, metadata={"type": "boolean"})
    hosts = fields.List(fields.String(), attribute="kept.hosts", dump_default=list)
    changed_at = instant(attribute="kept.changed_at", dump_default=None, allow_none=True)
    changed_by = fields.String(attribute="kept.changed_by", dump_default=None, allow_none=True)
    used_by = texts("The topics of the connectors that send it.")


class ConnectorSecretsSchema(Schema):
    """All secrets that the organisation's file names."""

    items = fields.List(fields.Nested(ConnectorSecretSchema()))


class GivenConnectorSecretSchema(Schema):
    """A secret, and where it may go."""

    secret = fields.String(required=True, validate=Length(1, 4000))
    hosts = fields.List(
        fields.String(validate=Length(1, 253)),
        required=True,
        validate=Length(1, 20),
        metadata={"description": "The only hosts that it is sent to."},
    )


@blueprint.get("/connectors")
@blueprint.response(200, ConnectorsSchema())
def list_all() -> dict[str, tuple[Connector, ...]]:
    """List the systems that service tasks ask."""
    return {"items": connectors.listing(engine(), by=caller())}


@blueprint.post("/connectors/<topic>/try")
@blueprint.arguments(ConnectorTrySchema())
@blueprint.response(200, ConnectorRequestSchema())
def try_variables(body: dict[str, Any], topic: str) -> ConnectorRequest:
    """Say what these variables would ask, and ask nothing."""
    return connectors.prepared(engine(), by=caller(), topic=topic, variables=body["variables"])


@blueprint.get("/connector-secrets")
@blueprint.response(200, ConnectorSecretsSchema())
def list_secrets() -> dict[str, tuple[NamedSecret, ...]]:
    """List the secrets that connectors use, and whether each is set."""
    return {"items": connectors.secrets(engine(), by=caller())}


@blueprint.put("/connector-secrets/<name>")
@blueprint.arguments(GivenConnectorSecretSchema())
@blueprint.response(204)
def set_secret(body: dict[str, Any], name: str) -> None:
    """Set a secret, in place of the one before. It is never shown again."""
    hosts = tuple(body["hosts"])
    connectors.set_secret(engine(), by=caller(), name=name, secret=body["secret"], hosts=hosts)


@blueprint.delete("/connector-secrets/<name>")
@blueprint.response(204)
def remove_secret(name: str) -> None:
    """Forget a secret."""
    connectors.remove_secret(engine(), by=caller(), name=name)
