"""Draws a diagram as SVG: shapes, flows, and the tokens in them. Colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from html import escape

from markupsafe import Markup

from web.diagrams.picture import Edge, Picture, Shape

MARGIN = 24
LINE = 14
"""Between the base lines of a text, in the drawing's units."""
LETTER = 6.1
"""About the width of a letter of 12 px Arial."""

ICONS: Mapping[str, str] = {
    "userTask": "M5 9a4 4 0 1 1 8 0a4 4 0 1 1-8 0M2 20c0-9 14-9 14 0z",
    "manualTask": "M2 12l5-4h5l-2 2h6v3H9h7v3H8h6v3H5l-3-2z",
    "businessRuleTask": "M2 4h15v13H2zM2 8h15M8 8v9",
    "serviceTask": "M9 5a5 5 0 1 1 0 10a5 5 0 1 1 0-10M9 2v3M9 15v3M1 10h3M14 10h3M3 4l3 3M12 13l3 3M15 4l-3 3M6 13l-3 3",
    "sendTask": "M2 5h15v11H2zM2 5l7.500 6L17 5",
    "receiveTask": "M2 5h15v11H2zM2 5l7.500 6L17 5",
    "scriptTask": "M4 3h11q-4 4 0 7t0 8H4q4-4 0-8t0-7M6 7h6M8 11h6M7 15h6",
}
GATEWAYS: Mapping[str, str] = {
    "exclusiveGateway": "M-8-8L8 8M8-8L-8 8",
    "parallelGateway": "M0-11V11M-11 0H11",
    "inclusiveGateway": "M-10 0a10 10 0 1 1 20 0a10 10 0 1 1-20 0",
    "complexGateway": "M0-11V11M-11 0H11M-8-8L8 8M8-8L-8 8",
    "eventBasedGateway": "M-12 0a12 12 0 1 1 24 0a12 12 0 1 1-24 0M0-7L7-1L4 7H-4L-7-1z",
}
EVENTS: Mapping[str, str] = {
    "timer": "M-10 0a10 10 0 1 1 20 0a10 10 0 1 1-20 0M0-7V0L5 3",
    "message": "M-9-6H9V6H-9zM-9-6L0 1L9-6",
    "signal": "M0-9L9 7H-9z",
    "error": "M-8 8L-3-7L3 3L8-8L3 8L-3-1z",
    "escalation": "M0-9L7 8L0 1L-7 8z",
    "conditional": "M-7-9H7V9H-7zM-4-5H4M-4 0H4M-4 5H4",
    "link": "M-9-4H2V-8L10 0L2 8V4H-9z",
    "compensate": "M-1-7L-9 0L-1 7zM8-7L0 0L8 7z",
    "cancel": "M-7-7L7 7M7-7L-7 7",
    "terminate": "M-9 0a9 9 0 1 1 18 0a9 9 0 1 1-18 0",
    "multiple": "M0-9L9-2L5 8H-5L-9-2z",
}
_LOOPS: Mapping[str, str] = {
    "parallel": "M-4-5V5M0-5V5M4-5V5",
    "sequential": "M-5-4H5M-5 0H5M-5 4H5",
    "loop": "M-4 4A6 6 0 1 1 3 5M-5 0V5H0",
    "collapsed": "M-7-7H7V7H-7zM0-4V4M-4 0H4",
}
_FLAT = frozenset({"participant", "lane"})


def draw(
    picture: Picture, *, name: str, title: str, tokens: Mapping[str, int], been: Collection[str]
) -> Markup:
    """Return the drawing with `tokens` (element → how many wait there) and where some have `been`.

    `name` keeps ids apart when a page shows several; `title` is what a screen reader says.
    """
    box = picture.box
    width, height = round(box.width + 2 * MARGIN), round(box.height + 2 * MARGIN)
    view = f"{box.x - MARGIN:g} {box.y - MARGIN:g} {width} {height}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}"'
        f' viewBox="{view}" aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-desc">{escape(described(picture, tokens))}</desc>',
        f'<defs><marker id="{name}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path class="mark--solid" d="M0 1L10 5L0 9z"/></marker></defs>',
    ]
    containers = [shape for shape in picture.shapes if _holds(shape)]
    others = [shape for shape in picture.shapes if not _holds(shape)]
    for shape in containers:
        parts += _shape(shape, tokens, been)
    for edge in picture.edges:
        parts += _edge(edge, name)
    for shape in others:
        parts += _shape(shape, tokens, been)
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - every text in it is escaped


def described(picture: Picture, tokens: Mapping[str, int]) -> str:
    """Return where the tokens are, in words."""
    names = [shape.name or shape.id for shape in picture.shapes if tokens.get(shape.id)]
    if not names:
        return "Nothing waits in this diagram."
    return f"Marked places, where the procedure waits: {', '.join(sorted(names))}."


def _holds(shape: Shape) -> bool:
    return shape.type in _FLAT or "expanded" in shape.marks


def _shape(shape: Shape, tokens: Mapping[str, int], been: Collection[str]) -> Iterator[str]:
    number = tokens.get(shape.id, 0)
    state = "here" if number else "been" if shape.id in been else ""
    yield f'<g class="{state}">' if state else "<g>"
    if shape.name:
        yield f"<title>{escape(shape.name)}{' (waits here)' if number else ''}</title>"
    if shape.type.endswith("Event"):
        yield from _event(shape)
    elif shape.type.endswith("Gateway"):
        yield from _gateway(shape)
    elif shape.type in ("textAnnotation", "dataObjectReference", "dataStoreReference"):
        yield from _text(shape.name, shape.box.x + 6, shape.box.y + 14, shape.box.width, "start")
    elif shape.type != "group":
        yield from _activity(shape)
    if number and not _holds(shape):
        yield from _token(shape, number)
    yield "</g>"


def _event(shape: Shape) -> Iterator[str]:
    (x, y), radius = shape.box.centre, shape.box.width / 2
    dashed = ' stroke-dasharray="4 3"' if "dashed" in shape.marks else ""
    end = " shape--end" if shape.type == "endEvent" else ""
    yield f'<circle class="shape{end}" cx="{x:g}" cy="{y:g}" r="{radius:g}"{dashed}/>'
    if shape.type not in ("startEvent", "endEvent"):
        yield f'<circle class="mark" cx="{x:g}" cy="{y:g}" r="{radius - 3:g}"{dashed}/>'
    if path := EVENTS.get(shape.event):
        solid = "thrown" in shape.marks and shape.event not in ("timer", "cancel")
        yield _mark(path, x, y, radius / 22, solid=solid)
    yield from _outside(shape)


def _gateway(shape: Shape) -> Iterator[str]:
    box, (x, y) = shape.box, shape.box.centre
    corners = f"M{x:g} {box.y:g}L{box.x + box.width:g} {y:g}L{x:g} {box.y + box.height:g}L{box.x:g} {y:g}z"
    yield f'<path class="shape" d="{corners}"/>'
    if path := GATEWAYS.get(shape.type):
        yield _mark(path, x, y, box.width / 50)
    yield from _outside(shape)


def _activity(shape: Shape) -> Iterator[str]:
    box = shape.box
    kind = " shape--lane" if shape.type in _FLAT else " shape--container" if _holds(shape) else ""
    if shape.type == "callActivity":
        kind += " shape--end"
    rounded = 0 if shape.type in _FLAT else 8
    dashed = ' stroke-dasharray="4 3"' if "dashed" in shape.marks else ""
    yield (
        f'<rect class="shape{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}"'
        f' height="{box.height:g}" rx="{rounded}"{dashed}/>'
    )
    if path := ICONS.get(shape.type):
        yield _mark(path, box.x + 5, box.y + 4, 0.8)
    x, y = shape.box.centre
    if _holds(shape):
        yield from _text(shape.name, box.x + 10, box.y + 18, box.width - 20, "start")
    else:
        lines = wrapped(shape.name, box.width - 10)
        yield from _lines(lines, x, y - (len(lines) - 1) * LINE / 2 + 4, "middle")
    marks = [_LOOPS[mark] for mark in sorted(shape.marks) if mark in _LOOPS]
    for place, path in enumerate(marks):
        yield _mark(path, x + (place - (len(marks) - 1) / 2) * 18, box.y + box.height - 10, 1)


def _outside(shape: Shape) -> Iterator[str]:
    if not shape.name:
        return
    label = shape.label
    if label is not None:
        lines = wrapped(shape.name, max(label.width, 60) + 14)
        yield from _lines(lines, label.x + label.width / 2, label.y + 11, "middle")
    else:
        x, _ = shape.box.centre
        yield from _text(shape.name, x, shape.box.y + shape.box.height + 15, 96, "middle")


def _edge(edge: Edge, name: str) -> Iterator[str]:
    if len(edge.points) < 2:
        return
    path = "L".join(f"{x:g} {y:g}" for x, y in edge.points)
    flows = edge.type in ("sequenceFlow", "messageFlow")
    arrow = f' marker-end="url(#{name}-arrow)"' if flows else ""
    yield f'<path class="{"flow" if flows else "link"}" d="M{path}"{arrow}/>'
    if not edge.name:
        return
    if edge.label is not None:
        x, y = edge.label.x + edge.label.width / 2, edge.label.y + 11
        yield from _lines(wrapped(edge.name, max(edge.label.width, 40) + 14), x, y, "middle")
    else:
        (x1, y1), (x2, y2) = edge.points[0], edge.points[1]
        yield from _text(edge.name, (x1 + x2) / 2, (y1 + y2) / 2 - 5, 90, "middle")


def _token(shape: Shape, number: int) -> Iterator[str]:
    x, y = shape.box.x + shape.box.width, shape.box.y
    yield f'<circle class="token" cx="{x:g}" cy="{y:g}" r="11"/>'
    yield (
        f'<text class="token-count" x="{x:g}" y="{y + 4:g}" text-anchor="middle"'
        f' aria-hidden="true">{number}</text>'
    )


def _mark(path: str, x: float, y: float, scale: float, *, solid: bool = False) -> str:
    kind = "mark--solid" if solid else "mark"
    return (
        f'<path class="{kind}" transform="translate({x:g} {y:g}) scale({scale:.3g})" d="{path}"/>'
    )


def _text(words: str, x: float, y: float, width: float, anchor: str) -> Iterator[str]:
    yield from _lines(wrapped(words, width), x, y, anchor)


def _lines(lines: list[str], x: float, y: float, anchor: str) -> Iterator[str]:
    if lines:
        yield f'<text text-anchor="{anchor}">'
        for number, line in enumerate(lines):
            yield f'<tspan x="{x:g}" y="{y + number * LINE:g}">{escape(line)}</tspan>'
        yield "</text>"


def wrapped(words: str, width: float) -> list[str]:
    """Return a text in lines of about this width; a word that is longer stands alone."""
    most, lines = max(6, int(width / LETTER)), [""]
    for word in words.split():
        together = f"{lines[-1]} {word}".strip()
        if len(together) <= most or not lines[-1]:
            lines[-1] = together
        else:
            lines.append(word)
    return [line for line in lines if line]
