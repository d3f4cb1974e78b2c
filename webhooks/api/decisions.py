"""`/decisions`: decision tables, asked on their own. Parses, calls the use case, renders."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from engine import decisions
from webhooks.api.nouns import Noun
from webhooks.api.pages import PageQuery, page_of
from webhooks.api.process_definitions import ProcessDefinitionSchema
from webhooks.api.values import Value, Variables, texts
from webhooks.caller import caller, engine

blueprint = Noun("decisions", __name__, description="Decision tables, asked on their own.")


class DecisionSchema(ProcessDefinitionSchema):
    """One version of a decision."""


class EvaluationSchema(Schema):
    """What the decision is about."""

    variables = Variables(load_default=dict)


class RuleSchema(Schema):
    """A rule that hit."""

    id = fields.String(attribute="rule_id")
    decision_id = fields.String()
    index = fields.Integer(metadata={"description": "Its row in the table, from 1."})
    clauses = texts("The clauses of the policy that it holds.")


class WarningSchema(Schema):
    """Something that could not be evaluated and counted as null."""

    code = fields.String()
    message = fields.String()
    position = fields.Integer(allow_none=True)


class DecisionResultSchema(Schema):
    """What the decision says, and why."""

    outputs = Value(attribute="value")
    inputs = Variables()
    rules = fields.List(fields.Nested(RuleSchema()))
    warnings = fields.List(fields.Nested(WarningSchema()))


@blueprint.post("/decisions/<key>/evaluate")
@blueprint.arguments(EvaluationSchema())
@blueprint.response(200, DecisionResultSchema())
def evaluate(body: dict[str, Any], key: str) -> Any:
    """Evaluate the active version of a decision: its outputs, the rules that hit, their clauses."""
    return decisions.evaluate(engine(), by=caller(), key=key, **body)


@blueprint.get("/decisions")
@blueprint.arguments(PageQuery(), location="query")
@blueprint.response(200, page_of(DecisionSchema))
def list_all(query: dict[str, Any]) -> Any:
    """List the active decisions."""
    return decisions.listing(engine(), by=caller(), **query)
