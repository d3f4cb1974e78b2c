"""Reads what begins an event sub-process, and gives scopes their event sub-processes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.execution.nodes.event_subprocess import EventStart, EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.reading.events import read_caught
from engine.execution.reading.making import Making
from engine.execution.reading.names import AD_HOC, EVENT_DEFINITIONS
from engine.execution.reading.standard import ALWAYS_INTERRUPT
from engine.execution.reading.triggers import event_definitions, read_trigger


def read_start(
    handler: EventSubProcess, makings: Mapping[str, Making], around: Making
) -> str | None:
    """Set what begins an event sub-process; return the id of its start event."""
    drawn = [making for making in makings.values() if making.element.type == "startEvent"]
    if len(drawn) != 1:
        around.error(
            "ambiguous_start" if drawn else "missing_start",
            f"The event sub-process has {len(drawn) or 'no'} start events: it begins at one, with a "
            "message, timer, signal, condition, error, escalation or compensation.",
        )
        return None
    (start,) = drawn
    definitions = event_definitions(start.node)
    events = {EVENT_DEFINITIONS[definition.name] for definition in definitions}
    handler.interrupting = start.node.get("isInterrupting") not in ("false", "0")
    if not handler.interrupting and not events.isdisjoint(ALWAYS_INTERRUPT):
        start.error(
            "not_interrupting", "An error start event always interrupts the scope around it."
        )
    armed = []
    for number, definition in enumerate(definitions, 1):
        event = EVENT_DEFINITIONS[definition.name]
        if event in ("error", "escalation"):
            if handler.catches_errors or handler.catches_escalations:
                start.error(
                    "unsupported_element",
                    "One start event cannot catch several errors or escalations: draw an event "
                    "sub-process for each.",
                    definition,
                )
            handler.catches_errors |= event == "error"
            handler.catches_escalations |= event == "escalation"
            read_caught(start, definition, handler)
        elif event == "compensate":
            handler.compensates = True
            _check_compensates(around, start)
        else:
            trigger = read_trigger(start, definition)
            if trigger is not None:
                waiting = EventStart(start.graph, start.element, name=f"{start.owner}#on{number}")
                waiting.trigger, waiting.begins = trigger, handler
                armed.append(waiting)
    handler.armed_starts = tuple(armed)
    return start.owner


def _check_compensates(around: Making, start: Making) -> None:
    if around.scope.name not in ("subProcess", "transaction", AD_HOC):
        start.error(
            "unsupported_element",
            "A compensation event sub-process undoes the completed sub-process around it: a "
            "process cannot be undone as a whole. Draw it inside a sub-process.",
        )


def give_handlers(owner: FlowNode, nodes: Mapping[str, FlowNode]) -> None:
    """Give a scope's node the event sub-processes drawn in it."""
    owner.event_subprocesses = tuple(
        node for node in nodes.values() if isinstance(node, EventSubProcess)
    )


def check_handler(handler: EventSubProcess, making: Making) -> None:
    """Note flows to or from an event sub-process: it is not part of the flow."""
    if handler.incoming or handler.routes:
        making.error(
            "flow_not_possible",
            "An event sub-process has no sequence flows: it begins when its start event happens.",
        )
