"""A council on a real engine over a temporary SQLite file, and people at its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.api.world import World
from tests.integration.web.browser import Browser


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A service with the councils `town` and `port`, Wednesday 23 December 2026, 10:00."""
    opened = World.open(tmp_path / "remit.db")
    yield opened
    opened.close()


@pytest.fixture
def visit(world: World) -> Callable[..., Browser]:
    """Return a browser in which somebody of the town has signed in; without a name, nobody."""

    def signed_in(name: str = "", organisation: str = "town") -> Browser:
        browser = Browser(world.app.test_client()).opens("/")
        if name:
            section = f"//section[@aria-labelledby='organisation-{organisation}']"
            browser.presses(f"Sign in as {name}", within=section)
        return browser

    return signed_in
