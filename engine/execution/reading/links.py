"""Connects link events: what is thrown goes on at the catch event of the same name in the same scope."""

from __future__ import annotations

from collections.abc import Mapping

from engine.execution.nodes.flow_node import FlowNode, Route
from engine.execution.nodes.throw_event import LinkThrow
from engine.execution.process_spec import Flow
from engine.execution.reading.making import Making
from engine.execution.reading.triggers import event_definitions


def connect(nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> None:
    """Lead every link throw event to its catch event, noting those without one."""
    catches: dict[str, str] = {}
    for name, making in makings.items():
        if making.element.event == "link" and making.element.type == "intermediateCatchEvent":
            link = _name(making)
            if link in catches:
                making.error(
                    "ambiguous_link",
                    f"The link “{link}” has two catch events, so nobody knows where it leads: keep "
                    "one.",
                )
            catches.setdefault(link, name)
            if name in nodes and nodes[name].incoming:
                making.error(
                    "flow_not_possible",
                    "A flow leads into a link catch event: only links of its name lead there.",
                )
    for name, node in nodes.items():
        if isinstance(node, LinkThrow):
            making = makings[name]
            if node.routes:
                making.error(
                    "flow_not_possible",
                    "A flow leads out of a link throw event: it goes on at the link catch event.",
                )
                continue
            target = nodes.get(catches.get(_name(making), ""))
            if target is None:
                making.error(
                    "dangling_reference",
                    f"The link “{_name(making)}” leads nowhere: draw a link catch event of the same "
                    "name in the same process or sub-process.",
                )
                continue
            node.target = target
            # For those who look at the graph. It is no flow of the diagram: none is recorded.
            node.lead_to([Route(Flow(f"{name}#link", name, target.name), target)])


def _name(making: Making) -> str:
    return (event_definitions(making.node)[0].get("name") or "").strip()
