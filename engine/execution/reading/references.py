"""References that only the drawing uses: whether what they name is in the file. Changes nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.execution.reading.drawing import Drawing, bpmn_children, executed, walk
from engine.execution.reading.names import BPMN, BPMNDI, FLOW_NODES, local
from engine.model.xml_tree import Node

_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "messageFlow": ("sourceRef", "targetRef", "messageRef"),
    "participant": ("processRef",),
    "association": ("sourceRef", "targetRef"),
    "dataObjectReference": ("dataObjectRef",),
    "dataStoreReference": ("dataStoreRef",),
}
_TEXTS = frozenset({"incoming", "outgoing", "flowNodeRef"})
_DATA = frozenset({"dataInputAssociation", "dataOutputAssociation"})
_SHAPES = frozenset({"BPMNShape", "BPMNEdge", "BPMNPlane"})


def check(drawing: Drawing) -> None:
    """Warn of references to nothing, and of message flows whose two ends speak of different messages."""
    known = {node.get("id"): node for node in walk(drawing.root) if node.namespace == BPMN}
    for node, owner, attribute, reference in _references(drawing):
        if local(reference) not in known:
            drawing.warning(
                "dangling_reference",
                f"The {node.name} refers to {local(reference)} ({attribute}), which is not in this "
                "file: draw it anew in the modeller, or remove it.",
                node,
                owner,
            )
    for node in walk(drawing.root):
        if node.name == "messageFlow" and node.namespace == BPMN:
            _check_messages(drawing, node, known)


def _references(drawing: Drawing) -> Iterator[tuple[Node, str | None, str, str]]:
    """Yield each reference: its node, the element it belongs to, how it is written, what it names."""
    owners: dict[int, str | None] = {}
    for node in executed(drawing.root):
        owner = node.get("id") or owners.get(id(node))
        for child in node.children:
            owners[id(child)] = owner
        if node.namespace == BPMN:
            for attribute in _ATTRIBUTES.get(node.name, ()):
                reference = node.get(attribute)
                if reference:
                    yield node, owner, attribute, reference
            if node.name in _TEXTS and node.text.strip():
                yield node, owner, node.name, node.text
            if node.name in _DATA:
                for end in bpmn_children(node):
                    if end.name in ("sourceRef", "targetRef") and end.text.strip():
                        yield node, owner, end.name, end.text
        elif node.namespace == BPMNDI and node.name in _SHAPES:
            reference = node.get("bpmnElement")
            if reference:
                # Shapes are many: the finding stands at the shape, not at an element.
                yield node, node.get("id"), "bpmnElement", reference


def _check_messages(drawing: Drawing, flow: Node, known: dict[str | None, Node]) -> None:
    """Messages find who waits by their name, so both ends of a message flow must name the same."""
    ends = [known.get(local(flow.get(end))) for end in ("sourceRef", "targetRef")]
    names = [_message(end, known) for end in ends if end is not None and end.name in FLOW_NODES]
    said = known.get(local(flow.get("messageRef")))
    if said is not None:
        names.append((said.get("name") or "").strip())
    different = sorted({name for name in names if name})
    if len(different) > 1:
        drawing.warning(
            "message_flow",
            f"The message flow connects different messages ({', '.join(different)}): a message "
            "finds who waits for it by its name. Choose the same message at both ends.",
            flow,
        )


def _message(node: Node, known: dict[str | None, Node]) -> str:
    """Return the name of the message that a task or event sends or waits for, if it is one."""
    said = [node, *(c for c in bpmn_children(node) if c.name == "messageEventDefinition")]
    for place in said:
        message = known.get(local(place.get("messageRef")))
        if message is not None and message.name == "message":
            return (message.get("name") or "").strip()
    return ""
