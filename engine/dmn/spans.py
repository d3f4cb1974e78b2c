"""Says which rules meet or cover a stretch of one column, without walking along it. One column only."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import or_

from engine.dmn.grid import Column, Line
from engine.dmn.regions import Kind, Region


class Spans:
    """A column whose rules can be asked about whole intervals at once.

    A rule with one interval meets [a, b) when it begins before b and ends after a, and covers it
    when it is there at both ends: two look-ups. Rules with several intervals are walked.
    """

    def __init__(
        self, column: Column, cells: Sequence[Region | None], count: Callable[[int], None]
    ) -> None:
        """Prepare a column; `count` is told of every step walked and may stop the search."""
        self._column = column
        self._count = count
        self._scattered: dict[Kind, int] = {}
        self._begun: dict[Kind, list[int]] = {}
        self._lasting: dict[Kind, list[int]] = {}
        for kind, line in column.lines.items():
            masks = [stretch.mask for stretch in line.stretches]
            # begun[i]: rules in any stretch before i; lasting[i]: rules in any stretch from i on.
            self._begun[kind] = [0, *accumulate(masks, or_)]
            self._lasting[kind] = [*accumulate(reversed(masks), or_)][::-1]
            scattered = 0
            for rule, region in enumerate(cells):
                if region is not None and not region.everything and len(region.of(kind)) > 1:
                    scattered |= 1 << rule
            self._scattered[kind] = scattered

    def reach(self, region: Region | None) -> int:
        """Return the rules that accept some value of a region; None means any value."""
        column = self._column
        mask = column.null.mask if region is None or region.null else 0
        if column.blank is not None and (region is None or region.everything):
            mask |= column.blank.mask
        for kind, line in column.lines.items():
            begun, lasting = self._begun[kind], self._lasting[kind]
            scattered = self._scattered[kind]
            for first, last in _positions(line, region, kind):
                mask |= begun[last] & lasting[first] & ~scattered
                if scattered:
                    self._count(last - first)
                    for stretch in line.stretches[first:last]:
                        mask |= stretch.mask & scattered
        return mask

    def cover(self, region: Region | None) -> int:
        """Return rules that accept every value of a region; some with several intervals may be missed."""
        column = self._column
        mask = -1
        if region is None or region.null:
            mask &= column.null.mask
        if column.blank is not None and (region is None or region.everything):
            mask &= column.blank.mask
        for kind, line in column.lines.items():
            scattered = self._scattered[kind]
            for first, last in _positions(line, region, kind):
                ends = line.stretches[first].mask & line.stretches[last - 1].mask
                mask &= ends if last - first == 1 else ends & ~scattered
        return mask


def _positions(line: Line, region: Region | None, kind: Kind) -> list[tuple[int, int]]:
    """Return the ranges of stretches that a region takes up on a line."""
    count = len(line.stretches)
    if region is None or region.everything:
        return [(0, count)] if count else []
    found: list[tuple[int, int]] = []
    for start, end in region.of(kind):
        first, last = bisect_left(line.starts, start), bisect_left(line.starts, end)
        if first < last:
            found.append((first, last))
    return found
