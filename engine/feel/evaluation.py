"""One evaluation: what it may know (now, zone, calendar), what it may spend, what it warned about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.feel.errors import NestingExceeded, SizeExceeded, StepsExceeded, TimeExceeded

if TYPE_CHECKING:
    from engine.feel.types import Type
    from engine.model.working_time import WorkingCalendar

UTC_ZONE = ZoneInfo("UTC")
KEPT_WARNINGS = 100
LARGEST_DATA_DEPTH = 200
STEPS_BETWEEN_LOOKS_AT_THE_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may spend.

    `steps` counts loop turns, filter tests and function calls; `nesting` calls inside calls; `size` the list
    items and characters made; `regex_seconds` one regular expression; `seconds` everything together.
    """

    steps: int = 500_000
    nesting: int = 100
    size: int = 2_000_000
    regex_seconds: float = 0.25
    seconds: float = 0.8


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Warning:
    """Why a part of an expression became null. `position` is the 0-based offset in its text."""

    message: str
    position: int
    code: str

    def __str__(self) -> str:
        return self.message


class Evaluation:
    """The surroundings of one evaluation. Make a new one for each; never share one between threads."""

    __slots__ = (
        "_allocated",
        "_checkpoint",
        "_depth",
        "_muted",
        "_started",
        "_steps",
        "calendar",
        "limits",
        "now",
        "types",
        "warnings",
        "zone",
    )

    def __init__(
        self,
        now: datetime,
        zone: ZoneInfo = UTC_ZONE,
        calendar: WorkingCalendar | None = None,
        limits: Limits = DEFAULT_LIMITS,
        types: Mapping[str, Type] | None = None,
    ) -> None:
        """Prepare an evaluation at the aware instant `now`, read in `zone`.

        `types` names item definitions for `instance of` and typed parameters.
        """
        if now.tzinfo is None:
            raise ValueError(f"{now} has no time zone: an instant needs one")
        self.now = now
        self.zone = zone
        self.calendar = calendar
        self.limits = limits
        self.types: Mapping[str, Type] = types or {}
        self.warnings: list[Warning] = []
        self._steps = 0
        self._checkpoint = 1
        self._allocated = 0
        self._depth = 0
        self._muted = 0
        self._started = 0.0

    @property
    def made_anything(self) -> bool:
        """Whether lists, contexts or long strings were made so far."""
        return self._allocated > 0

    def warn(self, position: int, message: str, code: str) -> None:
        """Record why a value became null. The first hundred warnings are kept."""
        if not self._muted and len(self.warnings) < KEPT_WARNINGS:
            self.warnings.append(Warning(message, position, code))

    def mute(self) -> None:
        """Ignore warnings until `unmute`: for attempts whose failure means nothing."""
        self._muted += 1

    def unmute(self) -> None:
        """Take warnings again."""
        self._muted -= 1

    def spend(self, steps: int = 1) -> None:
        """Count steps; raises StepsExceeded or TimeExceeded."""
        self._steps += steps
        if self._steps >= self._checkpoint:
            self._look_at_limits()

    def allocate(self, items: int) -> None:
        """Count list items or characters about to be made; raises SizeExceeded."""
        self._allocated += items
        if self._allocated > self.limits.size:
            raise self._too_large()

    def check_size(self, value: Any) -> None:
        """Look through nested data; raises SizeExceeded when it has more parts, unfolded, than there are steps.

        A list that holds another twice is small, but what is written or stored of it doubles each time. Raises
        NestingExceeded for data deeper than LARGEST_DATA_DEPTH, which could not be stored.
        """
        left = self.limits.steps
        level = [value] if isinstance(value, list | dict) else []
        for _ in range(LARGEST_DATA_DEPTH):
            inner: list[list[Any] | dict[str, Any]] = []
            for found in level:
                parts = found.values() if isinstance(found, dict) else found
                left -= len(parts)
                if left < 0:
                    raise SizeExceeded(
                        f"The data has more than {self.limits.steps:,} parts: work on less of it"
                    )
                inner.extend(part for part in parts if isinstance(part, list | dict))
            if not inner:
                return
            self.look_at_the_time()
            level = inner
        raise NestingExceeded(f"The data is nested more than {LARGEST_DATA_DEPTH} deep")

    def look_at_the_time(self) -> None:
        """Raise TimeExceeded if the time is up: after work whose steps are few and long."""
        self._checkpoint = 0
        self.spend(0)

    def enter(self) -> None:
        """Go into a function; raises NestingExceeded. Every `enter` is paired with a `leave`."""
        self.spend()
        self._depth += 1
        if self._depth > self.limits.nesting:
            raise NestingExceeded(
                f"Functions call each other more than {self.limits.nesting} deep: "
                "a function that calls itself needs an end"
            )

    def leave(self) -> None:
        """Come out of a function."""
        self._depth -= 1

    def _too_large(self) -> SizeExceeded:
        return SizeExceeded(
            f"The expression makes more than {self.limits.size:,} list items and characters: "
            "work on less data, or in smaller parts"
        )

    def _look_at_limits(self) -> None:
        if self._steps > self.limits.steps:
            raise StepsExceeded(
                f"The expression takes more than {self.limits.steps:,} steps: "
                "loop over less, or filter before combining lists"
            )
        # A stopwatch, not the clock: it measures this machine's work and never enters a result.
        reading = time.perf_counter()
        if not self._started:
            self._started = reading
        elif reading - self._started > self.limits.seconds:
            raise TimeExceeded(f"The expression takes longer than {self.limits.seconds} seconds")
        self._checkpoint = min(
            self._steps + STEPS_BETWEEN_LOOKS_AT_THE_TIME, self.limits.steps + 1
        )
