"""Reads what undoes what: compensation boundary events, their handlers, and who may throw."""

from __future__ import annotations

from collections.abc import Mapping

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.compensation import (
    CancelBoundary,
    CancelEnd,
    CompensationBoundary,
    CompensationThrow,
)
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.multi_instance import MultiInstance
from engine.execution.nodes.standard_loop import StandardLoop
from engine.execution.nodes.subprocess import SubProcess
from engine.execution.process_spec import Element
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making
from engine.execution.reading.names import is_true, local
from engine.model.xml_tree import Node


def is_handler(making: Making) -> bool:
    """Say whether an activity is drawn as a compensation handler."""
    return is_true(making.node.get("isForCompensation"))


def connect(scope: Node, nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]) -> None:
    """Give each activity with a compensation boundary event the activity that undoes it."""
    leads_to: dict[str, list[str]] = {}
    for drawn in bpmn_children(scope):
        if drawn.name == "association":
            source, target = local(drawn.get("sourceRef")), local(drawn.get("targetRef"))
            if source and target:
                leads_to.setdefault(source, []).append(target)
    used: set[str] = set()
    for name, boundary in nodes.items():
        if isinstance(boundary, CompensationBoundary):
            targets = [target for target in leads_to.get(name, ()) if target in makings]
            used.update(_give_handler(boundary, targets, nodes, makings[name], makings))
    for name, making in makings.items():
        if is_handler(making):
            _check_handler(making, nodes.get(name), used=name in used)


def _give_handler(
    boundary: CompensationBoundary,
    targets: list[str],
    nodes: Mapping[str, FlowNode],
    making: Making,
    makings: Mapping[str, Making],
) -> list[str]:
    if boundary.routes:
        making.error(
            "flow_not_possible",
            "No sequence flow leaves a compensation boundary event: draw an association to the "
            "activity that undoes the work.",
        )
    if len(targets) != 1 or not is_handler(makings[targets[0]]):
        making.error(
            "missing_handler",
            "The compensation boundary event needs one association to the activity that undoes the "
            "work, and that activity marked “for compensation”.",
        )
        return targets
    handler = nodes.get(targets[0])
    if boundary.host is not None and isinstance(handler, Activity):
        if boundary.host.undone_by is not None:
            making.error("ambiguous_handler", "The activity has two compensation boundary events.")
        boundary.host.undone_by = handler
    return targets


def _check_handler(making: Making, node: FlowNode | None, *, used: bool) -> None:
    if not used:
        making.error(
            "unreachable",
            "The activity is marked “for compensation”, but no compensation boundary event leads "
            "to it: draw one, with an association.",
        )
    if node is not None and (node.incoming or node.routes):
        making.error(
            "flow_not_possible",
            "An activity for compensation has no sequence flows: it runs when something is undone.",
        )


def check_throws(
    elements: Mapping[str, Element], nodes: Mapping[str, FlowNode], makings: Mapping[str, Making]
) -> None:
    """Note compensation and cancel events that could not do what they say."""
    for name, node in nodes.items():
        making = makings[name]
        if isinstance(node, CancelEnd):
            _check_cancel(node, nodes, making)
        elif isinstance(node, CompensationThrow) and node.activity is not None:
            _check_activity(node, node.activity, elements, nodes, making)


def _check_cancel(node: CancelEnd, nodes: Mapping[str, FlowNode], making: Making) -> None:
    transaction = nodes.get(node.element.parent_id or "")
    if transaction is None or transaction.element.type != "transaction":
        making.error(
            "unsupported_element",
            "A cancel end event stands directly in a transaction. Draw it there, or draw an error "
            "end event.",
        )
    elif isinstance(transaction, Activity) and not any(
        isinstance(event, CancelBoundary) for event in transaction.boundaries
    ):
        making.error(
            "missing_cancel_boundary",
            f"The transaction {transaction.element} has no cancel boundary event, so nobody knows "
            "where a cancelled one leads on: draw one.",
        )


def _check_activity(
    node: CompensationThrow,
    activity: str,
    elements: Mapping[str, Element],
    nodes: Mapping[str, FlowNode],
    making: Making,
) -> None:
    visible = {node.element.parent_id}
    scope = nodes.get(node.element.parent_id or "")
    while isinstance(scope, EventSubProcess):
        visible.add(scope.element.parent_id)
        scope = nodes.get(scope.element.parent_id or "")
    found = nodes.get(activity)
    if activity not in elements or elements[activity].parent_id not in visible:
        making.error(
            "dangling_reference",
            f"It compensates {activity}, which is no activity in the same scope.",
        )
    elif isinstance(found, Activity):
        inner = found.inner if isinstance(found, MultiInstance | StandardLoop) else found
        if inner.undone_by is None and not isinstance(inner, SubProcess):
            making.error(
                "missing_handler",
                f"It compensates {found.element}, which has no compensation boundary event.",
            )
