"""Reads what throw and end events do."""

from __future__ import annotations

from engine.execution.nodes.compensation import CancelEnd, CompensationThrow
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.throw_event import (
    ErrorEnd,
    EscalationThrow,
    LinkThrow,
    MessageThrow,
    MultipleThrow,
    SignalThrow,
    TerminateEnd,
)
from engine.execution.reading.activities import external
from engine.execution.reading.drawing import Thrown
from engine.execution.reading.making import Making, correlation_key
from engine.execution.reading.names import EVENT_DEFINITIONS, dialect, local
from engine.model.xml_tree import Node

TOGETHER = frozenset({"message", "signal", "escalation"})
"""What one event can throw with others: none of these ends anything."""


def read_throw(making: Making, definitions: list[Node]) -> FlowNode | None:
    """Return the node of a throw or end event with definitions."""
    if len(definitions) == 1:
        return _single(making, definitions[0], making.element.id)
    several = MultipleThrow(making.graph, making.element)
    parts: list[MessageThrow | SignalThrow | EscalationThrow] = []
    for number, definition in enumerate(definitions, 1):
        event = EVENT_DEFINITIONS[definition.name]
        if event not in TOGETHER or dialect(definition, "type") is not None:
            making.error(
                "unsupported_element",
                f"An event that throws several things cannot throw a {event} among them: draw an "
                "event of its own for it.",
                definition,
            )
            continue
        part = _single(making, definition, f"{making.element.id}#{number}")
        if isinstance(part, MessageThrow | SignalThrow | EscalationThrow):
            parts.append(part)
    several.parts = tuple(parts)
    return several


def _single(making: Making, definition: Node, name: str) -> FlowNode | None:
    event = EVENT_DEFINITIONS[definition.name]
    drawing, owner, graph, element = making.drawing, making.owner, making.graph, making.element
    payload = tuple(making.extensions.inputs)
    if event == "message":
        if dialect(definition, "type") is not None:
            return _external_message(making, definition)
        message = MessageThrow(graph, element, name=name)
        message.message = (
            drawing.referred(definition, "messageRef", drawing.messages, owner, "message") or ""
        )
        message.correlation_key = correlation_key(making)
        message.payload = payload
        return message
    if event == "signal":
        signal = SignalThrow(graph, element, name=name)
        signal.signal = (
            drawing.referred(definition, "signalRef", drawing.signals, owner, "signal") or ""
        )
        signal.payload = payload
        return signal
    if event == "escalation":
        escalation = EscalationThrow(graph, element, name=name)
        escalation.code = declared(making, definition, "escalation").code
        return escalation
    if event == "error":
        error = ErrorEnd(graph, element)
        thrown = declared(making, definition, "error")
        error.code, error.message = thrown.code, thrown.message
        return error
    if event == "compensate":
        return _compensation(making, definition)
    if event == "cancel":
        return CancelEnd(graph, element)
    if event == "link":
        # Where it leads is known when the whole scope is read; until then it ends here.
        return LinkThrow(graph, element)
    assert event == "terminate"
    return TerminateEnd(graph, element)


def _compensation(making: Making, definition: Node) -> FlowNode:
    throw = CompensationThrow(making.graph, making.element)
    throw.activity = local(definition.get("activityRef"))
    if definition.get("waitForCompletion") in ("false", "0"):
        making.error(
            "unsupported_attribute",
            "A compensation event waits until everything is undone: remove waitForCompletion, and "
            "draw a parallel gateway for what shall go on meanwhile.",
            definition,
        )
    return throw


def _external_message(making: Making, definition: Node) -> FlowNode | None:
    task = external(making, making.element.id, node=definition)
    if task is not None:
        task.parameters_in = tuple(making.extensions.inputs)
        task.parameters_out = tuple(making.extensions.outputs)
    return task


def declared(making: Making, definition: Node, what: str) -> Thrown:
    """Return the error or escalation that an event names, noting one that is not declared."""
    known = making.drawing.errors if what == "error" else making.drawing.escalations
    reference = local(definition.get(f"{what}Ref"))
    found = known.get(reference or "")
    if found is None or not found.code:
        making.error(
            f"missing_{what}",
            f"It names no {what} with a code: choose one, and give it a code.",
            definition,
        )
        return Thrown("", "")
    return found
