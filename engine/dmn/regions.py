"""Exactly which values a simple cell accepts, as intervals. Owns the set algebra; reads no FEEL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Key = Decimal | int | str


class Kind(StrEnum):
    """The kinds of value that lie on a line, so that a cell is a set of intervals.

    Dates are days since year 1, durations are seconds or months, false is 0 and true is 1.
    """

    NUMBER = "number"
    WHOLE = "whole number"
    STRING = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DAYS_TIME = "days and time duration"
    YEARS_MONTHS = "years and months duration"


# Between two neighbours of these kinds lies nothing: (1..2) is empty.
DISCRETE = frozenset({Kind.WHOLE, Kind.BOOLEAN, Kind.DATE, Kind.YEARS_MONTHS})

# A cut lies just before (0) or just after (1) a key, or at either end of the line. An interval is
# a pair of cuts, which makes open and closed ends, points and neighbours one arithmetic.
Cut = tuple[int] | tuple[int, Key, int]
Interval = tuple[Cut, Cut]
LEFT_END: Cut = (0,)
RIGHT_END: Cut = (2,)
LINE: tuple[Interval, ...] = ((LEFT_END, RIGHT_END),)


def before(key: Key) -> Cut:
    """Return the cut just before a key."""
    return (1, key, 0)


def after(key: Key) -> Cut:
    """Return the cut just after a key."""
    return (1, key, 1)


def line_of(kind: Kind) -> tuple[Interval, ...]:
    """Return every value of a kind."""
    return ((before(0), before(2)),) if kind is Kind.BOOLEAN else LINE


def normal(kind: Kind, intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same set as sorted intervals that neither touch nor overlap nor are empty."""
    discrete = kind in DISCRETE
    ordered = sorted(
        (_whole_cut(start), _whole_cut(end)) if discrete else (start, end)
        for start, end in intervals
    )
    merged: list[Interval] = []
    for start, end in ordered:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _whole_cut(cut: Cut) -> Cut:
    """Move a cut on a line of whole numbers to just before the next one: [1..2] is [1..3)."""
    if len(cut) == 1:
        return cut
    key = cut[1]
    assert not isinstance(key, str)
    floor = int(key)
    if key == floor:
        return before(floor + cut[2])
    if isinstance(key, Decimal) and key < floor:
        return before(floor)
    return before(floor + 1)


def complement(kind: Kind, intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return everything on the line of a kind that is outside the intervals."""
    gaps: list[Interval] = []
    position = LEFT_END
    for start, end in normal(kind, intervals):
        gaps.append((position, start))
        position = end
    gaps.append((position, RIGHT_END))
    return normal(kind, gaps)


def intersection(first: Iterable[Interval], second: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return what lies in both sets of normal intervals."""
    left, right = list(first), list(second)
    common: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


@dataclass(frozen=True, slots=True)
class Region:
    """The values for which a cell is true.

    `parts` has normal intervals by kind; `null` says whether null is accepted; `everything` marks
    the cell “-”, which accepts values of every kind.
    """

    parts: Mapping[Kind, tuple[Interval, ...]] = field(default_factory=dict)
    null: bool = False
    everything: bool = False

    def of(self, kind: Kind) -> tuple[Interval, ...]:
        """Return the intervals on the line of one kind."""
        if self.everything:
            return LINE
        if kind is Kind.WHOLE and kind not in self.parts:
            return normal(kind, self.parts.get(Kind.NUMBER, ()))
        return self.parts.get(kind, ())

    def accepts(self, kind: Kind, key: Key) -> bool:
        """Say whether a value of this kind is in the region."""
        point = before(key)
        return any(start <= point < end for start, end in self.of(kind))

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return the kinds of which the region accepts some value."""
        return frozenset(kind for kind, intervals in self.parts.items() if intervals)


EVERYTHING = Region(null=True, everything=True)


def union(regions: Iterable[Region]) -> Region:
    """Return the region that accepts what any of the regions accepts."""
    collected: dict[Kind, list[Interval]] = {}
    null = everything = False
    for region in regions:
        null = null or region.null
        everything = everything or region.everything
        for kind, intervals in region.parts.items():
            collected.setdefault(kind, []).extend(intervals)
    parts = {kind: normal(kind, intervals) for kind, intervals in collected.items()}
    return Region(parts, null, everything)
