"""Clocks that tests and scenarios move."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.model.clock import FileClock, ManualClock

NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)


def test_a_file_says_what_time_it_is_in_any_zone(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = FileClock(file)
    file.write_text("2026-12-24T12:00:00Z\n")
    assert clock.now() == NOON
    file.write_text("2026-12-24T14:00:00+02:00")
    assert clock.now() == NOON


@pytest.mark.parametrize("half_written", ["", "2026-12-", "2026-12-25T10:00:00"])
def test_a_file_that_is_being_written_means_the_instant_before(
    tmp_path: Path, half_written: str
) -> None:
    file = tmp_path / "clock"
    clock = FileClock(file)
    file.write_text("2026-12-24T12:00:00Z")
    clock.now()
    file.write_text(half_written)
    assert clock.now() == NOON


def test_a_file_that_never_held_an_instant_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("noon")
    with pytest.raises(ValueError, match="clock"):
        FileClock(file).now()


def test_a_manual_clock_never_goes_back() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(ValueError, match="cannot move back"):
        clock.move_to(NOON.replace(hour=11))
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(NOON.replace(tzinfo=None))
