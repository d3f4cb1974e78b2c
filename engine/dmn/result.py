"""What evaluating a decision gives, and how a process takes it over. Evaluates nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from engine.feel import Value, Warning
from engine.model.errors import RemitError


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that applied: `index` counts from 1, `clauses` are those it cites."""

    decision_id: str
    rule_id: str
    index: int
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The answer of a decision and how it came about.

    `value` is the result by the standard. `rows` has one context per rule that applied, in the
    order of the hit policy; other logic gives one row. `rules` names the rules of every table that
    took part, those of required decisions first. `inputs` are the values the decision's own table
    tested, by column label; for other logic, the values it was given.
    """

    value: Value
    rows: tuple[dict[str, Value], ...]
    rules: tuple[RuleHit, ...]
    inputs: Mapping[str, Value]
    warnings: tuple[Warning, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """Return every clause that the rules cite, each once, in the order they applied."""
        return tuple(dict.fromkeys(clause for hit in self.rules for clause in hit.clauses))


class ResultMapping(StrEnum):
    """How a business rule task stores a result (`camunda:mapDecisionResult`)."""

    SINGLE_ENTRY = "singleEntry"
    SINGLE_RESULT = "singleResult"
    COLLECT_ENTRIES = "collectEntries"
    RESULT_LIST = "resultList"


class ResultNotMappable(RemitError):
    """The decision's result does not have the shape the task asks for."""

    code: ClassVar[str] = "decision_result_not_mappable"


def map_result(result: DecisionResult, how: str) -> Value:
    """Return a result in the shape a business rule task asks for, as Camunda 7 does.

    `singleEntry`: the one value of the one row; `singleResult`: the one row as a context; null for
    both when no rule applied. `collectEntries`: the one value of each row; `resultList`: all rows.
    Raises ResultNotMappable when there are more rows or values than the shape has room for.
    """
    try:
        mapping = ResultMapping(how)
    except ValueError:
        raise ResultNotMappable(
            f"“{how}” is not a way to map a decision's result; it is one of "
            f"{', '.join(ResultMapping)}."
        ) from None
    match mapping:
        case ResultMapping.SINGLE_ENTRY:
            row = _single_row(result, mapping)
            return None if row is None else _single_value(row, mapping)
        case ResultMapping.SINGLE_RESULT:
            row = _single_row(result, mapping)
            return None if row is None else dict(row)
        case ResultMapping.COLLECT_ENTRIES:
            return [_single_value(row, mapping) for row in result.rows]
        case ResultMapping.RESULT_LIST:
            return [dict(row) for row in result.rows]


def _single_row(result: DecisionResult, mapping: ResultMapping) -> dict[str, Value] | None:
    if len(result.rows) > 1:
        raise ResultNotMappable(
            f"{mapping} takes one row and {len(result.rows)} rules applied: "
            "map the result as collectEntries or resultList."
        )
    return result.rows[0] if result.rows else None


def _single_value(row: dict[str, Value], mapping: ResultMapping) -> Value:
    if not row:
        return None
    if len(row) > 1:
        raise ResultNotMappable(
            f"{mapping} takes one value and the row has {len(row)} ({', '.join(row)}): "
            "map the result as singleResult or resultList."
        )
    return next(iter(row.values()))
