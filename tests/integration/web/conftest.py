"""A council on a real engine over a temporary SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A service with the councils `town` and `port`, Wednesday 23 December 2026, 10:00."""
    opened = World.open(tmp_path / "remit.db")
    yield opened
    opened.close()
