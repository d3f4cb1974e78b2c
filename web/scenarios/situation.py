"""How an instance stands at one moment of a scenario, as values. Asks nobody, judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.feel import Value, decode
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.notices import Notice
from engine.model.user_tasks import UserTask


@dataclass(frozen=True, slots=True)
class RuleTaken:
    """A row of a decision table that applied; `index` counts from 1."""

    decision: str
    rule: str
    index: int
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeDecision:
    """A decision as the history has it. `result` is what the process was given."""

    decision: str
    element: str
    at: datetime
    result: Value
    rows: tuple[Mapping[str, Value], ...]
    rules: tuple[RuleTaken, ...]

    def own_rules(self) -> tuple[int, ...]:
        """Return the numbers of the rows of this decision's own table that applied."""
        return tuple(sorted(rule.index for rule in self.rules if rule.decision == self.decision))

    def rules_in_words(self) -> tuple[str, ...]:
        """Return every row that applied: its number, with the table it is in where that is another."""
        return tuple(
            str(rule.index)
            if rule.decision == self.decision
            else f"{rule.index} of {rule.decision}"
            for rule in self.rules
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to another system, as it would have been sent: `body` is JSON data."""

    task: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class WaitsOutside:
    """A service task that waits for another system, or as a dead letter for a person."""

    task: str
    topic: str
    due_at: datetime
    attempts: int
    last_error: str | None
    is_dead_letter: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so now, and what has happened since the previous look."""

    now: datetime
    state: str
    tasks: tuple[UserTask, ...]
    notices: tuple[Notice, ...]
    decisions: tuple[MadeDecision, ...]
    variables: Mapping[str, Value]
    asked: tuple[Asked, ...] = ()
    waiting: tuple[WaitsOutside, ...] = ()


def decisions_in(events: Sequence[HistoryEvent]) -> tuple[MadeDecision, ...]:
    """Return the decisions that these history events record, in order."""
    return tuple(_decision(event) for event in events if event.kind is HistoryKind.DECISION_MADE)


def _decision(event: HistoryEvent) -> MadeDecision:
    data = event.data
    return MadeDecision(
        decision=str(data["decision"]),
        element=event.element_id or "",
        at=event.at,
        result=decode(data["result"]),
        rows=tuple(
            {name: decode(value) for name, value in row.items()} for row in data["outputs"]
        ),
        rules=tuple(
            RuleTaken(rule["decision"], rule["id"], rule["index"], tuple(rule["clauses"]))
            for rule in data["rules"]
        ),
    )
