"""The API's OpenAPI description, flattened for readers: one operation after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from webhooks.authorisation import NEEDS

METHODS = ("get", "post", "put", "delete")
JSON = "application/json"


@dataclass(frozen=True)
class Field:
    """One parameter, or one field of a body."""

    name: str
    type: str
    required: bool
    description: str
    place: str = "body"


@dataclass(frozen=True)
class Operation:
    """One method of one path, with all that a reader needs to call it."""

    noun: str
    method: str
    path: str
    summary: str
    description: str
    permission: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    status: str
    answer: tuple[Field, ...]


def operations(
    spec: Mapping[str, Any], endpoints: Mapping[tuple[str, str], str]
) -> list[Operation]:
    """Return every operation of the API; `endpoints` names the route of each method and path."""
    return [
        _operation(spec, method, path, item, endpoints[method, path])
        for path, item in spec["paths"].items()
        for method in METHODS
        if method in item
    ]


def _operation(
    spec: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any], endpoint: str
) -> Operation:
    told = item[method]
    status = min(code for code in told["responses"] if code.isdigit())
    return Operation(
        noun=told["tags"][0].replace("_", " "),
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        permission=NEEDS[endpoint],
        parameters=tuple(_parameters([*item.get("parameters", ()), *told.get("parameters", ())])),
        body=tuple(_content(spec, told.get("requestBody", {}))),
        status=status,
        answer=tuple(_content(spec, told["responses"][status])),
    )


def _parameters(parameters: list[Mapping[str, Any]]) -> Iterator[Field]:
    for told in parameters:
        if "name" in told:
            yield Field(
                told["name"],
                _type(told.get("schema", {})),
                told.get("required", False),
                told.get("description", ""),
                told["in"],
            )


def _content(spec: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Field]:
    for content in told.get("content", {}).values():
        yield from _fields(spec, content.get("schema", {}))


def _fields(
    spec: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = ""
) -> Iterator[Field]:
    schema = _resolved(spec, schema)
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        full = prefix + name
        yield Field(full, _type(inner), name in required, inner.get("description", ""))
        items = inner.get("items", {})
        if "$ref" in items:
            yield from _fields(spec, items, f"{full}[].")


def _resolved(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "any value")
    kinds = [kind] if isinstance(kind, str) else list(kind)
    if "enum" in schema:
        return " | ".join(str(choice) for choice in schema["enum"] if choice is not None)
    if "array" in kinds:
        return f"list of {_type(schema.get('items', {}))}"
    if "$ref" in schema:
        return "object"
    named = [schema.get("format", kind) if kind == "string" else kind for kind in kinds]
    return " or ".join(named)
