"""Reads a BPMN file into process specifications, or says what is wrong with it. Runs nothing."""

from __future__ import annotations

from engine.execution.process_spec import ProcessSpec
from engine.execution.reading import additions, layout, references, schema
from engine.execution.reading.drawing import (
    Drawing,
    Thrown,
    bpmn_children,
    executed,
    is_executable,
    walk,
)
from engine.execution.reading.elements import REFUSED
from engine.execution.reading.findings import Findings, Place
from engine.execution.reading.names import BPMN, FLOW_NODES, dialect, is_true
from engine.execution.reading.processes import read_process
from engine.model.problems import Problem
from engine.model.xml_tree import Node, SourceRefused
from engine.model.xml_tree import read as read_xml

MOST_NODES = 5_000
COMPENSATE = "##Compensate"


def parse(source: bytes, *, file: str) -> tuple[list[ProcessSpec], list[Problem]]:
    """Read and check a BPMN diagram.

    Returns its executable processes and everything found wrong, errors and warnings; no process
    when there is an error. Never raises, whatever the bytes are; time and memory are bounded.
    """
    findings = Findings(file)
    try:
        specs = _parse(source, file, findings)
    except RecursionError:
        findings.error("too_deep", "The diagram is nested too deeply to be read.", Place())
        specs = []
    return ([] if findings.refused else specs), list(findings.problems)


LONGEST_ID = 200
MOST_ELEMENTS = 30_000
"""XML elements of one file, its drawing included: far beyond what anybody can read, and read in seconds."""


def _parse(source: bytes, file: str, findings: Findings) -> list[ProcessSpec]:
    try:
        root = read_xml(source, most_elements=MOST_ELEMENTS)
    except SourceRefused as error:
        findings.error("not_xml", str(error), Place(line=error.line, column=error.column))
        return []
    if root.name != "definitions" or root.namespace != BPMN:
        findings.error(
            "not_bpmn",
            "This is not a BPMN 2.0 diagram: its outermost element is not bpmn:definitions.",
            Place(line=root.line, column=root.column),
        )
        return []
    drawing = Drawing(root, findings)
    _check_ids(drawing)
    _check_nodes(drawing)
    additions.check(drawing)
    schema.check(source, root, findings)
    if findings.refused:
        return []
    _read_definitions(drawing)
    specs = [
        spec
        for process in bpmn_children(root)
        if process.name == "process" and is_executable(process)
        if (spec := read_process(drawing, process, file)) is not None
    ]
    if not specs and not findings.refused:
        findings.error(
            "no_process",
            "The diagram has no executable process: set “Executable” on the process.",
            drawing.place(root),
        )
    layout.check(drawing)
    references.check(drawing)
    _say_what_does_not_run(drawing)
    return specs


def _say_what_does_not_run(drawing: Drawing) -> None:
    """Warn of processes beside the executable ones: a pool that nobody meant to be mere drawing."""
    for process in bpmn_children(drawing.root):
        if process.name == "process" and not is_executable(process):
            drawing.warning(
                "not_executable",
                f"The process {process.get('name') or process.get('id')} is part of the drawing "
                "only: set “Executable” on it if it shall run.",
                process,
            )


def _check_ids(drawing: Drawing) -> None:
    seen: dict[str, Node] = {}
    for node in walk(drawing.root):
        identifier = node.get("id") if node.namespace == BPMN else None
        called = node.get("name") if node.name in ("message", "signal") else None
        if len(identifier or "") > LONGEST_ID or len(called or "") > LONGEST_ID:
            drawing.error(
                "too_long",
                f"Ids, and the names of messages and signals, have at most {LONGEST_ID} characters.",
                node,
            )
        if identifier is None:
            continue
        if identifier in seen:
            drawing.error(
                "duplicate_id",
                f"The id {identifier} is used twice (first in line {seen[identifier].line}): give "
                "one of the elements another id.",
                node,
            )
        seen.setdefault(identifier, node)


def _check_nodes(drawing: Drawing) -> None:
    drawn = sum(node.name in FLOW_NODES for node in walk(drawing.root))
    if drawn > MOST_NODES:
        drawing.error(
            "too_large",
            f"The file draws {drawn:,} elements, more than {MOST_NODES:,}: divide it with call "
            "activities.",
            drawing.root,
        )
    owners: dict[int, str | None] = {}
    for node in executed(drawing.root):
        if node.namespace != BPMN:
            continue
        if node.name in REFUSED:
            drawing.error("unsupported_element", REFUSED[node.name], node, owners.get(id(node)))
        for child in node.children:
            owners[id(child)] = node.get("id") or owners.get(id(node))
        _check_standard_attributes(drawing, node)


def _check_standard_attributes(drawing: Drawing, node: Node) -> None:
    """Refuse what BPMN's own attributes ask for and nothing here would do."""
    for attribute in ("startQuantity", "completionQuantity"):
        if (node.get(attribute) or "1").strip() != "1":
            drawing.error(
                "unsupported_attribute",
                f"Only a {attribute} of 1 is supported: draw a parallel gateway for several tokens.",
                node,
            )
    if node.name == "eventBasedGateway" and (
        is_true(node.get("instantiate")) or node.get("eventGatewayType") == "Parallel"
    ):
        drawing.error(
            "unsupported_element",
            "An event-based gateway that begins instances, or waits for all its events, is "
            "not supported: draw several start events, or a parallel gateway.",
            node,
        )
    if node.name == "transaction" and (node.get("method") or COMPENSATE) != COMPENSATE:
        drawing.error(
            "unsupported_attribute",
            f"The transaction's method “{node.get('method')}” is not supported: a cancelled "
            "transaction is undone by compensation. Remove the method.",
            node,
        )
    if node.name == "sequenceFlow" and node.get("isImmediate") in ("false", "0"):
        drawing.error(
            "unsupported_attribute",
            "The flow leaves room for activities that are not drawn (isImmediate is false): draw "
            "them, and remove isImmediate.",
            node,
        )
    if node.get("operationRef") is not None:
        drawing.warning(
            "no_effect",
            "The operation has no effect: no interface is called. What is done is said by a "
            "message, or by an external task's topic.",
            node,
        )
    if (node.get("implementation") or "##").startswith("##") is False:
        drawing.warning(
            "no_effect",
            f"The implementation “{node.get('implementation')}” has no effect: what a task does "
            "is said by its message, form, decision or topic.",
            node,
        )


def _read_definitions(drawing: Drawing) -> None:
    language = (drawing.root.get("expressionLanguage") or "").lower()
    drawing.feel_by_default = "feel" in language
    for node in bpmn_children(drawing.root):
        identifier, name = node.get("id") or "", (node.get("name") or "").strip()
        if node.name == "message":
            drawing.messages[identifier] = name
        elif node.name == "signal":
            drawing.signals[identifier] = name
        elif node.name == "error":
            message = dialect(node, "errorMessage") or name
            drawing.errors[identifier] = Thrown((node.get("errorCode") or "").strip(), message)
        elif node.name == "escalation":
            code = (node.get("escalationCode") or "").strip()
            drawing.escalations[identifier] = Thrown(code, name)
