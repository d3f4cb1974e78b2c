"""Reads events into nodes: which are possible where, and what they catch."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import (
    BoundaryEvent,
    CatchingBoundary,
    ErrorBoundary,
    EscalationBoundary,
)
from engine.execution.nodes.catch_event import CatchEvent
from engine.execution.nodes.compensation import CancelBoundary, CompensationBoundary
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.multi_instance import MultiInstance
from engine.execution.nodes.multiple_catch import CatchPart, MultipleCatch
from engine.execution.nodes.standard_loop import StandardLoop
from engine.execution.nodes.throw_event import PlainEvent, StartEvent
from engine.execution.reading.making import Making
from engine.execution.reading.names import EVENT_DEFINITIONS, dialect, is_true
from engine.execution.reading.standard import (
    ALWAYS_INTERRUPT,
    EVENTS_RUN,
    Position,
    advice,
    spoken,
)
from engine.execution.reading.throws import declared, read_throw
from engine.execution.reading.triggers import event_definitions, read_trigger
from engine.model.xml_tree import Node

_POSITIONS = {
    "endEvent": Position.END,
    "intermediateCatchEvent": Position.CATCH,
    "intermediateThrowEvent": Position.THROW,
    "boundaryEvent": Position.BOUNDARY,
}


def position_of(making: Making) -> Position:
    """Return where an event stands."""
    if making.element.type != "startEvent":
        return _POSITIONS[making.element.type]
    if making.scope.name == "process":
        return Position.PROCESS_START
    if is_true(making.scope.get("triggeredByEvent")):
        return Position.EVENT_START
    return Position.SUB_PROCESS_START


def read_event(making: Making) -> FlowNode | None:
    """Return the node of an event, None when it cannot run."""
    definitions = event_definitions(making.node)
    position = position_of(making)
    if not _possible(making, definitions, position):
        return None
    if dialect(making.node, "formRef") and (definitions or position is not Position.PROCESS_START):
        making.error(
            "unsupported_attribute",
            "Only the plain start event of a process has a form: nobody fills one in when "
            "something else begins it. Draw a user task with the form after it.",
        )
    if position in (Position.END, Position.THROW):
        if not definitions:
            return PlainEvent(making.graph, making.element)
        return read_throw(making, definitions)
    if making.element.type == "startEvent":
        # What it waits for is read with the whole scope; the token begins after it.
        return StartEvent(making.graph, making.element)
    if position is Position.CATCH:
        return _catch(making, definitions)
    return _boundary(making, definitions)


def _possible(making: Making, definitions: list[Node], position: Position) -> bool:
    """Say whether an event with these definitions runs at its position, noting why not."""
    events = [EVENT_DEFINITIONS[definition.name] for definition in definitions]
    kind = events[0] if events else "none"
    if len(events) > 1:
        kind = "multiple"
        if is_true(making.node.get("parallelMultiple")):
            kind = "parallel multiple"
    refused = [event for event in (kind, *events) if event not in EVENTS_RUN[position]]
    for event in refused[:1]:
        code = "missing_event" if event == "none" else "unsupported_element"
        making.error(
            code, f"A {spoken(event, position)} is not possible. {advice(position, event)}"
        )
    if len(events) > 1 and not {"link", "compensate", "cancel"}.isdisjoint(events):
        making.error(
            "unsupported_element",
            "An event with several definitions cannot have a link, compensation or cancel among "
            "them: draw an event of its own for it.",
        )
        return False
    return not refused


def _catch(making: Making, definitions: list[Node]) -> FlowNode | None:
    if len(definitions) > 1:
        several = MultipleCatch(making.graph, making.element)
        several.parallel = is_true(making.node.get("parallelMultiple"))
        parts = []
        for number, definition in enumerate(definitions, 1):
            trigger = read_trigger(making, definition)
            if trigger is not None:
                part = CatchPart(making.graph, making.element, name=f"{making.owner}#{number}")
                part.trigger = trigger
                parts.append(part)
        several.parts = tuple(parts)
        return several
    if EVENT_DEFINITIONS[definitions[0].name] == "link":
        return PlainEvent(making.graph, making.element)
    trigger = read_trigger(making, definitions[0])
    if trigger is None:
        return None
    catch = CatchEvent(making.graph, making.element)
    catch.trigger = trigger
    return catch


def _boundary(making: Making, definitions: list[Node]) -> FlowNode | None:
    made: list[BoundaryEvent] = []
    for number, definition in enumerate(definitions, 1):
        name = making.owner if number == 1 else f"{making.owner}#{number}"
        boundary = _single_boundary(making, definition, name)
        if boundary is not None:
            made.append(boundary)
    if not made:
        return None
    made[0].others = tuple(made[1:])
    return made[0]


def _single_boundary(making: Making, definition: Node, name: str) -> BoundaryEvent | None:
    event = EVENT_DEFINITIONS[definition.name]
    interrupting = making.node.get("cancelActivity") not in ("false", "0")
    if not interrupting and event in ALWAYS_INTERRUPT:
        article = "An" if event == "error" else "A"
        making.error("not_interrupting", f"{article} {event} boundary event always interrupts.")
    if event == "compensate":
        return CompensationBoundary(making.graph, making.element, name=name)
    if event == "cancel":
        return CancelBoundary(making.graph, making.element, name=name)
    boundary: BoundaryEvent
    if event in ("error", "escalation"):
        kind = ErrorBoundary if event == "error" else EscalationBoundary
        boundary = kind(making.graph, making.element, name=name)
        read_caught(making, definition, boundary)
    else:
        trigger = read_trigger(making, definition)
        if trigger is None:
            return None
        boundary = BoundaryEvent(making.graph, making.element, name=name)
        boundary.trigger = trigger
    boundary.interrupting = interrupting
    return boundary


def read_caught(
    making: Making, definition: Node, catcher: CatchingBoundary | EventSubProcess
) -> None:
    """Set which errors or escalations are caught, and which variables receive what was thrown."""
    event = EVENT_DEFINITIONS[definition.name]
    if definition.get(f"{event}Ref") is not None:
        catcher.caught = declared(making, definition, event).code
    drawing, owner = making.drawing, making.owner
    catcher.code_variable = drawing.writes(
        owner, dialect(definition, f"{event}CodeVariable"), "The code variable", definition
    )
    catcher.message_variable = drawing.writes(
        owner, dialect(definition, "errorMessageVariable"), "The message variable", definition
    )


def attach(boundary: BoundaryEvent, host: FlowNode, making: Making) -> None:
    """Set a boundary event on its activity, noting why the activity cannot have it."""
    if not isinstance(host, Activity) or isinstance(host, EventSubProcess):
        what = "an event sub-process" if isinstance(host, EventSubProcess) else "no activity"
        making.error(
            "dangling_reference", f"A boundary event cannot sit on {host.element}: it is {what}."
        )
        return
    if isinstance(boundary, CompensationBoundary):
        # What it leads to is drawn as an association: the handler is set when those are read.
        boundary.host = host.inner if isinstance(host, MultiInstance | StandardLoop) else host
        return
    if isinstance(boundary, CancelBoundary):
        if host.element.type != "transaction":
            making.error(
                "dangling_reference",
                f"A cancel boundary event sits on a transaction: {host.element} is none.",
            )
        elif isinstance(host, MultiInstance | StandardLoop):
            making.error(
                "unsupported_element",
                f"{host.element} is repeated, so it would be unclear which round is cancelled: "
                "draw the transaction inside a repeated sub-process.",
            )
    host.boundaries = (*host.boundaries, boundary, *boundary.others)
