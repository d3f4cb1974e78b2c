"""Reads bodies and queries: nulls count as absent, and what would be ignored is refused."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields, pre_load
from marshmallow.validate import OneOf, Range

from engine.model.pages import LARGEST_PAGE
from webhooks import json_bodies
from webhooks.caller import caller
from webhooks.engine_rest import identifiers, values

LARGEST_NUMBER = 2**31 - 1
MOST_LISTED = 1_000
MOST_RESULTS = 10 * LARGEST_PAGE


class Input(Schema):
    """Something a client sends: explicit nulls count as absent, unknown names are refused."""

    class Meta:
        unknown = "raise"

    @pre_load
    def _without_nulls(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}


class Unserved(fields.Field[Any]):
    """Something Camunda knows and this service does not do: only what asks for nothing is taken."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if value in (None, False, "", [], {}) or value == "false":
            return None
        raise ValidationError("This is not supported here; leave it out.")


class Accepted(fields.Field[Any]):
    """Something that makes no difference here: whatever it says is right."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return value


class OwnTenant(fields.Field[str]):
    """A tenant id: the caller's organisation, the only one a token reaches."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        for one in value if isinstance(value, list) else str(value).split(","):
            if one != caller().organisation:
                raise ValidationError(f"This token is for {caller().organisation} alone.")
        return caller().organisation


class Identifier(fields.Field[str]):
    """One of our identifiers, sent as a UUID."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Send an id as text.")
        return identifiers.plain(value)


class DefinitionIdentifier(fields.Field[str]):
    """The identifier of a definition, sent as `key:version:uuid`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Send an id as text.")
        return identifiers.plain_definition(value)


class Listed(fields.Field[tuple[str, ...]]):
    """Several values: a list in a body, separated by commas in a query."""

    def __init__(self, one: fields.Field[Any] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._one = one or fields.String()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> tuple[str, ...]:
        parts = value if isinstance(value, list) else str(value).split(",")
        if len(parts) > MOST_LISTED:
            raise ValidationError(f"At most {MOST_LISTED} values are taken here.")
        return tuple(str(self._one.deserialize(part)) for part in parts)


class Variables(fields.Field[dict[str, Any]]):
    """Typed variables by name, read as JSON or FEEL values."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Send an object with a value for each variable.")
        return values.untyped_all(value)


class Milliseconds(fields.Integer):
    """A duration in milliseconds, from `least` to 2**31 or more."""

    def __init__(self, *, least: int = 0, most: int = 366 * 86_400_000, **settings: Any) -> None:
        super().__init__(strict=True, validate=Range(least, most), **settings)


class Truth(fields.Boolean):
    """true or false, as JSON or as text in any case."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            truthy={True, "true", "True", "TRUE"},
            falsy={False, "false", "False", "FALSE"},
            **settings,
        )


class Only(Truth):
    """A filter that is on when true, and asks nothing when false."""


class ListQuery(Input):
    """How much of a list: `firstResult` and `maxResults` count rows."""

    firstResult = fields.Integer(load_default=0, validate=Range(0, LARGEST_NUMBER))  # noqa: N815
    maxResults = fields.Integer(  # noqa: N815
        load_default=MOST_RESULTS, validate=Range(0, LARGEST_NUMBER)
    )
    sortOrder = fields.String(load_default="asc", validate=OneOf(["asc", "desc"]))  # noqa: N815


def body(schema: Schema) -> Any:
    """Return what `schema` reads from the JSON body; an absent one is an empty object.

    Raises ValidationError, MalformedJson or ValueRefused.
    """
    sent = request.get_data()
    return schema.load(json_bodies.parse(sent) if sent else {})


def query(schema: Schema) -> Any:
    """Return what `schema` reads from the query; raises ValidationError."""
    return schema.load(request.args.to_dict())
