"""How instances of a process begin: its start events. Waits for none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.process_spec import Reference
from engine.execution.reading.drawing import Drawing
from engine.execution.reading.making import Making, form_reference
from engine.execution.reading.names import EVENT_DEFINITIONS
from engine.execution.reading.triggers import event_definitions, read_timer
from engine.execution.timers import Timer
from engine.model.xml_tree import Node


@dataclass(slots=True)
class Starts:
    """The start events of one process, by what begins an instance."""

    messages: dict[str, str] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    form: Reference | None = None


def read_starts(
    drawing: Drawing,
    scope: Node,
    nodes: Mapping[str, FlowNode],
    makings: Mapping[str, Making],
    starts: Starts | None,
) -> FlowNode | None:
    """Return the none start event of a scope; `starts` is None for a sub-process."""
    drawn = [making for making in makings.values() if making.element.type == "startEvent"]
    what = "process" if starts is not None else "sub-process"
    if not drawn:
        drawing.error("missing_start", f"The {what} has no start event: draw one.", scope)
        return None
    plain = [making for making in drawn if making.element.event is None]
    if len(plain) > 1:
        drawing.error(
            "ambiguous_start",
            f"The {what} has {len(plain)} plain start events, so nobody knows where it begins: "
            "keep one.",
            plain[1].node,
        )
    if starts is not None:
        for making in drawn:
            _note(making, starts)
    if starts is None and not plain:
        drawing.error(
            "missing_start", "The sub-process has no plain start event: draw one.", scope
        )
    if not plain:
        return None
    if starts is not None:
        starts.form = form_reference(plain[0])
        if starts.form is not None:
            plain[0].drawing.warning(
                "no_effect",
                "The form of a start event is not shown: what begins an instance brings its "
                "variables. Ask people in a user task with the form after it.",
                plain[0].node,
            )
    return nodes.get(plain[0].owner)


def _note(making: Making, starts: Starts) -> None:
    """Note everything that begins the process at one start event."""
    for definition in event_definitions(making.node):
        event = EVENT_DEFINITIONS[definition.name]
        if event == "timer":
            _note_timer(making, definition, starts)
        elif event in ("message", "signal"):
            _note_name(making, definition, event, starts)


def _note_timer(making: Making, definition: Node, starts: Starts) -> None:
    if making.owner in starts.timers:
        making.error(
            "ambiguous_start",
            "The start event has two timers: draw a start event for each.",
            definition,
        )
        return
    timer = read_timer(making, definition)
    if timer is not None:
        starts.timers[making.owner] = timer


def _note_name(making: Making, definition: Node, event: str, starts: Starts) -> None:
    drawing = making.drawing
    known, begun = (
        (drawing.messages, starts.messages)
        if event == "message"
        else (drawing.signals, starts.signals)
    )
    name = drawing.referred(definition, f"{event}Ref", known, making.owner, event)
    if name is None:
        return
    if name in begun:
        making.error(
            "ambiguous_start",
            f"The {event} “{name}” begins the process at two start events: keep one.",
        )
    begun[name] = making.owner
