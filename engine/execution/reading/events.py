"""Reads events and what they wait for or throw into nodes."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import (
    BoundaryEvent,
    CatchingBoundary,
    ErrorBoundary,
    EscalationBoundary,
)
from engine.execution.nodes.catch_event import CatchEvent
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.throw_event import (
    ErrorEnd,
    EscalationThrow,
    MessageThrow,
    PlainEvent,
    SignalThrow,
    StartEvent,
    TerminateEnd,
)
from engine.execution.nodes.triggers import SubscriptionTrigger, TimerTrigger, Trigger
from engine.execution.reading.activities import external
from engine.execution.reading.drawing import Thrown, bpmn_children
from engine.execution.reading.making import Making, check_moment, correlation_key
from engine.execution.reading.names import EVENT_DEFINITIONS, dialect, local
from engine.execution.timers import NotATime, Timer, TimerKind, cycle_of, duration_of
from engine.feel import Expression
from engine.model.waits import SubscriptionKind
from engine.model.xml_tree import Node

SUPPORTED = {
    "startEvent": frozenset({"message", "signal", "timer"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "terminate"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"message", "signal", "timer", "error", "escalation"}),
}
ADVICE = {
    "conditional": "Draw a timer that looks again, or a message sent when the condition becomes true.",
    "compensate": "Draw what undoes the work as tasks on a path of their own.",
    "link": "Draw the sequence flow all the way, or split the process with a call activity.",
    "cancel": "Draw an error end event and an error boundary event.",
    "error": "Errors end what they are thrown in: draw an error end event or boundary event.",
    "escalation": "Draw an escalation boundary event on a sub-process.",
    "terminate": "Only an end event can terminate.",
    "message": "Draw a message start, catch, throw, boundary or end event.",
    "signal": "Draw a signal start, catch, throw, boundary or end event.",
    "timer": "Draw a timer start, catch or boundary event.",
}


def event_definitions(node: Node) -> list[Node]:
    """Return the event definitions drawn in an event."""
    return [child for child in bpmn_children(node) if child.name in EVENT_DEFINITIONS]


def read_event(making: Making) -> FlowNode | None:
    """Return the node of an event, None when it cannot run."""
    kind = making.element.type
    definitions = event_definitions(making.node)
    if len(definitions) > 1:
        making.error(
            "unsupported_element",
            "An event with several definitions is not supported: draw one event for each.",
        )
        return None
    if not definitions:
        return _plain(making)
    definition = definitions[0]
    event = EVENT_DEFINITIONS[definition.name]
    if event not in SUPPORTED[kind]:
        making.error(
            "unsupported_element", f"A {event} {_spoken(kind)} is not supported. {ADVICE[event]}"
        )
        return None
    if kind in ("endEvent", "intermediateThrowEvent"):
        return _throw(making, definition, event)
    if kind == "startEvent":
        # What begins an instance is the engine's to wait for; the token begins after it.
        if event == "timer":
            _timer(making, definition)
        return StartEvent(making.graph, making.element)
    if event in ("error", "escalation"):
        return _catching_boundary(making, definition, event)
    trigger = _trigger(making, definition, event)
    if trigger is None:
        return None
    if kind == "boundaryEvent":
        boundary = BoundaryEvent(making.graph, making.element)
        boundary.trigger = trigger
        boundary.interrupting = making.node.get("cancelActivity") not in ("false", "0")
        return boundary
    catch = CatchEvent(making.graph, making.element)
    catch.trigger = trigger
    return catch


def _spoken(kind: str) -> str:
    return {
        "startEvent": "start event",
        "endEvent": "end event",
        "intermediateCatchEvent": "catch event",
        "intermediateThrowEvent": "throw event",
        "boundaryEvent": "boundary event",
    }[kind]


def _plain(making: Making) -> FlowNode | None:
    kind = making.element.type
    if kind == "startEvent":
        return StartEvent(making.graph, making.element)
    if kind in ("endEvent", "intermediateThrowEvent"):
        return PlainEvent(making.graph, making.element)
    making.error(
        "missing_event",
        f"The {_spoken(kind)} waits for nothing: choose a timer, message or signal.",
    )
    return None


def _throw(making: Making, definition: Node, event: str) -> FlowNode | None:
    drawing, owner = making.drawing, making.owner
    payload = tuple(making.extensions.inputs)
    if event == "message":
        if dialect(definition, "type") is not None:
            return _external_message(making, definition)
        message = MessageThrow(making.graph, making.element)
        message.message = (
            drawing.referred(definition, "messageRef", drawing.messages, owner, "message") or ""
        )
        message.correlation_key = correlation_key(making)
        message.payload = payload
        return message
    if event == "signal":
        signal = SignalThrow(making.graph, making.element)
        signal.signal = (
            drawing.referred(definition, "signalRef", drawing.signals, owner, "signal") or ""
        )
        signal.payload = payload
        return signal
    if event == "escalation":
        escalation = EscalationThrow(making.graph, making.element)
        escalation.code = _declared(making, definition, "escalation").code
        return escalation
    if event == "error":
        error = ErrorEnd(making.graph, making.element)
        declared = _declared(making, definition, "error")
        error.code, error.message = declared.code, declared.message
        return error
    return TerminateEnd(making.graph, making.element)


def _external_message(making: Making, definition: Node) -> FlowNode | None:
    task = external(making, making.element.id, node=definition)
    if task is not None:
        task.parameters_in = tuple(making.extensions.inputs)
        task.parameters_out = tuple(making.extensions.outputs)
    return task


def _declared(making: Making, definition: Node, what: str) -> Thrown:
    """Return the error or escalation that an event throws, noting one that is not declared."""
    known = making.drawing.errors if what == "error" else making.drawing.escalations
    reference = local(definition.get(f"{what}Ref"))
    found = known.get(reference or "")
    if found is None or not found.code:
        making.error(
            f"missing_{what}",
            f"It throws no {what} with a code: choose one, and give it a code.",
            definition,
        )
        return Thrown("", "")
    return found


def _catching_boundary(making: Making, definition: Node, event: str) -> FlowNode:
    boundary: CatchingBoundary
    if event == "error":
        boundary = ErrorBoundary(making.graph, making.element)
        if making.node.get("cancelActivity") in ("false", "0"):
            making.error("not_interrupting", "An error boundary event always interrupts.")
    else:
        boundary = EscalationBoundary(making.graph, making.element)
        boundary.interrupting = making.node.get("cancelActivity") not in ("false", "0")
    if definition.get(f"{event}Ref") is not None:
        boundary.caught = _declared(making, definition, event).code
    drawing, owner = making.drawing, making.owner
    boundary.code_variable = drawing.writes(
        owner, dialect(definition, f"{event}CodeVariable"), "The code variable", definition
    )
    boundary.message_variable = drawing.writes(
        owner, dialect(definition, "errorMessageVariable"), "The message variable", definition
    )
    return boundary


def _trigger(making: Making, definition: Node, event: str) -> Trigger | None:
    drawing, owner = making.drawing, making.owner
    if event == "timer":
        timer = _timer(making, definition)
        return None if timer is None else TimerTrigger(timer)
    kind = SubscriptionKind(event)
    known = drawing.messages if event == "message" else drawing.signals
    name = drawing.referred(definition, f"{event}Ref", known, owner, event)
    if name is None:
        return None
    key = correlation_key(making) if event == "message" else None
    return SubscriptionTrigger(kind, name, key)


def _timer(making: Making, definition: Node) -> Timer | None:
    """Return what a timer says, with literals checked, None when it says nothing useful."""
    said = [c for c in bpmn_children(definition) if c.name in set(TimerKind)]
    if len(said) != 1 or not said[0].text.strip():
        making.error("missing_time", "The timer says no date, duration or cycle.", definition)
        return None
    node = said[0]
    kind = TimerKind(node.name)
    text = node.text.strip()
    if kind is TimerKind.CYCLE:
        _check_cycle_place(making, node)
    if text.startswith("=") or "${" in text or "#{" in text:
        expression = making.drawing.formula(node.text, node, making.owner, "The timer")
        return None if expression is None else Timer(kind, expression)
    _check_literal(making, node, kind, text)
    return Timer(kind, text)


def _check_cycle_place(making: Making, node: Node) -> None:
    kind = making.element.type
    if kind == "intermediateCatchEvent":
        making.error(
            "cycle_not_possible",
            "A catch event in the flow happens once: give it a duration or a date instead of a "
            "cycle.",
            node,
        )
    elif kind == "boundaryEvent" and making.node.get("cancelActivity") not in ("false", "0"):
        making.error(
            "cycle_not_possible",
            "An interrupting boundary event happens once: give it a duration or a date, or make "
            "it non-interrupting.",
            node,
        )


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


def timer_of_start(making: Making) -> Timer | None:
    """Return when a timer start event begins instances, None for another start event."""
    for definition in event_definitions(making.node):
        for child in bpmn_children(definition):
            if child.name in set(TimerKind):
                text = child.text.strip()
                if not text.startswith("="):
                    return Timer(TimerKind(child.name), text)
                expression: Expression | None = making.drawing.formula(
                    child.text, child, making.owner, "The timer"
                )
                return None if expression is None else Timer(TimerKind(child.name), expression)
    return None


def attach(boundary: BoundaryEvent, host: FlowNode, making: Making) -> bool:
    """Set a boundary event on its activity; say whether the activity can have it."""
    if not isinstance(host, Activity):
        making.error(
            "dangling_reference",
            f"A boundary event cannot sit on {host.element}: it is no activity.",
        )
        return False
    host.boundaries = (*host.boundaries, boundary)
    return True
