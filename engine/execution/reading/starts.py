"""How instances of a process begin: its start events. Waits for none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.process_spec import Reference
from engine.execution.reading.drawing import Drawing
from engine.execution.reading.events import event_definitions, timer_of_start
from engine.execution.reading.making import Making, form_reference
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
    for making in drawn:
        if making.element.event is None:
            continue
        if starts is None:
            making.error(
                "unsupported_element",
                "An embedded sub-process begins when its token comes: draw a plain start event.",
            )
        else:
            _note(making, starts)
    if starts is None and not plain:
        drawing.error(
            "missing_start", "The sub-process has no plain start event: draw one.", scope
        )
    if not plain:
        return None
    if starts is not None:
        starts.form = form_reference(plain[0])
    return nodes.get(plain[0].owner)


def _note(making: Making, starts: Starts) -> None:
    drawing, owner = making.drawing, making.owner
    definition = event_definitions(making.node)[0]
    if making.element.event == "timer":
        timer = timer_of_start(making)
        if timer is not None:
            starts.timers[owner] = timer
        return
    known, begun = (
        (drawing.messages, starts.messages)
        if making.element.event == "message"
        else (drawing.signals, starts.signals)
    )
    event = making.element.event or ""
    name = drawing.referred(definition, f"{event}Ref", known, owner, event)
    if name is None:
        return
    if name in begun:
        making.error(
            "ambiguous_start",
            f"The {event} “{name}” begins the process at two start events: keep one.",
        )
    begun[name] = owner
