"""A council over a temporary SQLite file, and its service on a real port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.engine_rest.council import Council, Live, served


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    """The council `town` on Wednesday 23 December 2026, 10:00; its clock stands still."""
    opened = Council.open(tmp_path / "remit.db")
    yield opened
    opened.world.close()


@pytest.fixture
def live(council: Council) -> Iterator[Live]:
    """The same, on a real port."""
    with served(council) as live:
        yield live
