"""FEEL values in answers and requests, as plain JSON that loses nothing."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from engine import feel


class Value(fields.Field[Any]):
    """Any value a variable may have; numbers that JSON cannot hold exactly are strings."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> Any:
        return feel.to_json(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return value


class Variables(fields.Dict):
    """Variables by name. In a request they stay JSON: forms and the engine give them their types."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(keys=fields.String(), values=Value(allow_none=True), **settings)


def instant(description: str = "", **settings: Any) -> fields.AwareDateTime:
    """Return the field of an instant, ISO 8601 with its offset."""
    return fields.AwareDateTime(metadata={"description": description}, **settings)


def texts(description: str = "", **settings: Any) -> fields.List[str]:
    """Return the field of a list of texts."""
    return fields.List(fields.String(), metadata={"description": description}, **settings)
