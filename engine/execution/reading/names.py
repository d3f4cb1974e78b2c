"""The names of the XML that diagrams are written in. Nothing but names."""

from __future__ import annotations

from engine.model.xml_tree import Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = ("http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn")
ZEEBE = "http://camunda.org/schema/zeebe/1.0"

AD_HOC = "adHocSubProcess"
ACTIVITIES = frozenset(
    {
        AD_HOC,
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "transaction",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
EVENT_DEFINITIONS = {
    f"{kind}EventDefinition": kind
    for kind in (
        "timer",
        "message",
        "signal",
        "error",
        "escalation",
        "terminate",
        "conditional",
        "compensate",
        "link",
        "cancel",
    )
}


def dialect(node: Node, name: str) -> str | None:
    """Return an attribute of the Camunda 7 or Operaton namespace, None when it is absent."""
    for namespace in CAMUNDA:
        value = node.attributes.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    return None


def local(reference: str | None) -> str | None:
    """Return the local part of a qualified name: references inside one file need no more."""
    return reference.strip().rpartition(":")[2] if reference else None


def is_true(value: str | None) -> bool:
    """Read an XML boolean."""
    return value is not None and value.strip() in ("true", "1")
