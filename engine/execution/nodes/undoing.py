"""What a scope has completed that can be undone: kept in the order of completion, planned in reverse.

Runs nothing itself: compensation events do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.execution.token import Token
from engine.feel import encode

UNDO = "undo"
"""Under this a token keeps what was completed in it and can be undone, oldest first."""

Record = Mapping[str, Any]
"""One completed activity: `of` its node, `data` its local variables, `undo` what it had completed."""


def remember(token: Token) -> None:
    """Note in its scope that an activity is completed, if there is anything to undo about it."""
    node: Any = token.task_spec
    # A called process is over with its variables: only a handler of the call itself can undo it.
    inner = token.internal_data.get(UNDO, []) if token.home is None else []
    if node.undone_by is None and compensation_of(node) is None and not inner:
        return
    record: dict[str, Any] = {"of": node.name}
    if token.data:
        record["data"] = {name: encode(value) for name, value in token.data.items()}
    if inner:
        record[UNDO] = inner
    token.flow_scope.internal_data.setdefault(UNDO, []).append(record)


def compensation_of(node: Any) -> Any:
    """Return the event sub-process inside a sub-process that undoes it, None if there is none."""
    return next((inner for inner in node.event_subprocesses if inner.compensates), None)


def take_plan(scope: Token, graph: Any, activity: str | None) -> list[dict[str, Any]]:
    """Take what can be undone out of a scope and return which nodes are to run, in their order.

    What was completed last is undone first. `activity` limits it to one element. Each entry names
    a node, the local variables it shall see, and for an event sub-process what is left to undo.
    """
    records = scope.internal_data.get(UNDO, [])
    chosen = [
        record
        for record in records
        if activity is None or graph.task_specs[record["of"]].element.id == activity
    ]
    left = [record for record in records if record not in chosen]
    if left:
        scope.internal_data[UNDO] = left
    else:
        scope.internal_data.pop(UNDO, None)
    return _planned(chosen, graph, {})


def _planned(
    records: Sequence[Record], graph: Any, around: Mapping[str, Any]
) -> list[dict[str, Any]]:
    plan: list[dict[str, Any]] = []
    for record in reversed(records):
        node = graph.task_specs[record["of"]]
        seen = {**around, **record.get("data", {})}
        handler = node.undone_by or compensation_of(node)
        if handler is None:
            plan += _planned(record[UNDO], graph, seen)
        else:
            kept = record.get(UNDO, []) if node.undone_by is None else []
            plan.append({"run": handler.name, "data": seen, UNDO: kept})
    return plan
