"""Extension elements: properties, clauses, parameters, mappings, retries. Refuses what it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.execution.nodes.call_activity import Mapping
from engine.execution.nodes.said import Parameter, Said, SaidList, SaidMap
from engine.execution.reading.drawing import Drawing, bpmn_children, executed, walk
from engine.execution.reading.elements import TOLD
from engine.execution.reading.names import BPMN, CAMUNDA, ZEEBE, is_true
from engine.execution.reading.vocabulary import (
    HONOURED_ATTRIBUTES,
    HONOURED_ELEMENTS,
    REFUSED_ATTRIBUTES,
    REFUSED_ELEMENTS,
)
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
    for child in node.children:
        if child.name == "list":
            items = [_entry_value(drawing, item, owner, what) for item in child.children]
            return SaidList(tuple(item if item is not None else "" for item in items))
        if child.name == "map":
            entries: dict[str, Said] = {}
            for entry in child.children:
                value = _entry_value(drawing, entry, owner, what)
                entries[entry.get("key") or ""] = value if value is not None else ""
            return SaidMap(entries)
    return _entry_value(drawing, node, owner, what)


def _entry_value(drawing: Drawing, node: Node, owner: str, what: str) -> Said | None:
    text = node.text
    stripped = text.strip()
    if stripped.startswith("="):
        return drawing.formula(text, node, owner, what)
    if drawing.is_juel(stripped, node, owner, what):
        return None
    return stripped


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
    if formula is not None:
        expression = drawing.formula(formula, node, owner, f"{what} to “{target}”")
        return None if expression is None else Mapping(target, expression=expression)
    if not source:
        drawing.error(
            "missing_source", f"{what} to “{target}” does not say its source.", node, owner
        )
        return None
    return Mapping(target, source=source.strip())


def check_vocabulary(drawing: Drawing) -> None:
    """Refuse every attribute and extension element that nothing here would honour."""
    owners: dict[int, str | None] = {}
    for node in executed(drawing.root):
        owner = node.get("id") or owners.get(id(node))
        for child in node.children:
            owners[id(child)] = owner
        if node.namespace == BPMN:
            _check_attributes(drawing, node, owner)
            _check_children(drawing, node, owner)


def _check_attributes(drawing: Drawing, node: Node, owner: str | None) -> None:
    honoured = HONOURED_ATTRIBUTES.get(node.name, frozenset())
    for attribute, value in node.attributes.items():
        namespace, _, name = attribute.rpartition("}")
        namespace = namespace.removeprefix("{")
        if namespace == ZEEBE:
            _refuse_zeebe(drawing, node, owner)
        elif namespace not in CAMUNDA or name in honoured:
            continue
        elif name in REFUSED_ATTRIBUTES:
            drawing.error(
                "unsupported_attribute",
                f"The attribute “{name}” ({value!r}) is not supported. {REFUSED_ATTRIBUTES[name]}",
                node,
                owner,
            )
        else:
            drawing.error(
                "unknown_attribute",
                f"The attribute “{name}” of a {node.name} is not known and would have no effect: "
                "remove it.",
                node,
                owner,
            )
    for name in ("asyncBefore", "asyncAfter", "async"):
        for namespace in CAMUNDA:
            if is_true(node.attributes.get(f"{{{namespace}}}{name}")):
                drawing.warning(
                    "no_effect",
                    f"“{name}” has no effect: a step is stored whole when everything waits again.",
                    node,
                    owner,
                )


def _check_children(drawing: Drawing, node: Node, owner: str | None) -> None:
    for child in node.children:
        if child.namespace == BPMN and child.name in TOLD:
            drawing.warning(
                "drawn_only",
                f"The {child.name} is part of the drawing only: data is in process variables.",
                child,
                child.get("id") or owner,
            )
        elif child.namespace == BPMN and child.name == "extensionElements":
            for extension in child.children:
                _check_extension(drawing, node, extension, owner)


def _check_extension(drawing: Drawing, node: Node, extension: Node, owner: str | None) -> None:
    if extension.namespace == ZEEBE:
        _refuse_zeebe(drawing, extension, owner)
        return
    if extension.namespace not in CAMUNDA:
        return
    name = extension.name
    if name in REFUSED_ELEMENTS:
        drawing.error("unsupported_element", REFUSED_ELEMENTS[name], extension, owner)
    elif name not in HONOURED_ELEMENTS or (name in ("in", "out") and node.name != "callActivity"):
        drawing.error(
            "unknown_element",
            f"The extension element “{name}” is not known on a {node.name} and would have no "
            "effect: remove it.",
            extension,
            owner,
        )
    for inner in walk(extension):
        if inner is not extension and inner.name in ("script", "connector"):
            drawing.error(
                "unsupported_element",
                REFUSED_ELEMENTS[inner.name],
                inner,
                owner,
            )


def _refuse_zeebe(drawing: Drawing, node: Node, owner: str | None) -> None:
    drawing.error(
        "camunda_8",
        "This was drawn for Camunda 8 (zeebe). Draw it for Camunda 7: in the modeller choose "
        "“Camunda Platform 7” for a new diagram.",
        node,
        owner,
    )
