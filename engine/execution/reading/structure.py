"""Whether the drawn structure can run: how flows may leave and reach each kind of node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import BoundaryEvent
from engine.execution.nodes.catch_event import CatchEvent, ReceiveTask
from engine.execution.nodes.compensation import CompensationBoundary
from engine.execution.nodes.complex_gateway import ComplexGateway
from engine.execution.nodes.event_gateway import EventGateway
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.gateways import ExclusiveGateway, ParallelGateway
from engine.execution.nodes.multiple_catch import MultipleCatch
from engine.execution.reading.ad_hoc import is_ad_hoc, offered
from engine.execution.reading.compensation import is_handler
from engine.execution.reading.complex_gateways import check_complex_gateway
from engine.execution.reading.drawing import Drawing
from engine.execution.reading.event_subprocesses import check_handler
from engine.execution.reading.making import Making
from engine.execution.reading.names import ACTIVITIES, GATEWAYS
from engine.model.xml_tree import Node


def check_scope(
    drawing: Drawing, nodes: Mapping[str, FlowNode], makings: Mapping[str, Making], scope: Node
) -> None:
    """Note everything in one process or sub-process that could not run as it is drawn."""
    # Where an element could not be read, nothing is known of what comes after it.
    whole = len(nodes) == len(makings)
    for name, node in nodes.items():
        making = makings[name]
        _check_ends(node, making, whole=whole)
        _check_conditions(node, making)
        _check_direction(node, making)
        _check_name(node, making)
        if isinstance(node, EventSubProcess):
            check_handler(node, making)
        if isinstance(node, ComplexGateway):
            check_complex_gateway(node, making)
        if isinstance(node, EventGateway):
            _check_event_gateway(node, making, whole=whole)
    if whole:
        begun = offered(nodes, makings) if is_ad_hoc(scope) else ()
        _check_reachable(drawing, nodes, makings, begun)
    if not is_ad_hoc(scope) and not any(
        making.element.type == "endEvent" for making in makings.values()
    ):
        drawing.warning(
            "missing_end", "No end event is drawn: it ends where no flow leads on.", scope
        )


def _check_ends(node: FlowNode, making: Making, *, whole: bool) -> None:
    kind = making.element.type
    if kind == "startEvent" and node.incoming:
        making.error("flow_not_possible", "A flow leads into a start event: let it lead past it.")
    if kind == "endEvent" and node.routes:
        making.error("flow_not_possible", "A flow leads out of an end event: nothing comes after.")
    if kind == "boundaryEvent":
        if node.incoming:
            making.error("flow_not_possible", "A flow leads into a boundary event.")
        if whole and not node.routes and not isinstance(node, CompensationBoundary):
            making.error(
                "missing_flow", "No flow leaves the boundary event: draw what happens then."
            )
    if whole and kind in ("startEvent", "intermediateCatchEvent") and not node.routes:
        making.drawing.warning("missing_flow", "No flow leads on from here.", making.node)


def _check_conditions(node: FlowNode, making: Making) -> None:
    conditional = [route for route in node.routes if route.condition is not None]
    default = any(route.is_default for route in node.routes)
    if isinstance(node, ParallelGateway | EventGateway) and (conditional or default):
        kind = "parallel" if isinstance(node, ParallelGateway) else "event-based"
        making.error(
            "condition_not_possible",
            f"A flow out of a {kind} gateway has a condition or is a default, which would have no "
            "effect: remove it, or draw an exclusive or inclusive gateway.",
        )
    if isinstance(node, ExclusiveGateway) and len(node.routes) > 1:
        bare = [
            route.flow.id
            for route in node.routes
            if route.flow.condition_text is None and not route.is_default
        ]
        if bare:
            making.error(
                "missing_condition",
                f"The flow {', '.join(bare)} out of an exclusive gateway has no condition and is "
                "not its default flow.",
            )
        if not default:
            making.drawing.warning(
                "no_default_flow",
                "The gateway has no default flow: when no condition is true the step is refused.",
                making.node,
            )
    if conditional and len(node.routes) == 1 and not isinstance(node, ExclusiveGateway):
        making.drawing.warning(
            "no_default_flow",
            "The only flow out of here has a condition: when it is not true the step is refused.",
            making.node,
        )


def _check_direction(node: FlowNode, making: Making) -> None:
    """Warn of a gateway whose written direction is not that of its flows, which alone count."""
    direction = making.node.get("gatewayDirection")
    wrong = (direction == "Converging" and len(node.routes) > 1) or (
        direction == "Diverging" and len(node.incoming) > 1
    )
    if wrong:
        making.drawing.warning(
            "no_effect",
            f"The gateway is written down as {direction}, but its flows say otherwise: it goes by "
            "its flows. Correct the direction, or draw two gateways.",
            making.node,
        )


def _check_name(node: FlowNode, making: Making) -> None:
    kind = making.element.type
    if making.element.name:
        return
    if kind in ("userTask", "manualTask"):
        why = "The task has no name: people would see only its id."
    elif kind in GATEWAYS:
        if len(node.routes) < 2 or isinstance(node, ParallelGateway | EventGateway):
            return
        why = "The gateway has no name: write the question it answers."
    elif kind in ACTIVITIES:
        why = "The activity has no name: its history would show only its id."
    elif making.element.event is not None and making.element.event != "link":
        why = "The event has no name: its history would show only its id."
    else:
        return
    making.drawing.warning("missing_name", f"{why} Give it one.", making.node)


def _check_event_gateway(node: EventGateway, making: Making, *, whole: bool) -> None:
    if whole and len(node.routes) < 2:
        making.error("missing_flow", "An event-based gateway needs two events or more after it.")
    for route in node.routes:
        target = route.target
        if not isinstance(target, CatchEvent | MultipleCatch | ReceiveTask):
            making.error(
                "flow_not_possible",
                f"An event-based gateway leads to {target.element}: only catch events and receive "
                "tasks can follow it.",
            )
        elif len(target.incoming) > 1:
            making.error(
                "flow_not_possible",
                f"{target.element} follows an event-based gateway and can have no other incoming "
                "flow.",
            )
        elif isinstance(target, ReceiveTask) and target.boundaries:
            making.error(
                "flow_not_possible",
                f"{target.element} follows an event-based gateway and can have no boundary events.",
            )


def _check_reachable(
    drawing: Drawing,
    nodes: Mapping[str, FlowNode],
    makings: Mapping[str, Making],
    begun: Iterable[str],
) -> None:
    reached: set[str] = set()
    waiting = [*begun]
    waiting += [name for name, making in makings.items() if making.element.type == "startEvent"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in nodes:
            continue
        reached.add(name)
        node = nodes[name]
        waiting.extend(route.target.name for route in node.routes)
        if isinstance(node, Activity):
            waiting.extend(event.name for event in node.boundaries)
    for name, node in nodes.items():
        if name in reached or isinstance(node, BoundaryEvent | EventSubProcess):
            continue
        if not is_handler(makings[name]):
            drawing.error(
                "unreachable",
                "No token ever gets here: no flow leads from a start event to this element.",
                makings[name].node,
            )
