"""Shows the REST API to readers and to tools: `/api/docs` and `/api/v1/openapi.json`."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template

from webhooks.api_description import Operation, operations

blueprint = Blueprint(
    "reference",
    __name__,
    url_prefix="/api",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

_CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@blueprint.get("/v1/openapi.json")
def openapi() -> Response:
    """Return the description of the API for tools."""
    return jsonify(_spec(current_app))


@blueprint.get("/docs")
def page() -> str:
    """Return the description of the API for people."""
    spec = _spec(current_app)
    return render_template(
        "api_reference.html", info=spec["info"], nouns=by_noun(described(current_app))
    )


def described(app: Flask) -> list[Operation]:
    """Return every operation of the application's REST API."""
    endpoints = {
        (method.lower(), _CONVERTER.sub(r"{\1}", rule.rule)): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    return operations(_spec(app), endpoints)


def by_noun(found: list[Operation]) -> list[tuple[str, list[Operation]]]:
    """Return the operations under the noun they belong to, in the order of the API."""
    return [(noun, list(group)) for noun, group in groupby(found, key=lambda one: one.noun)]


def as_markdown(app: Flask) -> str:
    """Return docs/reference/api.md: the same description as a page of the documentation."""
    lines = ["# REST API", "", _spec(app)["info"]["description"].strip(), ""]
    lines += ["This page is made from the code: `python -m webhooks.reference`.", ""]
    for noun, group in by_noun(described(app)):
        lines += [f"## {noun.capitalize()}", ""]
        for operation in group:
            lines += _section(operation)
    return "\n".join(lines).rstrip() + "\n"


def _section(operation: Operation) -> list[str]:
    lines = [f"### `{operation.method} {operation.path}`", "", operation.summary, ""]
    if operation.description:
        lines += [operation.description, ""]
    lines += [f"Needs the permission to {operation.permission}.", ""]
    for title, fields in (
        ("Parameters", operation.parameters),
        ("Body", operation.body),
        (f"Answer {operation.status}", operation.answer),
    ):
        if fields:
            lines += [f"{title}:", "", "| name | type | |", "|---|---|---|"]
            lines += [
                f"| `{field.name}`{' (required)' if field.required else ''} "
                f"| {field.type.replace('|', 'or')} | {field.description} |"
                for field in fields
            ]
            lines += [""]
    return lines


def _spec(app: Flask) -> dict[str, Any]:
    spec: dict[str, Any] = app.extensions["remit.openapi"].to_dict()
    return spec


if __name__ == "__main__":
    from webhooks import api

    described_only = Flask(__name__)
    api.register(described_only)
    sys.stdout.write(as_markdown(described_only))
