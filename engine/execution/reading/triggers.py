"""Reads what an event waits for: times, messages, signals, conditions."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from engine.execution.nodes.triggers import (
    ConditionTrigger,
    SubscriptionTrigger,
    TimerTrigger,
    Trigger,
)
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making, check_moment, correlation_key
from engine.execution.reading.names import EVENT_DEFINITIONS, dialect
from engine.execution.timers import NotATime, Timer, TimerKind, cycle_of, due_instant, duration_of
from engine.feel import Evaluation, Expression
from engine.model.errors import RemitError
from engine.model.waits import SubscriptionKind
from engine.model.xml_tree import Node

_CLOCK = re.compile(r"\b(now|today)\s*\(")


def event_definitions(node: Node) -> list[Node]:
    """Return the event definitions drawn in an event."""
    return [child for child in bpmn_children(node) if child.name in EVENT_DEFINITIONS]


def read_trigger(making: Making, definition: Node) -> Trigger | None:
    """Return what a definition waits for, None when it cannot be waited for as drawn."""
    drawing, owner = making.drawing, making.owner
    event = EVENT_DEFINITIONS[definition.name]
    if event == "timer":
        timer = read_timer(making, definition)
        return None if timer is None else TimerTrigger(timer)
    if event == "conditional":
        return _condition(making, definition)
    known = drawing.messages if event == "message" else drawing.signals
    name = drawing.referred(definition, f"{event}Ref", known, owner, event)
    if name is None:
        return None
    key = correlation_key(making) if event == "message" else None
    return SubscriptionTrigger(SubscriptionKind(event), name, key)


def _condition(making: Making, definition: Node) -> Trigger | None:
    drawn = next((c for c in bpmn_children(definition) if c.name == "condition"), None)
    if drawn is None:
        making.error("empty_expression", "The conditional event says no condition.", definition)
        return None
    condition = making.drawing.formula(
        drawn.text, drawn, making.owner, "The condition", language=drawn.get("language")
    )
    if condition is None:
        return None
    if not condition.readable_names:
        making.error(
            "constant_condition",
            "The condition reads no variable, so it can never become true: read one, or draw a "
            "timer or message event.",
            definition,
        )
    if _CLOCK.search(condition.text):
        making.drawing.warning(
            "does_not_tick",
            "The condition is looked at when a variable changes, not as time goes by: draw a timer "
            "event for what depends on the time.",
            drawn,
            making.owner,
        )
    return ConditionTrigger(condition, dialect(definition, "variableName"))


def read_timer(making: Making, definition: Node) -> Timer | None:
    """Return what a timer says, with literals checked, None when it says nothing useful."""
    said = [c for c in bpmn_children(definition) if c.name in set(TimerKind)]
    if len(said) != 1 or not said[0].text.strip():
        making.error("missing_time", "The timer says no date, duration or cycle.", definition)
        return None
    node = said[0]
    kind = TimerKind(node.name)
    text = node.text.strip()
    if kind is TimerKind.CYCLE and _happens_once(making):
        making.drawing.warning(
            "only_once",
            "The event happens once, at the first time of its cycle: give it a duration or a date.",
            node,
            making.owner,
        )
    if text.startswith("=") or "${" in text or "#{" in text:
        expression = making.drawing.formula(node.text, node, making.owner, "The timer")
        if expression is None:
            return None
        _check_constant(making, node, kind, expression)
        return Timer(kind, expression)
    _check_literal(making, node, kind, text)
    return Timer(kind, text)


def _check_constant(making: Making, node: Node, kind: TimerKind, said: Expression) -> None:
    """Refuse a time that reads no variable and is none: it would fail in every instance."""
    if said.readable_names:
        return
    evaluation = Evaluation(datetime(2026, 1, 1, tzinfo=UTC))
    try:
        value = said.evaluate({}, evaluation)
        if kind is TimerKind.CYCLE:
            if not isinstance(value, str):
                raise NotATime("a timeCycle needs text such as R3/PT24H")
            cycle_of(value)
        else:
            due_instant(value, evaluation)
    except (NotATime, RemitError) as error:
        making.error("not_a_time", f"The timer “= {said.text}” is no time: {error}.", node)


def _happens_once(making: Making) -> bool:
    kind, node = making.element.type, making.node
    if kind == "boundaryEvent":
        return node.get("cancelActivity") not in ("false", "0")
    if kind == "startEvent" and making.scope.name != "process":
        return node.get("isInterrupting") not in ("false", "0")
    return kind == "intermediateCatchEvent"


def _check_literal(making: Making, node: Node, kind: TimerKind, text: str) -> None:
    try:
        if kind is TimerKind.CYCLE:
            cycle = cycle_of(text)
            if cycle.start is not None:
                check_moment(making, cycle.start, "start of the cycle")
        elif kind is TimerKind.DURATION:
            duration_of(text)
        else:
            check_moment(making, text, "timer")
    except NotATime as error:
        making.error("not_a_time", f"The timer: {error}.", node)
