"""Attributes and extension elements beyond plain BPMN: refuses or warns of all that would have no effect."""

from __future__ import annotations

from collections import Counter

from engine.execution.reading.drawing import Drawing, bpmn_children, executed
from engine.execution.reading.elements import TOLD
from engine.execution.reading.names import (
    BPMN,
    CAMUNDA,
    EVENT_DEFINITIONS,
    ZEEBE,
    dialect,
    is_true,
)
from engine.execution.reading.vocabulary import (
    DRAWING,
    ENGINES,
    HONOURED_ATTRIBUTES,
    HONOURED_ELEMENTS,
    INSIDE,
    NO_EFFECT,
    REFUSED_ATTRIBUTES,
    REFUSED_ELEMENTS,
)
from engine.model.jobs import RetryPolicy
from engine.model.xml_tree import Node

_SENT = frozenset({"message", "signal"})
"""What takes an event's input parameters along."""

_BINDINGS = {"formRef": "Form", "decisionRef": "Decision", "calledElement": "Process"}


def check(drawing: Drawing) -> None:
    """Note every attribute and extension element that nothing here would honour."""
    foreign: dict[str, list[tuple[Node, str]]] = {}
    owners: dict[int, str | None] = {}
    for node in executed(drawing.root):
        owner = node.get("id") or owners.get(id(node))
        for child in node.children:
            owners[id(child)] = owner
        if node.namespace == BPMN:
            _check_attributes(drawing, node, owner, foreign)
            _check_children(drawing, node, owner, foreign)
            _check_bindings(drawing, node, owner)
    _tell_foreign(drawing, foreign)


def _check_attributes(
    drawing: Drawing,
    node: Node,
    owner: str | None,
    foreign: dict[str, list[tuple[Node, str]]],
) -> None:
    honoured = HONOURED_ATTRIBUTES.get(node.name, frozenset())
    engines = set()
    for attribute, value in node.attributes.items():
        namespace, _, name = attribute.rpartition("}")
        namespace = namespace.removeprefix("{")
        if namespace == ZEEBE:
            _refuse_zeebe(drawing, node, owner)
        elif namespace in ENGINES:
            engines.add((namespace, name))
        elif namespace not in CAMUNDA:
            if namespace and namespace != BPMN:
                foreign.setdefault(namespace, []).append((node, name))
        elif name in honoured:
            _check_effect(drawing, node, owner, name, value)
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
    if engines:
        namespace, _ = min(engines)
        named = ", ".join(sorted(f"“{name}”" for _, name in engines))
        _refuse_engine(drawing, node, owner, ENGINES[namespace], named)


def _check_effect(drawing: Drawing, node: Node, owner: str | None, name: str, value: str) -> None:
    """Warn of an attribute that is known and changes nothing as it is written."""
    reason = NO_EFFECT.get(name)
    if name in ("asyncBefore", "asyncAfter", "async") and not is_true(value):
        return
    if name in ("exclusive", "isStartableInTasklist") and value.strip() != "false":
        return
    if name == "jobPriority" and dialect(node, "type") is not None:
        return
    if name == "taskPriority" and node.name == "process":
        reason = "a task has its own priority: give it to the task"
    if reason is not None:
        drawing.warning("no_effect", f"“{name}” has no effect: {reason}.", node, owner)


def _check_bindings(drawing: Drawing, node: Node, owner: str | None) -> None:
    """Warn of a version that is named but not bound to."""
    for prefix, what in _BINDINGS.items():
        binding = (dialect(node, f"{prefix}Binding") or "latest").strip()
        for suffix, bound in (("Version", "version"), ("VersionTag", "versionTag")):
            named = dialect(node, f"{prefix}{suffix}")
            if named and binding != bound:
                drawing.warning(
                    "no_effect",
                    f"“{prefix}{suffix}” has no effect: the binding is “{binding}”. {what} "
                    f"{named} is used only with the binding “{bound}”.",
                    node,
                    owner,
                )


def _check_children(
    drawing: Drawing,
    node: Node,
    owner: str | None,
    foreign: dict[str, list[tuple[Node, str]]],
) -> None:
    for child in bpmn_children(node):
        if child.name in TOLD:
            drawing.warning(
                "drawn_only",
                f"The {child.name} is part of the drawing only: data is in process variables.",
                child,
                child.get("id") or owner,
            )
        elif child.name == "extensionElements":
            once: Counter[str] = Counter()
            for extension in child.children:
                once[extension.name] += extension.namespace in CAMUNDA
                _check_extension(drawing, node, extension, owner, foreign)
            for name in ("properties", "inputOutput", "failedJobRetryTimeCycle"):
                if once[name] > 1:
                    drawing.error(
                        "ambiguous_element",
                        f"The extension element “{name}” is written twice: keep one.",
                        child,
                        owner,
                    )


def _check_extension(
    drawing: Drawing,
    node: Node,
    extension: Node,
    owner: str | None,
    foreign: dict[str, list[tuple[Node, str]]],
) -> None:
    namespace, name = extension.namespace or "", extension.name
    if namespace == ZEEBE:
        _refuse_zeebe(drawing, extension, owner)
    elif namespace in ENGINES:
        _refuse_engine(drawing, extension, owner, ENGINES[namespace], f"“{name}”")
    elif namespace not in CAMUNDA:
        foreign.setdefault(namespace, []).append((extension, name))
    elif name in REFUSED_ELEMENTS:
        drawing.error("unsupported_element", REFUSED_ELEMENTS[name], extension, owner)
    elif name == "failedJobRetryTimeCycle":
        _check_retries(drawing, node, extension, owner)
    elif name != "properties" and node.name not in HONOURED_ELEMENTS.get(name, ()):
        drawing.error(
            "unknown_element",
            f"The extension element “{name}” is not known on a {node.name} and would have no "
            "effect: remove it.",
            extension,
            owner,
        )
    else:
        if name == "inputOutput":
            _check_parameters_of_event(drawing, node, extension, owner)
        _check_inside(drawing, extension, owner)


def _check_inside(drawing: Drawing, extension: Node, owner: str | None) -> None:
    """Refuse what is written inside a known extension element and would be passed over."""
    waiting = [extension]
    while waiting:
        node = waiting.pop()
        attributes, children = INSIDE[node.name]
        unknown = [name for name in node.attributes if name not in attributes]
        if unknown:
            drawing.error(
                "unknown_attribute",
                f"The attribute “{unknown[0].rpartition('}')[2]}” of a {node.name} is not known and "
                "would have no effect: remove it.",
                node,
                owner,
            )
        named: Counter[tuple[str, str]] = Counter()
        for child in node.children:
            if child.name in children and child.namespace in CAMUNDA:
                waiting.append(child)
                label = child.get("key" if child.name == "entry" else "name")
                if label is not None and child.name != "value":
                    named[child.name, label.strip()] += 1
            else:
                drawing.error(
                    "unsupported_element",
                    REFUSED_ELEMENTS.get(
                        child.name,
                        f"A {child.name} in a {node.name} is not known and would have no effect: "
                        "remove it.",
                    ),
                    child,
                    owner,
                )
        for (kind, label), count in named.items():
            if count > 1:
                drawing.error(
                    "ambiguous_name",
                    f"The {kind} “{label}” is written {count} times, so nobody knows which is "
                    "meant: keep one.",
                    node,
                    owner,
                )
        if node.name == "property" and not (node.get("name") or "").strip():
            drawing.error("missing_name", "An extension property has no name.", node, owner)


def _check_parameters_of_event(
    drawing: Drawing, node: Node, extension: Node, owner: str | None
) -> None:
    """An event's parameters are what it sends: only messages and signals take any along."""
    if node.name not in ("intermediateThrowEvent", "endEvent"):
        return
    definitions = [child for child in bpmn_children(node) if child.name in EVENT_DEFINITIONS]
    if any(dialect(definition, "type") is not None for definition in definitions):
        return
    sent = {EVENT_DEFINITIONS[definition.name] for definition in definitions}
    outputs = [child for child in extension.children if child.name == "outputParameter"]
    if _SENT.isdisjoint(sent) and extension.children:
        drawing.error(
            "unsupported_element",
            "Only message and signal events take input parameters along: give the variables "
            "their values in a script task before it.",
            extension,
            owner,
        )
    elif outputs:
        drawing.error(
            "unsupported_element",
            "An event that throws has no output parameters: give the variables their values in "
            "a script task after it.",
            outputs[0],
            owner,
        )


def _check_retries(drawing: Drawing, node: Node, extension: Node, owner: str | None) -> None:
    _check_inside(drawing, extension, owner)
    definitions = [child for child in bpmn_children(node) if child.name in EVENT_DEFINITIONS]
    works = [dialect(said, "type") for said in (node, *definitions)]
    if not any(works) or node.name not in HONOURED_ELEMENTS[extension.name]:
        drawing.warning(
            "no_effect",
            "“failedJobRetryTimeCycle” has no effect: only external tasks are tried again.",
            extension,
            owner,
        )
        return
    text = extension.text.strip()
    if not text:
        return
    try:
        RetryPolicy.parse(text)
    except (ValueError, OverflowError) as error:
        drawing.error("not_a_time", f"The retries “{text}”: {error}.", extension, owner)


def _tell_foreign(drawing: Drawing, foreign: dict[str, list[tuple[Node, str]]]) -> None:
    """Warn, once for each namespace, of additions by programs that are not known."""
    for namespace, found in foreign.items():
        if namespace.startswith(DRAWING):
            continue
        node, name = found[0]
        drawing.warning(
            "not_read",
            f"Additions of {namespace or 'no namespace'} are not read ({len(found)} of them, first "
            f"“{name}”): they change nothing.",
            node,
        )


def _refuse_engine(
    drawing: Drawing, node: Node, owner: str | None, engine: str, named: str
) -> None:
    drawing.error(
        "other_engine",
        f"{named} was written for {engine} and would have no effect here. Open the diagram in a "
        "modeller for Camunda 7 and say it with that engine's properties.",
        node,
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
