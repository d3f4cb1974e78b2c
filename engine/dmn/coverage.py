"""Finds overlaps, gaps and rules that are never reached, by geometry. Writes no sentences.

Rules are boxes: one region per column. Cells that are not simple tests make a rule opaque, and
nothing is claimed that could depend on them. All searches count their steps and stop quietly when
a table is too intricate: then there is no finding rather than a wrong or a late one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.grid import Stretch, cut_column
from engine.dmn.regions import Kind, Region
from engine.dmn.spans import Spans

SEARCH_STEPS = 200_000
STEPS_PER_RULE = 4_000
MOST_RULES_TOGETHER = 200
STEPS_TOGETHER = 100_000
# Masks of large, intricate tables: beyond this many bytes a column is not analysed.
COLUMN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules (counted from 0) that both apply at `witness`, a stretch for each column."""

    first: int
    second: int
    witness: tuple[Stretch, ...]


class TooIntricate(Exception):
    """The search has used up its steps; only `overlaps` lets it out."""


class Coverage:
    """The boxes of one table, ready to be searched."""

    def __init__(
        self, cells: Sequence[Sequence[Region | None]], domains: Sequence[Region | None]
    ) -> None:
        """Prepare a table: `cells[column][rule]`, `domains[column]` (None: not declared)."""
        self._cells = cells
        self._domains = domains
        self._rules = len(cells[0]) if cells else 0
        self._columns = [
            cut_column(column, domain) for column, domain in zip(cells, domains, strict=True)
        ]
        self._opaque = 0
        for column in self._columns:
            self._opaque |= column.opaque
        self._steps = 0
        self._allowance = SEARCH_STEPS

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

    def never_reached(self, order: Sequence[int] | None = None) -> Iterator[int]:
        """Yield the rules that better rules cover altogether, so that they never give the result.

        `order` lists the rules from the best to the worst, for PRIORITY; under FIRST they are in
        order as they stand.

        A rule is compared with at most a few hundred earlier ones that meet it; beyond that only a
        single rule that covers it is noticed.
        """
        candidates = self._overlapping(with_opaque=True)
        covering = self._covering()
        work = 0
        better = 0
        for rule in range(self._rules) if order is None else order:
            earlier = candidates[rule] & better & ~self._opaque
            better |= 1 << rule
            if earlier & covering[rule]:
                yield rule
                continue
            meeting = _rules_in(earlier, MOST_RULES_TOGETHER)
            work += len(meeting) * len(self._columns)
            if not meeting or work > STEPS_TOGETHER:
                continue
            self._steps, self._allowance = 0, STEPS_PER_RULE
            try:
                if self._gap(self._inside(rule, meeting), (1 << len(meeting)) - 1) is None:
                    yield rule
            except TooIntricate:
                continue

    def _inside(self, rule: int, others: Sequence[int]) -> list[list[Stretch]]:
        """Return the box of a rule, column by column, cut by a few other rules alone."""
        boxes: list[list[Stretch]] = []
        for cells, domain in zip(self._cells, self._domains, strict=True):
            own = cells[rule]
            column = cut_column([*(cells[other] for other in others), own], domain)
            boxes.append(list(column.accepted_by(own)))
        return boxes

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

    def _gap(self, boxes: Sequence[Sequence[Stretch]], rules: int) -> tuple[Stretch, ...] | None:
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
                # Of texts the last stretch stands for the others: what comes after every text named.
                if stretch.kind is Kind.STRING or stretch.mask & rules not in by_mask:
                    by_mask[stretch.mask & rules] = stretch
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
        return self._combined(lambda span, region: span.reach(region), with_opaque=with_opaque)

    def _covering(self) -> list[int]:
        """Return for each rule the mask of rules that certainly cover all of its box."""
        return self._combined(lambda span, region: span.cover(region), with_opaque=True)

    def _combined(
        self, measure: Callable[[Spans, Region | None], int], *, with_opaque: bool
    ) -> list[int]:
        self._steps, self._allowance = 0, 10 * SEARCH_STEPS
        everyone = (1 << self._rules) - 1
        combined = [everyone] * self._rules
        for column, cells in zip(self._columns, self._cells, strict=True):
            spans = Spans(column, cells, self._count)
            seen: dict[int, int] = {}
            for rule, region in enumerate(cells):
                if region is None and not with_opaque:
                    combined[rule] = 0
                    continue
                mask = seen.get(id(region))
                if mask is None:
                    mask = measure(spans, region)
                    seen[id(region)] = mask
                combined[rule] &= mask
        return combined

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

    def _count(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > self._allowance:
            raise TooIntricate


def _rules_in(mask: int, most: int) -> list[int]:
    """Return the rules in a mask, none at all when there are more than `most`."""
    found: list[int] = []
    while mask:
        bit = mask & -mask
        mask ^= bit
        found.append(bit.bit_length() - 1)
        if len(found) > most:
            return []
    return found
