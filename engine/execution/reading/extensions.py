"""Extension elements: reads properties, clauses, parameters, mappings and retries of an element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.execution.nodes.call_activity import Mapping
from engine.execution.nodes.said import Parameter, Said, SaidList, SaidMap
from engine.execution.reading.drawing import Drawing, bpmn_children
from engine.execution.reading.names import CAMUNDA, is_true
from engine.model.xml_tree import Node

CLAUSES = "clauses"
CORRELATION_KEY = "correlation_key"


@dataclass(slots=True)
class Extensions:
    """What an element's extension elements say."""

    properties: dict[str, str] = field(default_factory=dict)
    inputs: list[Parameter] = field(default_factory=list)
    outputs: list[Parameter] = field(default_factory=list)
    goes_in: list[Mapping] = field(default_factory=list)
    comes_out: list[Mapping] = field(default_factory=list)
    business_key: Said | None = None
    retry_cycle: str | None = None

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that the property “clauses” cites, in their order."""
        cited = re.split(r"[,;\s]+", self.properties.get(CLAUSES, ""))
        return tuple(dict.fromkeys(clause for clause in cited if clause))


def extension_nodes(node: Node) -> Iterator[Node]:
    """Yield the dialect's extension elements of a node."""
    for child in bpmn_children(node):
        if child.name == "extensionElements":
            for extension in child.children:
                if extension.namespace in CAMUNDA:
                    yield extension


def properties_of(node: Node) -> dict[str, str]:
    """Return the extension properties of a node."""
    found: dict[str, str] = {}
    for extension in extension_nodes(node):
        if extension.name == "properties":
            for entry in extension.children:
                name = entry.get("name")
                if entry.name == "property" and name:
                    found[name] = entry.get("value") or ""
    return found


def clauses_of(node: Node) -> tuple[str, ...]:
    """Return the clauses that a node cites."""
    return Extensions(properties=properties_of(node)).clauses


def read(drawing: Drawing, node: Node, owner: str) -> Extensions:
    """Read the extension elements of an activity or event."""
    extensions = Extensions(properties=properties_of(node))
    for extension in extension_nodes(node):
        if extension.name == "inputOutput":
            _parameters(drawing, extension, owner, extensions)
        elif extension.name == "in":
            _mapping_in(drawing, extension, owner, extensions)
        elif extension.name == "out":
            mapping = _mapping(drawing, extension, owner, "An out mapping")
            if mapping is not None:
                drawing.writes(owner, mapping.target, "An out mapping", extension)
                extensions.comes_out.append(mapping)
        elif extension.name == "failedJobRetryTimeCycle":
            extensions.retry_cycle = extension.text.strip() or None
    return extensions


def _parameters(drawing: Drawing, node: Node, owner: str, extensions: Extensions) -> None:
    for entry in node.children:
        is_input = entry.name == "inputParameter"
        what = "Input parameter" if is_input else "Output parameter"
        name = (entry.get("name") or "").strip()
        if not name:
            drawing.error("missing_name", f"{what} has no name.", entry, owner)
            continue
        what = f"{what} “{name}”"
        said = _parameter_value(drawing, entry, owner, what)
        if drawing.writes(owner, name, what, entry) is not None:
            target = extensions.inputs if is_input else extensions.outputs
            target.append(Parameter(name, said if said is not None else ""))


def _parameter_value(drawing: Drawing, node: Node, owner: str, what: str) -> Said | None:
    """Return what a parameter, an item of a list or an entry of a map says."""
    for child in node.children:
        if child.name in ("list", "map"):
            return _collection(drawing, child, owner, what)
    text = node.text
    stripped = text.strip()
    if stripped.startswith("="):
        return drawing.formula(text, node, owner, what)
    if drawing.is_juel(stripped, node, owner, what):
        return None
    return stripped


def _collection(drawing: Drawing, node: Node, owner: str, what: str) -> Said:
    """Return a list or map, whose entries may be lists and maps again."""
    said: list[Said] = []
    for entry in node.children:
        nested = node.name == "list" and entry.name in ("list", "map")
        value = (
            _collection(drawing, entry, owner, what)
            if nested
            else _parameter_value(drawing, entry, owner, what)
        )
        said.append(value if value is not None else "")
    if node.name == "list":
        return SaidList(tuple(said))
    keys = [entry.get("key") or "" for entry in node.children]
    return SaidMap(dict(zip(keys, said, strict=True)))


def _mapping_in(drawing: Drawing, node: Node, owner: str, extensions: Extensions) -> None:
    if node.get("businessKey") is not None:
        extensions.business_key = drawing.said(
            node.get("businessKey"), node, owner, "The business key"
        )
        return
    mapping = _mapping(drawing, node, owner, "An in mapping")
    if mapping is not None:
        extensions.goes_in.append(mapping)


def _mapping(drawing: Drawing, node: Node, owner: str, what: str) -> Mapping | None:
    if is_true(node.get("local")):
        drawing.error(
            "unsupported_attribute",
            f"{what} is restricted to local variables, which is not supported: name the variables.",
            node,
            owner,
        )
        return None
    variables, target = node.get("variables"), (node.get("target") or "").strip()
    source, formula = node.get("source"), node.get("sourceExpression")
    if variables is not None:
        if variables != "all":
            drawing.error(
                "unknown_value",
                f"{what} has variables “{variables}”: only “all” is known.",
                node,
                owner,
            )
        return Mapping(None)
    if not target:
        drawing.error("missing_target", f"{what} does not say its target variable.", node, owner)
        return None
    if formula is not None and source:
        drawing.error(
            "ambiguous_source",
            f"{what} to “{target}” has both a source and a source expression: keep one.",
            node,
            owner,
        )
        return None
    if formula is not None:
        expression = drawing.formula(formula, node, owner, f"{what} to “{target}”")
        return None if expression is None else Mapping(target, expression=expression)
    if not source:
        drawing.error(
            "missing_source", f"{what} to “{target}” does not say its source.", node, owner
        )
        return None
    return Mapping(target, source=source.strip())
