"""Cuts the columns of a table into stretches on which every rule is constant. Rules are bit masks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.dmn.regions import (
    LEFT_END,
    RIGHT_END,
    Cut,
    Interval,
    Kind,
    Region,
    intersection,
    line_of,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a column between two neighbouring cuts; bit i of `mask`: rule i accepts it.

    `kind` None stands for null (then `is_null`), or, in a column whose cells say nothing, for any
    value.
    """

    kind: Kind | None
    start: Cut
    end: Cut
    mask: int
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The stretches of one kind, in order, with their starts for searching."""

    starts: tuple[Cut, ...]
    stretches: tuple[Stretch, ...]

    def within(self, intervals: Iterable[Interval]) -> Iterator[Stretch]:
        """Yield the stretches that lie in intervals whose ends are cuts of this line."""
        for start, end in intervals:
            first = bisect_left(self.starts, start)
            last = bisect_left(self.starts, end)
            yield from self.stretches[first:last]


@dataclass(frozen=True, slots=True)
class Column:
    """A column cut into stretches: the values of its domain, and null apart.

    `blank` stands for values of kinds that no cell mentions, where they are possible. `opaque` are the rules whose cell here is not a simple test: nothing is known of them.
    """

    lines: dict[Kind, Line]
    null: Stretch
    blank: Stretch | None
    opaque: int

    @property
    def stretches(self) -> Iterator[Stretch]:
        """Yield every stretch of the domain, null left out."""
        if self.blank is not None and not self.lines:
            yield self.blank
        for line in self.lines.values():
            yield from line.stretches

    def accepted_by(self, region: Region | None) -> Iterator[Stretch]:
        """Yield the stretches a region accepts, null included; all of them for None."""
        if region is None or region.everything:
            for line in self.lines.values():
                yield from line.stretches
            if self.blank is not None:
                yield self.blank
            yield self.null
            return
        for kind, line in self.lines.items():
            yield from line.within(region.of(kind))
        if region.null:
            yield self.null


def kinds_of(regions: Iterable[Region | None], domain: Region | None) -> tuple[Kind, ...]:
    """Return the kinds of value a column is about: its domain's, else those its cells mention."""
    if domain is not None and not domain.everything:
        return tuple(sorted(domain.kinds))
    found: set[Kind] = set()
    for region in regions:
        if region is not None:
            found |= region.kinds
    return tuple(sorted(found))


@dataclass(slots=True)
class Tally:
    """The distinct regions of a column with the rules of each, and the rules apart from them."""

    regions: dict[int, Region]
    masks: dict[int, int]
    wild: int = 0
    null: int = 0
    opaque: int = 0

    @classmethod
    def of(cls, regions: Sequence[Region | None]) -> Tally:
        """Count a column: `regions[i]` is rule i's, None when nothing is known of it."""
        tally = cls({}, {})
        for index, region in enumerate(regions):
            bit = 1 << index
            if region is None:
                tally.opaque |= bit
                continue
            if region.everything:
                tally.wild |= bit
            else:
                tally.regions[id(region)] = region
                tally.masks[id(region)] = tally.masks.get(id(region), 0) | bit
            if region.null:
                tally.null |= bit
        return tally


def cut_column(regions: Sequence[Region | None], domain: Region | None) -> Column:
    """Cut a column at every end of every region, inside its domain.

    `regions[i]` belongs to rule i; None is a cell that is not a simple test.
    """
    tally = Tally.of(regions)
    lines: dict[Kind, Line] = {}
    for kind in kinds_of(tally.regions.values(), domain):
        bounds = line_of(kind) if domain is None else intersection(domain.of(kind), line_of(kind))
        stretches = tuple(cut_line(kind, bounds, tally.regions, tally.masks, tally.wild))
        lines[kind] = Line(tuple(stretch.start for stretch in stretches), stretches)
    blank = (
        None if lines and domain is not None else Stretch(None, LEFT_END, RIGHT_END, tally.wild)
    )
    return Column(
        lines, Stretch(None, LEFT_END, RIGHT_END, tally.null, is_null=True), blank, tally.opaque
    )


def cut_line(
    kind: Kind,
    bounds: tuple[Interval, ...],
    regions: Mapping[int, Region],
    masks: Mapping[int, int],
    wild: int,
) -> Iterator[Stretch]:
    """Yield the stretches of one kind inside its bounds, in order.

    `regions` and `masks` hold the distinct regions of the column and the rules of each, by the
    same keys; the rules in `wild` are added to every stretch.
    """
    changes: dict[Cut, int] = {}
    for key, region in regions.items():
        mask = masks[key]
        for start, end in intersection(region.of(kind), bounds):
            changes[start] = changes.get(start, 0) ^ mask
            changes[end] = changes.get(end, 0) ^ mask
    entering = {start for start, _ in bounds}
    leaving = {end for _, end in bounds}
    for cut in entering | leaving:
        changes.setdefault(cut, 0)
    cuts = sorted(changes)
    active = 0
    inside = False
    for position, cut in enumerate(cuts[:-1]):
        active ^= changes[cut]
        inside = (inside and cut not in leaving) or cut in entering
        if inside:
            yield Stretch(kind, cut, cuts[position + 1], active | wild)
