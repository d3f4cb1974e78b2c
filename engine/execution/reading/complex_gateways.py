"""Reads complex gateways: when they go on, and what their flows can ask of them."""

from __future__ import annotations

from engine.execution.nodes.complex_gateway import OWN_NAMES, ComplexGateway
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making


def read_complex_gateway(making: Making) -> ComplexGateway:
    """Return the node of a complex gateway."""
    gateway = ComplexGateway(making.graph, making.element)
    drawing, owner = making.drawing, making.owner
    for child in bpmn_children(making.node):
        if child.name == "activationCondition":
            gateway.activation = drawing.formula(
                child.text,
                child,
                owner,
                "The activation condition",
                language=child.get("language"),
            )
    return gateway


def check_complex_gateway(gateway: ComplexGateway, making: Making) -> None:
    """Note what its two phases would make of flows that do not speak of them."""
    for owner in (making.owner, *(route.flow.id for route in gateway.routes)):
        # These it knows of itself: they are no variables.
        making.drawing.read_names.get(owner, set()).difference_update(OWN_NAMES)
    if len(gateway.incoming) <= 1:
        return
    if gateway.activation is None:
        making.error(
            "missing_condition",
            "The complex gateway does not say when it goes on: give it an activation condition "
            "such as “= activationCount >= 2”, or draw a parallel or inclusive gateway.",
        )
    for route in gateway.routes:
        if route.condition is None and not route.is_default:
            making.drawing.warning(
                "taken_twice",
                f"The flow {route.flow.id} is taken when the gateway goes on and again when the "
                "rest has come: give it the condition “= waitingForStart” if once is meant.",
                making.node,
            )
