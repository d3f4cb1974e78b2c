"""Reads where a diagram's shapes and edges lie from its BPMN file. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.model.xml_tree import Node, read

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
_EVENT_DEFINITION = "EventDefinition"
_CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the drawing's own units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing drawn. `type` is its BPMN name; `event` what an event waits for or throws.

    `marks` are words for what is drawn besides: `expanded`, `collapsed`, `parallel`, `sequential`,
    `loop`, `dashed` (does not interrupt) and `thrown`.
    """

    id: str
    type: str
    name: str
    box: Box
    event: str = ""
    label: Box | None = None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow, or another connection, through its points."""

    id: str
    type: str
    name: str
    points: tuple[tuple[float, float], ...]
    label: Box | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a file draws, containers before what they hold; `box` is around all of it."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    box: Box


def read_picture(source: bytes) -> Picture | None:
    """Return the drawing of a BPMN file; None when it has none."""
    root = read(source)
    elements = {node.get("id"): node for node in _walk(root) if node.namespace == BPMN}
    shapes: list[Shape] = []
    edges: list[Edge] = []
    for node in _walk(root):
        element = elements.get(_local(node.get("bpmnElement")))
        if node.namespace != BPMNDI or element is None:
            continue
        if node.name == "BPMNShape" and (box := _bounds(node)) is not None:
            shapes.append(_shape(node, element, box))
        elif node.name == "BPMNEdge":
            edges.append(_edge(node, element))
    if not shapes:
        return None
    shapes.sort(key=lambda shape: -shape.box.width * shape.box.height)
    return Picture(tuple(shapes), tuple(edges), _around(shapes, edges))


def _shape(node: Node, element: Node, box: Box) -> Shape:
    definitions = [
        child.name.removesuffix(_EVENT_DEFINITION)
        for child in element.children
        if child.namespace == BPMN and child.name.endswith(_EVENT_DEFINITION)
    ]
    return Shape(
        id=element.get("id") or "",
        type=element.name,
        name=" ".join((element.get("name") or "").split()),
        box=box,
        event=definitions[0] if len(definitions) == 1 else "multiple" if definitions else "",
        label=_label(node),
        marks=frozenset(_marks(node, element)),
    )


def _marks(node: Node, element: Node) -> Iterator[str]:
    if element.name in _CONTAINERS:
        yield "expanded" if node.get("isExpanded") == "true" else "collapsed"
    if (loop := element.first("multiInstanceLoopCharacteristics")) is not None:
        yield "sequential" if loop.get("isSequential") == "true" else "parallel"
    if element.first("standardLoopCharacteristics") is not None:
        yield "loop"
    if element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false":
        yield "dashed"
    if element.get("triggeredByEvent") == "true":
        yield "dashed"
    if element.name in ("intermediateThrowEvent", "endEvent"):
        yield "thrown"


def _edge(node: Node, element: Node) -> Edge:
    points = tuple(
        (float(point.get("x") or 0), float(point.get("y") or 0))
        for point in node.children
        if point.name == "waypoint"
    )
    return Edge(
        id=element.get("id") or "",
        type=element.name,
        name=" ".join((element.get("name") or "").split()),
        points=points,
        label=_label(node),
    )


def _label(node: Node) -> Box | None:
    label = node.first("BPMNLabel")
    return _bounds(label) if label is not None else None


def _bounds(node: Node) -> Box | None:
    bounds = next((child for child in node.children if child.name == "Bounds"), None)
    if bounds is None:
        return None
    try:
        x, y, width, height = (
            float(bounds.get(name) or 0) for name in ("x", "y", "width", "height")
        )
    except ValueError:
        return None
    return Box(x, y, width, height)


def _around(shapes: list[Shape], edges: list[Edge]) -> Box:
    boxes = [shape.box for shape in shapes]
    labels = [*(shape.label for shape in shapes), *(edge.label for edge in edges)]
    boxes += [label for label in labels if label is not None]
    boxes += [Box(x, y, 0, 0) for edge in edges for x, y in edge.points]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)


def _local(name: str | None) -> str | None:
    return name.rpartition(":")[2] if name else None


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)
