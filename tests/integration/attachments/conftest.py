"""A council whose form asks for files, and small files of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api.world import World, content
from tests.integration.web.browser import Browser

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

ASKED: tuple[dict[str, Any], ...] = (
    {
        "id": "p1", "type": "filepicker", "key": "photos", "label": "Photos", "multiple": True,
        "accept": ".png,.jpg",
    },
    {
        "id": "p2", "type": "filepicker", "key": "statement", "label": "Statement",
        "validate": {"required": True},
        "conditional": {"hide": '= what_happened != "Something."'},
    },
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The council `town` with a form that asks for photos and, at times, for a statement."""
    opened = World.open(tmp_path / "remit.db")
    files = content()
    form = json.loads(files["record.form"])
    form["components"] += ASKED
    answer = opened.caller().deploys({**files, "record.form": json.dumps(form).encode()})
    assert answer.status_code == 201, answer.text
    yield opened
    opened.close()


@pytest.fixture
def visit(world: World) -> Callable[..., Browser]:
    """Return the browser of somebody of the town who has signed in."""

    def signed_in(name: str, organisation: str = "town") -> Browser:
        browser = Browser(world.app.test_client()).opens("/")
        section = f"//section[@aria-labelledby='organisation-{organisation}']"
        return browser.presses(f"Sign in as {name}", within=section)

    return signed_in
