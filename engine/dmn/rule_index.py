"""Finds the rules that match without trying each: looks values up in cut columns. Knows no policy."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.dmn.grid import Tally, cut_line
from engine.dmn.regions import LEFT_END, Cut, Kind, Region, after, before, line_of
from engine.dmn.run import Run, Scope
from engine.feel import UnaryTests, Value

Lookup = Callable[[Any], int]
# Some rules: the bits of a mask, or their numbers when that is shorter.
Mask = int | tuple[int, ...]

SMALL_MASK = 512
FEW_RULES = 8

# A column whose masks would take more than this is tried cell by cell instead.
LARGEST_COLUMN_BYTES = 48 * 1024 * 1024


class RuleIndex:
    """The input cells of a table, arranged for looking up.

    The bits of a column's masks are rules. Numbers, strings, booleans and null are looked up;
    other values, and cells that are more than simple tests, are tried one by one, but only for
    rules that the other columns leave.
    """

    def __init__(
        self,
        cells: Sequence[Sequence[UnaryTests | None]],
        regions: Sequence[Sequence[Region | None]],
        rules: int,
    ) -> None:
        """Arrange `cells[column][rule]`; a cell that is None accepts everything."""
        self._cells = cells
        self._everyone = (1 << rules) - 1
        self._columns: list[tuple[Mapping[type, Lookup], int, int]] = []
        for column, column_regions in zip(cells, regions, strict=True):
            self._columns.append(_arranged(column, column_regions))

    def matches(self, inputs: Sequence[Value], scope: Scope, run: Run) -> list[int]:
        """Return the rules (counted from 0, in order) whose cells all accept the inputs."""
        mask = self._everyone
        untried: list[tuple[int, int]] = []
        columns = zip(inputs, self._columns, strict=True)
        for number, (value, (lookups, opaque, tested)) in enumerate(columns):
            lookup = lookups.get(value.__class__)
            if lookup is not None:
                mask &= lookup(value) | opaque
                if opaque:
                    untried.append((number, opaque))
            elif tested:
                untried.append((number, tested))
            if not mask:
                return []
        for column, trying in untried:
            remaining = mask & trying
            cells, value = self._cells[column], inputs[column]
            while remaining:
                bit = remaining & -remaining
                remaining ^= bit
                cell = cells[bit.bit_length() - 1]
                if cell is not None and cell.evaluate(value, scope, run.evaluation) is not True:
                    mask ^= bit
        return list(_bits(mask))


def _arranged(
    cells: Sequence[UnaryTests | None], regions: Sequence[Region | None]
) -> tuple[Mapping[type, Lookup], int, int]:
    """Return a column's lookups by Python class, its opaque rules, and all rules it tests."""
    tested = 0
    for index, cell in enumerate(cells):
        if cell is not None:
            tested |= 1 << index
    tally = Tally.of(regions)
    lookups: dict[type, Lookup] = {type(None): _constant(tally.null)}
    for python_class, kind in ((str, Kind.STRING), (Decimal, Kind.NUMBER), (bool, Kind.BOOLEAN)):
        lookup = _line(kind, tally)
        if lookup is None:
            return {}, tested, tested
        lookups[python_class] = lookup
    return lookups, tally.opaque, tested


def _constant(mask: int) -> Lookup:
    return lambda _: mask


def _line(kind: Kind, tally: Tally) -> Lookup | None:
    """Return the lookup of one kind; None when its masks would take too much memory."""
    wild = tally.wild
    at: dict[Cut, Mask] = {}
    size = 0
    # Wild rules are left out of the masks and added on the way out, so that the masks stay sparse.
    for stretch in cut_line(kind, line_of(kind), tally.regions, tally.masks, 0):
        packed = at[stretch.start] = _packed(stretch.mask)
        size += packed.bit_length() // 8 if isinstance(packed, int) else 8
        if size > LARGEST_COLUMN_BYTES:
            return None
    keys: list[Any] = sorted({cut[1] for cut in at if len(cut) == 3})
    if not keys:
        return _constant(wild | _mask(at.get(LEFT_END, 0)))
    # masks: the gap before the first key, the first key, the gap after it, the second key, ...
    masks: list[Mask] = [at.get(LEFT_END, 0)]
    for key in keys:
        exactly = at.get(before(key), masks[-1])
        masks.append(exactly)
        masks.append(at.get(after(key), exactly))
    gaps = masks[::2]
    if all(gap == gaps[0] for gap in gaps):
        elsewhere = wild | _mask(gaps[0])
        exact = {key: masks[2 * index + 1] for index, key in enumerate(keys)}

        def find(value: Any) -> int:
            packed = exact.get(value)
            return elsewhere if packed is None else wild | _mask(packed)

        return find
    count = len(keys)

    def search(value: Any) -> int:
        index = bisect_left(keys, value)
        exactly = index < count and keys[index] == value
        return wild | _mask(masks[2 * index + exactly])

    return search


def _packed(mask: int) -> Mask:
    """Return a mask in little memory: the numbers of its rules when they are few but far along."""
    if mask.bit_length() < SMALL_MASK or mask.bit_count() > FEW_RULES:
        return mask
    return tuple(_bits(mask))


def _mask(packed: Mask) -> int:
    if isinstance(packed, int):
        return packed
    mask = 0
    for rule in packed:
        mask |= 1 << rule
    return mask


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        mask ^= bit
        yield bit.bit_length() - 1
