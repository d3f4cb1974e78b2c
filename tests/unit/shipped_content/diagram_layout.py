"""Finds what is wrong with how a BPMN diagram is drawn. Knows no procedure and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
NOT_DRAWN = ("documentation", "extensionElements", "incoming", "outgoing")

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: a shape or a label."""

    name: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def touches(self, point: Point) -> bool:
        x, y = point
        return (
            self.x - 1 <= x <= self.x + self.width + 1
            and self.y - 1 <= y <= self.y + self.height + 1
        )

    def is_entered_by(self, start: Point, end: Point) -> bool:
        """Say whether a horizontal or vertical line runs through the inside."""
        (ax, ay), (bx, by) = start, end
        return (
            min(ax, bx) < self.x + self.width - 1
            and max(ax, bx) > self.x + 1
            and min(ay, by) < self.y + self.height - 1
            and max(ay, by) > self.y + 1
        )


@dataclass(frozen=True)
class Line:
    """A sequence flow as drawn."""

    name: str
    source: str
    target: str
    points: tuple[Point, ...]

    def segments(self) -> Iterator[tuple[Point, Point]]:
        yield from zip(self.points, self.points[1:], strict=False)


class Drawing:
    """The shapes, lines and labels of one diagram."""

    def __init__(self, source: bytes) -> None:
        root = etree.fromstring(source)
        self.parents: dict[str, str] = {}
        self.hosts: dict[str, str] = {}
        self.nodes: list[str] = []
        self.flows: dict[str, tuple[str, str]] = {}
        for process in root.iter(f"{BPMN}process"):
            self._read(process)
        self.shapes: dict[str, Box] = {}
        self.lines: dict[str, Line] = {}
        self.labels: list[Box] = []
        for shape in root.iter(f"{DI}BPMNShape"):
            self.shapes[shape.get("bpmnElement")] = _box(shape, shape.get("bpmnElement"))
            self._label(shape)
        for edge in root.iter(f"{DI}BPMNEdge"):
            name = edge.get("bpmnElement")
            points = tuple((float(p.get("x")), float(p.get("y"))) for p in edge.iter(WAYPOINT))
            self.lines[name] = Line(name, *self.flows[name], points)
            self._label(edge)

    def _read(self, scope: etree._Element) -> None:
        for element in scope.iterchildren(f"{BPMN}*"):
            kind, name = etree.QName(element).localname, element.get("id")
            if kind in NOT_DRAWN or name is None:
                continue
            if kind == "sequenceFlow":
                self.flows[name] = (element.get("sourceRef"), element.get("targetRef"))
                continue
            if kind.endswith("EventDefinition"):
                continue
            self.nodes.append(name)
            self.parents[name] = scope.get("id")
            if element.get("attachedToRef"):
                self.hosts[name] = element.get("attachedToRef")
            self._read(element)

    def _label(self, drawn: etree._Element) -> None:
        label = drawn.find(f"{DI}BPMNLabel")
        if label is not None and label.find(f"{DC}Bounds") is not None:
            self.labels.append(_box(label, f"label of {drawn.get('bpmnElement')}"))

    def surrounds(self, outer: str, inner: str) -> bool:
        """Say whether `inner` lies in the sub-process `outer`, or sits on its border."""
        at: str | None = inner
        while at is not None:
            if outer in (at, self.hosts.get(at)):
                return True
            at = self.parents.get(at)
        return False


def findings(source: bytes) -> list[str]:
    """Return a sentence for everything that is badly drawn; none for a good diagram."""
    drawing = Drawing(source)
    return [
        *_not_drawn(drawing),
        *_overlapping_shapes(drawing),
        *_bad_lines(drawing),
        *_crossing_lines(drawing),
        *_hidden_labels(drawing),
    ]


def _box(drawn: etree._Element, name: str) -> Box:
    bounds = drawn.find(f"{DC}Bounds")
    return Box(name, *(float(bounds.get(key)) for key in ("x", "y", "width", "height")))


def _not_drawn(drawing: Drawing) -> Iterator[str]:
    for name in drawing.nodes:
        if name not in drawing.shapes:
            yield f"{name} has no shape"
    for name in drawing.flows:
        if name not in drawing.lines:
            yield f"{name} has no line"


def _overlapping_shapes(drawing: Drawing) -> Iterator[str]:
    for one, other in combinations(drawing.shapes.values(), 2):
        related = drawing.surrounds(one.name, other.name) or drawing.surrounds(
            other.name, one.name
        )
        if one.overlaps(other) and not related:
            yield f"{one.name} and {other.name} overlap"


def _bad_lines(drawing: Drawing) -> Iterator[str]:
    for line in drawing.lines.values():
        source, target = drawing.shapes[line.source], drawing.shapes[line.target]
        if not source.touches(line.points[0]) or not target.touches(line.points[-1]):
            yield f"{line.name} does not meet its ends"
        (first_x, first_y), (last_x, last_y) = line.points[0], line.points[-1]
        # A loop returns on a row of its own.
        if last_x < first_x - 1 and last_y == first_y:
            yield f"{line.name} runs from right to left"
        for start, end in line.segments():
            if start[0] != end[0] and start[1] != end[1]:
                yield f"{line.name} is slanted"
            for box in drawing.shapes.values():
                ends = (line.source, line.target)
                around = any(drawing.surrounds(box.name, end_) for end_ in ends)
                forbidden = box.name in ends or not around
                if forbidden and box.is_entered_by(start, end):
                    yield f"{line.name} runs through {box.name}"


def _crossing_lines(drawing: Drawing) -> Iterator[str]:
    for one, other in combinations(drawing.lines.values(), 2):
        # Lines that leave or reach the same gateway may share a trunk.
        if one.source == other.source or one.target == other.target:
            continue
        if any(_meet(a, b) for a in one.segments() for b in other.segments()):
            yield f"{one.name} and {other.name} cross"


def _meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    return max(min(ax, bx), min(cx, dx)) <= min(max(ax, bx), max(cx, dx)) and max(
        min(ay, by), min(cy, dy)
    ) <= min(max(ay, by), max(cy, dy))


def _hidden_labels(drawing: Drawing) -> Iterator[str]:
    for label in drawing.labels:
        for box in drawing.shapes.values():
            inside = label.x >= box.x and label.x + label.width <= box.x + box.width
            if label.overlaps(box) and not (inside and _holds_others(drawing, box.name)):
                yield f"{label.name} lies on {box.name}"
        for line in drawing.lines.values():
            if any(label.is_entered_by(start, end) for start, end in line.segments()):
                yield f"{label.name} lies on {line.name}"
    for one, other in combinations(drawing.labels, 2):
        if one.overlaps(other):
            yield f"{one.name} and {other.name} overlap"


def _holds_others(drawing: Drawing, name: str) -> bool:
    return name in drawing.parents.values()
