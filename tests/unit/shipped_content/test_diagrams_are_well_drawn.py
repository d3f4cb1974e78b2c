"""Every diagram that ships can be read: all of it is drawn and nothing lies on anything else."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.unit.shipped_content.diagram_layout import findings

ROOT = Path(__file__).parents[3]
DIAGRAMS = sorted((ROOT / "bpmn").glob("*/*.bpmn"))
PICTURES = ROOT / "docs" / "pictures"


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_overlaps_and_no_lines_cross(diagram: Path) -> None:
    assert findings(diagram.read_bytes()) == []


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_process_fits_one_screen(diagram: Path) -> None:
    bounds = re.findall(
        rb'<dc:Bounds x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="(\d+)"', diagram.read_bytes()
    )
    drawn = [tuple(int(number) for number in bound) for bound in bounds]
    across = max(x + width for x, _, width, _ in drawn) - min(x for x, *_ in drawn)
    down = max(y + height for _, y, _, height in drawn) - min(y for _, y, *_ in drawn)
    assert (across <= 1600, down <= 900) == (True, True), f"{across} by {down}"


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_picture_shows_the_present_diagram(diagram: Path) -> None:
    text = diagram.read_bytes().replace(b"\r\n", b"\n")
    organisation = diagram.parent.name
    names = (f"{organisation}_{diagram.stem}.svg", f"{diagram.stem}.svg")
    pictures = [(PICTURES / name).read_text() for name in names if (PICTURES / name).is_file()]
    source = f"source: {diagram.name} sha256: {sha256(text).hexdigest()}"
    assert any(source in picture for picture in pictures), (
        "draw it again: node frontend/render/render.mjs --out docs/pictures "
        f"bpmn/{organisation}/{diagram.name}"
    )


def test_a_shape_drawn_over_another_is_found() -> None:
    source = (ROOT / "bpmn" / "derby" / "serious_incident.bpmn").read_text()
    shape, other = (
        re.search(rf'bpmnElement="{id_}"[^>]*>\s*<dc:Bounds x="(\d+)"', source)
        for id_ in ("check_scope", "which_procedure")
    )
    assert shape is not None
    assert other is not None
    moved = source[: shape.start(1)] + other[1] + source[shape.end(1) :]
    found = findings(moved.encode())
    assert "check_scope and which_procedure overlap" in found
    assert "after_recording_to_check_scope does not meet its ends" in found


def test_a_line_without_a_drawing_is_found() -> None:
    source = (ROOT / "bpmn" / "derby" / "serious_incident.bpmn").read_text()
    without = re.sub(
        r'<bpmndi:BPMNEdge id="\w+" bpmnElement="tell_elected_members_to_\w+">.*?</bpmndi:BPMNEdge>',
        "",
        source,
        flags=re.DOTALL,
    )
    assert findings(without.encode()) == [
        "tell_elected_members_to_elected_members_told has no line"
    ]
