"""Decision models (DMN 1.1 to 1.5): read, linted, evaluated. Knows no process and no storage."""

from engine.dmn.loader import load, parse
from engine.dmn.model import Decision, DecisionNotFound, Model, evaluate_decision_service
from engine.dmn.result import (
    DecisionResult,
    ResultMapping,
    ResultNotMappable,
    RuleHit,
    map_result,
)

__all__ = [
    "Decision",
    "DecisionNotFound",
    "DecisionResult",
    "Model",
    "ResultMapping",
    "ResultNotMappable",
    "RuleHit",
    "evaluate_decision_service",
    "load",
    "map_result",
    "parse",
]
