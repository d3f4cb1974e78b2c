"""Finds overlaps, gaps and rules that are never reached, by geometry. Writes no sentences.

Rules are boxes: one region per column. Cells that are not simple tests make a rule opaque, and
nothing is claimed that could depend on them. All searches count their steps and stop quietly when
a table is too intricate: then there is no finding rather than a wrong or a late one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.grid import Column, Stretch, cut_column
from engine.dmn.regions import Region

SEARCH_STEPS = 400_000
STEPS_PER_RULE = 4_000
# Masks of large, intricate tables: beyond this many bytes a column is not analysed.
COLUMN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules (counted from 0) that both apply at `witness`, a stretch for each column."""

    first: int
    second: int
    witness: tuple[Stretch, ...]


class TooIntricate(Exception):  # noqa: N818 - a way out of a search, never seen outside
    """The search has used up its steps."""


class Coverage:
    """The boxes of one table, ready to be searched."""

    def __init__(
        self, cells: Sequence[Sequence[Region | None]], domains: Sequence[Region | None]
    ) -> None:
        """Prepare a table: `cells[column][rule]`, `domains[column]` (None: not declared)."""
        self._cells = cells
        self._rules = len(cells[0]) if cells else 0
        self._columns = [
            cut_column(column, domain) for column, domain in zip(cells, domains, strict=True)
        ]
        self._opaque = 0
        for column in self._columns:
            self._opaque |= column.opaque
        self._steps = 0
        self._allowance = SEARCH_STEPS
        self._candidates: list[int] | None = None

    @property
    def too_large(self) -> bool:
        """Say whether the table is not analysed because its masks would fill the memory."""
        return any(
            sum(len(line.stretches) for line in column.lines.values()) * self._rules / 8
            > COLUMN_BYTES
            for column in self._columns
        )

    def overlaps(self, differing: Sequence[int] | None = None) -> Iterator[Overlap]:
        """Yield pairs of rules that can both apply, in order of the second.

        `differing[i]`, when given, is the mask of rules that conflict with rule i if they overlap.
        """
        candidates = self._overlapping()
        for second in range(self._rules):
            mask = candidates[second] & ((1 << second) - 1)
            if differing is not None:
                mask &= differing[second]
            while mask:
                first = (mask & -mask).bit_length() - 1
                mask &= mask - 1
                yield Overlap(first, second, self._common(first, second))

    def never_reached(self) -> Iterator[int]:
        """Yield the rules that earlier rules cover altogether, so that FIRST never gets to them."""
        try:
            candidates = self._overlapping(with_opaque=True)
        except TooIntricate:
            return
        for rule in range(1, self._rules):
            earlier = candidates[rule] & ((1 << rule) - 1) & ~self._opaque
            if not earlier:
                continue
            boxes = [
                list(column.accepted_by(cells[rule]))
                for column, cells in zip(self._columns, self._cells, strict=True)
            ]
            self._steps, self._allowance = 0, STEPS_PER_RULE
            try:
                if self._gap(boxes, earlier) is None:
                    yield rule
            except TooIntricate:
                continue

    def gap(self) -> tuple[Stretch, ...] | None:
        """Return a stretch for each column that together no rule accepts; None when there is none.

        A rule with an opaque cell counts as accepting everything there; null is not looked at.
        """
        if not self._columns:
            return None
        boxes = [
            [
                Stretch(part.kind, part.start, part.end, part.mask | column.opaque)
                for part in column.stretches
            ]
            for column in self._columns
        ]
        self._steps, self._allowance = 0, SEARCH_STEPS
        try:
            return self._gap(boxes, (1 << self._rules) - 1)
        except TooIntricate:
            return None

    def _gap(
        self, boxes: Sequence[Sequence[Stretch]], rules: int
    ) -> tuple[Stretch, ...] | None:
        """Return a stretch per column outside all `rules`, looking only inside `boxes`."""
        width = len(boxes)
        # throughout[c]: the rules that accept all of every box from column c on.
        throughout = [rules] * (width + 1)
        for column in range(width - 1, -1, -1):
            mask = throughout[column + 1]
            for stretch in boxes[column]:
                mask &= stretch.mask
            throughout[column] = mask
        merged: list[dict[int, Stretch]] = []
        for box in boxes:
            by_mask: dict[int, Stretch] = {}
            for stretch in box:
                by_mask.setdefault(stretch.mask & rules, stretch)
            merged.append(by_mask)
        covered: set[tuple[int, int]] = set()

        def search(column: int, mask: int) -> tuple[Stretch, ...] | None:
            if mask & throughout[column] or (column, mask) in covered:
                return None
            for part_mask, stretch in merged[column].items():
                self._count()
                remaining = mask & part_mask
                if not remaining:
                    rest = tuple(next(iter(box.values())) for box in merged[column + 1 :])
                    return (stretch, *rest)
                if column + 1 < width:
                    found = search(column + 1, remaining)
                    if found is not None:
                        return (stretch, *found)
            covered.add((column, mask))
            return None

        if any(not box for box in boxes):
            return None
        return search(0, rules)

    def _overlapping(self, *, with_opaque: bool = False) -> list[int]:
        """Return for each rule the mask of rules whose boxes share a point with its own.

        An opaque rule overlaps nothing, unless `with_opaque` asks what might overlap it.
        """
        self._steps, self._allowance = 0, 20 * SEARCH_STEPS
        everyone = (1 << self._rules) - 1
        candidates = [everyone] * self._rules
        for column, cells in zip(self._columns, self._cells, strict=True):
            seen: dict[int, int] = {}
            for rule, region in enumerate(cells):
                if region is None and not with_opaque:
                    candidates[rule] = 0
                    continue
                mask = seen.get(id(region))
                if mask is None:
                    mask = self._reach(column, region)
                    seen[id(region)] = mask
                candidates[rule] &= mask
        return candidates

    def _reach(self, column: Column, region: Region | None) -> int:
        mask = 0
        for stretch in column.accepted_by(region):
            self._count()
            mask |= stretch.mask
        return mask

    def _common(self, first: int, second: int) -> tuple[Stretch, ...]:
        both = (1 << first) | (1 << second)
        return tuple(
            next(
                stretch
                for stretch in column.accepted_by(cells[second])
                if stretch.mask & both == both
            )
            for column, cells in zip(self._columns, self._cells, strict=True)
        )

    def _count(self) -> None:
        self._steps += 1
        if self._steps > self._allowance:
            raise TooIntricate
