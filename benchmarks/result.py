"""What a benchmark says: one measured value, what it is compared with, and whether the bar holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measurement. `ratio` is against `rival`, measured in the same run."""

    name: str
    value: float
    unit: str
    rival: str
    ratio: float
    bar: str
    holds: bool
