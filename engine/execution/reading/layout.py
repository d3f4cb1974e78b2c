"""Whether everything has its place in the drawing. A diagram without layout runs, but nobody sees it."""

from __future__ import annotations

from engine.execution.reading.drawing import Drawing, walk
from engine.execution.reading.names import BPMN, BPMNDI, FLOW_NODES, local

_MOST_NAMED = 5


def check(drawing: Drawing) -> None:
    """Warn of elements and flows that have no shape or edge."""
    drawn = set()
    wanted = []
    for node in walk(drawing.root):
        if node.namespace == BPMNDI and node.name in ("BPMNShape", "BPMNEdge"):
            drawn.add(local(node.get("bpmnElement")))
        elif node.namespace == BPMN and (node.name in FLOW_NODES or node.name == "sequenceFlow"):
            wanted.append(node)
    missing = [node for node in wanted if node.get("id") not in drawn]
    if not missing:
        return
    if not drawn:
        drawing.warning(
            "no_layout",
            "The file has no drawing (diagram interchange): it runs, but cannot be shown.",
            drawing.root,
        )
        return
    named = ", ".join(str(node.get("id")) for node in missing[:_MOST_NAMED])
    more = len(missing) - _MOST_NAMED
    drawing.warning(
        "no_layout",
        f"Not in the drawing: {named}{f' and {more} more' if more > 0 else ''}.",
        missing[0],
    )
