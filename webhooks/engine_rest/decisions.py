"""`/decision-definition`: tables on their own. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine import decisions
from engine.dmn import DecisionResult
from webhooks.caller import caller, engine
from webhooks.engine_rest import values
from webhooks.engine_rest.requests import Input, Variables, body
from webhooks.engine_rest.resources import answer, resource

blueprint = resource("decisions")


class EvaluationInput(Input):
    variables = Variables(load_default=dict)


@blueprint.post("/decision-definition/key/<key>/evaluate")
def evaluate(key: str) -> Response:
    """Evaluate the active version of a decision: a list of rows of typed outputs."""
    asked = body(EvaluationInput())
    found = decisions.evaluate(engine(), by=caller(), key=key, variables=asked["variables"])
    return answer(_rows(key, found))


def _rows(key: str, result: DecisionResult) -> list[dict[str, Any]]:
    value = result.value
    if value is None:
        return []
    rows = value if isinstance(value, list) else [value]
    return [values.typed_all(row if isinstance(row, dict) else {key: row}) for row in rows]
