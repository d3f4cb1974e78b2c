"""The one place that reads the real clock. Everything else is handed `now`, aware and UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class ManualClock:
    """A clock that stands still until it is moved; for scenarios and tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def move_to(self, instant: datetime) -> None:
        """Set the present instant; refuses a naive one and one in the past."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant} has no time zone: an instant needs one")
        if instant < self.instant:
            raise ValueError(f"cannot move back from {self.instant} to {instant}")
        self.instant = instant.astimezone(UTC)


class FileClock:
    """Reads the present instant from a file at each call (`REMIT_TEST_CLOCK`).

    A file that is being written, and so holds no whole instant, means the last one it held.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: datetime | None = None

    def now(self) -> datetime:
        text = self._path.read_text(encoding="utf-8").strip()
        try:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                raise ValueError(f"{text!r} has no time zone: write it as ...Z or +00:00")
        except ValueError as error:
            if self._last is None:
                raise ValueError(f"{self._path}: {error}") from error
            return self._last
        self._last = instant.astimezone(UTC)
        return self._last
