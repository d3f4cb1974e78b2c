"""Reads ad-hoc sub-processes: what is offered in them, and when they are done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.ad_hoc import AdHocSubProcess
from engine.execution.nodes.catch_event import ReceiveTask
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.user_task import UserTask
from engine.execution.reading.compensation import is_handler
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making
from engine.execution.reading.names import AD_HOC, is_true
from engine.model.xml_tree import Node


def is_ad_hoc(scope: Node) -> bool:
    """Say whether what is drawn in a scope is begun by people rather than at a start event."""
    return scope.name == AD_HOC


def offered(nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> Iterator[str]:
    """Yield the activities of an ad-hoc sub-process that are offered: no flow leads to them."""
    for name, node in nodes.items():
        begins = isinstance(node, Activity) and not isinstance(node, EventSubProcess)
        if begins and not node.incoming and not is_handler(makings[name]):
            yield name


def read_ad_hoc(making: Making, name: str) -> AdHocSubProcess | None:
    """Return the node of an ad-hoc sub-process; what it offers is set when its inside is read."""
    sub_process = AdHocSubProcess(making.graph, making.element, name=name)
    node = making.node
    if is_true(node.get("triggeredByEvent")):
        making.error(
            "unsupported_element",
            "An ad-hoc sub-process is not begun by an event: draw an event sub-process with an "
            "ad-hoc sub-process in it.",
        )
        return None
    if node.get("ordering") == "Sequential":
        making.error(
            "unsupported_attribute",
            "A sequential ad-hoc sub-process would keep people from beginning a task while another "
            "is begun, and nobody knows which are: remove the ordering, or draw the order.",
        )
    sub_process.cancels_rest = node.get("cancelRemainingInstances") not in ("false", "0")
    for child in bpmn_children(node):
        if child.name == "completionCondition":
            condition = making.drawing.formula(
                child.text,
                child,
                making.owner,
                "The completion condition",
                language=child.get("language"),
            )
            if condition is None:
                return None
            sub_process.completion_condition = condition
            return sub_process
    making.error(
        "missing_condition",
        "The ad-hoc sub-process never ends: give it a completion condition, which is asked "
        "after each of its activities.",
    )
    return None


def read_inside(
    owner: AdHocSubProcess, nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]
) -> None:
    """Set what an ad-hoc sub-process offers, noting what cannot stand in it."""
    for making in makings.values():
        if making.element.type in ("startEvent", "endEvent"):
            making.error(
                "unsupported_element",
                "An ad-hoc sub-process has neither start nor end events: people begin its "
                "activities, and its completion condition ends it. Remove the event.",
            )
    enabled = list(offered(nodes, makings))
    for name in enabled:
        node = nodes[name]
        if not isinstance(node, UserTask | ReceiveTask):
            makings[name].error(
                "unsupported_element",
                "In an ad-hoc sub-process people choose what is done, so only user tasks and "
                "receive tasks, not repeated ones, can be without an incoming flow: this would "
                "begin by itself again and again. Let a flow lead to it from a user task.",
            )
        elif any(event.interrupting for event in node.boundaries):
            makings[name].error(
                "unsupported_element",
                "What an ad-hoc sub-process offers is not interrupted: it is offered for as long "
                "as the sub-process goes on. Draw the boundary event on the sub-process, or let "
                "it not interrupt.",
            )
    owner.enabled = tuple(nodes[name] for name in enabled)
    if makings and not enabled and len(nodes) == len(makings):
        next(iter(makings.values())).error(
            "missing_start",
            "The ad-hoc sub-process offers nothing: leave an activity in it without an incoming "
            "flow.",
        )
