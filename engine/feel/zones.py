"""Time zones of FEEL values: fixed offsets and IANA regions, at any year. Never reads a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LARGEST_OFFSET = 18 * 3600


@lru_cache(maxsize=1024)
def _region(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_region(name: str) -> bool:
    """Say whether `name` is a time zone of the IANA database."""
    return _region(name) is not None


def _known_year(year: int) -> int:
    # The calendar repeats every 400 years; the zone rules are asked in the nearest like year datetime knows.
    if year > 9990:
        return 9590 + (year - 9590) % 400
    return year if year >= 2 else 2 + (year - 2) % 400


@dataclass(frozen=True, slots=True)
class Offset:
    """A fixed distance from UTC, in seconds east."""

    seconds: int

    def offset_at(self, year: int, month: int, day: int, second_of_day: int) -> int:
        """Return the seconds east of UTC that this zone keeps at a wall-clock time."""
        return self.seconds

    def at_instant(self, epoch_second: int) -> tuple[int, Zone]:
        """Return the seconds east of UTC at an instant, and the zone that says so: this one."""
        return self.seconds, self

    def __str__(self) -> str:
        if self.seconds == 0:
            return "Z"
        rest = abs(self.seconds)
        text = f"{'-' if self.seconds < 0 else '+'}{rest // 3600:02d}:{rest // 60 % 60:02d}"
        return f"{text}:{rest % 60:02d}" if rest % 60 else text


@dataclass(frozen=True, slots=True)
class Region:
    """A zone of the IANA database, such as Europe/London."""

    name: str

    def offset_at(self, year: int, month: int, day: int, second_of_day: int) -> int:
        """Return the seconds east of UTC that this zone keeps at a wall-clock time.

        A time that a change of clocks skips is read with the offset before the change, one that occurs
        twice as its first occurrence.
        """
        wall = datetime(_known_year(year), month, day) + timedelta(seconds=second_of_day)  # noqa: DTZ001 (the wall clock of this zone)
        return self._offset(wall.replace(tzinfo=self._zone()))

    def at_instant(self, epoch_second: int) -> tuple[int, Zone]:
        """Return the seconds east of UTC that this zone keeps at an instant, and a zone that says so.

        In an hour that the clocks repeat, the region's name means the first time round: the second
        one has its offset for a zone, so that no instant is lost.
        """
        days = epoch_second // 86400
        cycles = 0
        if days > 2_900_000:
            cycles = (days - 2_900_000) // 146_097 + 1
        elif days < -719_000:
            cycles = (days + 719_000) // 146_097
        seconds = epoch_second - cycles * 146_097 * 86400
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        wall = instant.astimezone(self._zone())
        offset = self._offset(wall)
        return offset, Offset(offset) if wall.fold else self

    def fixed_offset(self) -> int | None:
        """Return the offset of a region that never changes its clocks, else None."""
        offsets = {self.offset_at(2024, month, 15, 43200) for month in range(1, 13)}
        return offsets.pop() if len(offsets) == 1 else None

    def _zone(self) -> ZoneInfo:
        zone = _region(self.name)
        if zone is None:
            raise ValueError(f"{self.name!r} is not a time zone of the IANA database")
        return zone

    @staticmethod
    def _offset(moment: datetime) -> int:
        distance = moment.utcoffset()
        return 0 if distance is None else round(distance.total_seconds())

    def __str__(self) -> str:
        return f"@{self.name}"


Zone = Offset | Region
UTC_OFFSET = Offset(0)
