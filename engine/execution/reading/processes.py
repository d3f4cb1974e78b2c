"""Reads one process: its scopes, nodes, flows, and what it asks of the rest of the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.ad_hoc import AdHocSubProcess
from engine.execution.nodes.boundary_event import BoundaryEvent
from engine.execution.nodes.call_activity import CallActivity
from engine.execution.nodes.event_gateway import EventGateway
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode, ProcessNode, Route
from engine.execution.nodes.gateways import (
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    upstream_of,
)
from engine.execution.nodes.multi_instance import MultiInstance
from engine.execution.nodes.standard_loop import StandardLoop
from engine.execution.nodes.subprocess import SubProcess
from engine.execution.process_spec import Element, Flow, ProcessSpec
from engine.execution.reading import (
    ad_hoc,
    compensation,
    event_subprocesses,
    extensions,
    links,
    soundness,
    synchronisation,
)
from engine.execution.reading.complex_gateways import read_complex_gateway
from engine.execution.reading.drawing import Drawing, bpmn_children, walk
from engine.execution.reading.events import attach, read_event
from engine.execution.reading.loops import read_repeated
from engine.execution.reading.making import Found, Making
from engine.execution.reading.names import (
    ACTIVITIES,
    EVENT_DEFINITIONS,
    EVENTS,
    FLOW_NODES,
    GATEWAYS,
    dialect,
    local,
)
from engine.execution.reading.starts import Starts, read_starts
from engine.execution.reading.structure import check_scope
from engine.execution.reading.triggers import event_definitions
from engine.feel import Expression
from engine.model.xml_tree import Node

MOST_PATHS = 500_000
"""The most pairs of an incoming flow of an inclusive join and a node that are looked at."""

_GATEWAY_NODES: dict[str, type[FlowNode]] = {
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "eventBasedGateway": EventGateway,
}


@dataclass(slots=True)
class Reading:
    """One process while it is read."""

    drawing: Drawing
    key: str
    graph: Any
    lanes: dict[str, str]
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    nodes: dict[str, FlowNode] = field(default_factory=dict)
    makings: dict[str, Making] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    starts: Starts = field(default_factory=Starts)
    clauses: set[str] = field(default_factory=set)


def read_process(drawing: Drawing, process: Node, file: str) -> ProcessSpec | None:
    """Return a process as a specification, None when it cannot run."""
    key = process.get("id") or ""
    graph = WorkflowSpec(name=key, filename=file)
    reading = Reading(drawing, key, graph, _lanes(process))
    element = _element(reading, process, None)
    root = ProcessNode(graph, element, name=f"{key}#process")
    graph.start = root
    root.begins_at = _read_scope(reading, process, root, None)
    if not (process.get("name") or "").strip():
        drawing.warning(
            "missing_name",
            "The process has no name: lists would show only its id. Give it one.",
            process,
        )
    compensation.check_throws(reading.elements, reading.nodes, reading.makings)
    _check_looking_back(reading)
    for node in reading.nodes.values():
        reading.clauses.update(node.element.clauses)
    for flow in reading.flows.values():
        reading.clauses.update(flow.clauses)
    reading.clauses.update(element.clauses)
    if drawing.findings.refused:
        return None
    return ProcessSpec(
        key=key,
        name=process.get("name") or key,
        file=file,
        graph=graph,
        version_tag=dialect(process, "versionTag"),
        documentation=_documentation(process),
        elements=reading.elements,
        flows=reading.flows,
        form_refs=tuple(reading.found.forms),
        decision_refs=tuple(reading.found.decisions),
        call_refs=tuple(reading.found.calls),
        topics=reading.found.topics,
        candidate_groups=frozenset(reading.found.groups),
        group_elements=reading.found.groups,
        message_starts=reading.starts.messages,
        signal_starts=reading.starts.signals,
        timer_starts=reading.starts.timers,
        has_none_start=root.begins_at is not None,
        start_form_ref=reading.starts.form,
        candidate_starter_groups=_names(dialect(process, "candidateStarterGroups")),
        candidate_starter_users=_names(dialect(process, "candidateStarterUsers")),
        clauses=frozenset(reading.clauses),
        read_names=_known(drawing.read_names, reading),
        written_names=_known(drawing.written_names, reading),
        given_names=frozenset(
            mapping.target
            for node in reading.nodes.values()
            if isinstance(node, CallActivity)
            for mapping in node.goes_in
            if mapping.target is not None
        ),
        literal_inputs=_literal_inputs(reading),
        history_time_to_live=dialect(process, "historyTimeToLive"),
    )


def _literal_inputs(reading: Reading) -> dict[str, dict[str, str]]:
    return {
        node.element.id: {
            parameter.name: parameter.said
            for parameter in node.parameters_in
            if isinstance(parameter.said, str)
        }
        for node in reading.nodes.values()
        if isinstance(node, Activity)
    }


def _known(names: dict[str, set[str]], reading: Reading) -> dict[str, frozenset[str]]:
    own = {*reading.elements, *reading.flows, reading.key}
    return {owner: frozenset(found) for owner, found in names.items() if owner in own}


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _documentation(node: Node) -> str:
    return "\n".join(
        child.text.strip() for child in bpmn_children(node) if child.name == "documentation"
    )


def _lanes(process: Node) -> dict[str, str]:
    """Map each flow node to its innermost lane: an inner lane comes later in the document."""
    lanes: dict[str, str] = {}
    for node in walk(process):
        if node.name == "lane":
            for child in bpmn_children(node):
                reference = local(child.text) if child.name == "flowNodeRef" else None
                if reference:
                    lanes[reference] = node.get("id") or ""
    return lanes


def _element(reading: Reading, node: Node, parent: str | None) -> Element:
    properties = extensions.properties_of(node)
    definitions = event_definitions(node)
    return Element(
        id=node.get("id") or "",
        type=node.name,
        name=(node.get("name") or "").strip(),
        line=node.line,
        column=node.column,
        clauses=extensions.Extensions(properties=properties).clauses,
        properties=properties,
        documentation=_documentation(node),
        parent_id=parent,
        lane_id=reading.lanes.get(node.get("id") or ""),
        event=EVENT_DEFINITIONS[definitions[0].name] if definitions else None,
        behaviour=hashlib.sha256(repr(_said_of(node)).encode()).hexdigest(),
    )


_TOLD_ELSEWHERE = {*FLOW_NODES, "sequenceFlow", "incoming", "outgoing", "documentation"}


def _said_of(node: Node) -> object:
    """Return everything a node says, but for what other elements say and its own id and name."""
    return (
        node.name,
        sorted((k, v) for k, v in node.attributes.items() if k not in ("id", "name")),
        node.text.strip(),
        [_said_of(child) for child in node.children if child.name not in _TOLD_ELSEWHERE],
    )


def _makings(reading: Reading, scope: Node, parent: str) -> Iterator[Making]:
    for node in bpmn_children(scope):
        if node.name not in FLOW_NODES:
            continue
        if not node.get("id"):
            reading.drawing.error("missing_id", f"A {node.name} has no id.", node, parent)
            continue
        element = _element(reading, node, parent)
        reading.elements[element.id] = element
        read = extensions.read(reading.drawing, node, element.id)
        yield Making(reading.drawing, reading.graph, node, element, read, reading.found, scope)


def _read_scope(
    reading: Reading, scope: Node, owner: FlowNode, around: Making | None
) -> FlowNode | None:
    """Read the nodes and flows of a process or sub-process; return the event it begins at.

    `owner` is its node and `around` how that was made, None for the process itself.
    """
    parent = owner.element.id
    nodes: dict[str, FlowNode] = {}
    makings: dict[str, Making] = {}
    for making in _makings(reading, scope, parent):
        node = _node(making)
        makings[making.owner] = making
        if node is None:
            continue
        nodes[making.owner] = node
        inner: Any = node.inner if isinstance(node, MultiInstance | StandardLoop) else node
        if isinstance(inner, SubProcess):
            start = _read_scope(reading, making.node, inner, making)
            if start is not None:
                inner.start = start
    reading.nodes.update(nodes)
    reading.makings.update(makings)
    event_subprocesses.give_handlers(owner, nodes)
    for name, node in nodes.items():
        if isinstance(node, BoundaryEvent):
            making = makings[name]
            host = nodes.get(local(making.node.get("attachedToRef")) or "")
            if host is not None:
                attach(node, host, making)
            elif local(making.node.get("attachedToRef")) not in makings:
                making.error("dangling_reference", "The boundary event sits on nothing.")
    _connect(reading, scope, nodes, makings)
    links.connect(nodes, makings)
    compensation.connect(scope, nodes, makings)
    joins = [
        node
        for node in nodes.values()
        if isinstance(node, InclusiveGateway) and len(node.incoming) > 1
    ]
    if sum(len(join.incoming) for join in joins) * len(nodes) > MOST_PATHS:
        reading.drawing.error(
            "too_large",
            "There are too many inclusive gateways in one drawing: divide it with call activities.",
            scope,
        )
        return None
    for join in joins:
        join.upstream = upstream_of(join, nodes.values())
    check_scope(reading.drawing, nodes, makings, scope)
    if not reading.drawing.findings.refused:
        soundness.check(nodes, makings)
        synchronisation.check(nodes, makings)
    if around is not None and isinstance(owner, EventSubProcess):
        return nodes.get(event_subprocesses.read_start(owner, makings, around) or "")
    if isinstance(owner, AdHocSubProcess):
        ad_hoc.read_inside(owner, nodes, makings)
        return None
    starts = reading.starts if around is None else None
    return read_starts(reading.drawing, scope, nodes, makings, starts)


def _node(making: Making) -> FlowNode | None:
    kind = making.element.type
    if kind in ACTIVITIES:
        return read_repeated(making)
    if kind in EVENTS:
        return read_event(making)
    assert kind in GATEWAYS
    if kind == "complexGateway":
        return read_complex_gateway(making)
    return _GATEWAY_NODES[kind](making.graph, making.element)


def _connect(
    reading: Reading, scope: Node, nodes: dict[str, FlowNode], makings: dict[str, Making]
) -> None:
    """Give every node its flows, in the order in which they are drawn in the file."""
    drawing = reading.drawing
    routes: dict[str, list[Route]] = {name: [] for name in nodes}
    incoming: dict[str, list[str]] = {name: [] for name in nodes}
    for drawn in bpmn_children(scope):
        if drawn.name != "sequenceFlow":
            continue
        identifier = drawn.get("id") or ""
        source, target = local(drawn.get("sourceRef")) or "", local(drawn.get("targetRef")) or ""
        unknown = [end for end in (source, target) if end not in makings]
        if unknown or not identifier:
            drawing.error(
                "dangling_reference",
                f"The flow leads from or to {', '.join(unknown) or 'somewhere'}, which is not in "
                "the same process or sub-process.",
                drawn,
            )
            continue
        is_default = makings[source].node.get("default") == identifier
        condition, text = _condition(drawing, drawn, is_default)
        flow = Flow(
            identifier,
            source,
            target,
            (drawn.get("name") or "").strip(),
            text,
            extensions.clauses_of(drawn),
        )
        reading.flows[identifier] = flow
        if source in nodes and target in nodes:
            routes[source].append(Route(flow, nodes[target], condition, is_default))
            incoming[target].append(identifier)
    for name, node in nodes.items():
        node.incoming = tuple(incoming[name])
        node.lead_to(routes[name])
        if isinstance(node, BoundaryEvent):
            for other in node.others:
                other.lead_to(routes[name])
        default = makings[name].node.get("default")
        taken = reading.flows.get(default or "")
        if default and (taken is None or taken.source != name):
            drawing.error(
                "dangling_reference",
                f"The default flow {default} does not leave this element.",
                makings[name].node,
            )


def _condition(
    drawing: Drawing, drawn: Node, is_default: bool
) -> tuple[Expression | None, str | None]:
    node = next((c for c in bpmn_children(drawn) if c.name == "conditionExpression"), None)
    if node is None:
        return None, None
    identifier = drawn.get("id") or ""
    if is_default:
        drawing.warning(
            "no_effect",
            "A default flow is taken when no other condition is true: its own condition has no "
            "effect.",
            node,
            identifier,
        )
        return None, None
    expression = drawing.formula(
        node.text, node, identifier, "The condition", language=node.get("language")
    )
    return expression, expression.text if expression else node.text.strip()


def _check_looking_back(reading: Reading) -> None:
    """Warn of expressions that ask when something was completed which the diagram does not have."""
    for owner, name, node in reading.drawing.looks_back:
        known = owner in reading.elements or owner in reading.flows
        if known and name not in reading.elements:
            reading.drawing.error(
                "dangling_reference",
                f"The expression reads completed.{name}, but this process has no element {name}.",
                node,
                owner,
            )
