"""Finds the rules that match without trying each: looks values up in cut columns. Knows no policy."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.dmn.grid import Column, Line, cut_column
from engine.dmn.regions import Kind, Region, after, before
from engine.dmn.run import Run, Scope
from engine.feel import UnaryTests, Value

Lookup = Callable[[Any], int]

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
        number = 0
        for value, (lookups, opaque, tested) in zip(inputs, self._columns, strict=True):
            lookup = lookups.get(value.__class__)
            if lookup is not None:
                mask &= lookup(value) | opaque
                if opaque:
                    untried.append((number, opaque))
            elif tested:
                untried.append((number, tested))
            if not mask:
                return []
            number += 1
        for column, trying in untried:
            remaining = mask & trying
            cells, value = self._cells[column], inputs[column]
            while remaining:
                bit = remaining & -remaining
                remaining ^= bit
                cell = cells[bit.bit_length() - 1]
                if cell is not None and cell.evaluate(value, scope, run.evaluation) is not True:
                    mask ^= bit
        found: list[int] = []
        while mask:
            bit = mask & -mask
            mask ^= bit
            found.append(bit.bit_length() - 1)
        return found


def _arranged(
    cells: Sequence[UnaryTests | None], regions: Sequence[Region | None]
) -> tuple[Mapping[type, Lookup], int, int]:
    """Return a column's lookups by Python class, its opaque rules, and all rules it tests."""
    tested = 0
    for index, cell in enumerate(cells):
        if cell is not None:
            tested |= 1 << index
    column = cut_column(regions, None)
    size = sum(len(line.stretches) for line in column.lines.values()) * len(cells) / 8
    if size > LARGEST_COLUMN_BYTES:
        return {}, tested, tested
    wild = column.blank.mask if column.blank is not None else 0
    lookups: dict[type, Lookup] = {
        type(None): _constant(column.null.mask),
        str: _line(column.lines.get(Kind.STRING), wild),
        Decimal: _line(column.lines.get(Kind.NUMBER), wild),
        bool: _booleans(column, wild),
    }
    return lookups, column.opaque, tested


def _constant(mask: int) -> Lookup:
    return lambda _: mask


def _line(line: Line | None, wild: int) -> Lookup:
    """Return the lookup of one kind: a dictionary when the cells are single values, else a search."""
    if line is None:
        return _constant(wild)
    keys: list[Any] = sorted({cut[1] for cut in line.starts if len(cut) == 3})
    at = {start: stretch.mask for start, stretch in zip(line.starts, line.stretches, strict=True)}

    # masks: the gap before the first key, the first key, the gap after it, the second key, ...
    masks: list[int] = [line.stretches[0].mask]
    for key in keys:
        exactly = at.get(before(key), masks[-1])
        masks.append(exactly)
        masks.append(at.get(after(key), exactly))
    if len(set(masks[::2])) == 1:
        elsewhere = masks[0]
        exact = {key: masks[2 * index + 1] for index, key in enumerate(keys)}
        find = exact.get
        return lambda value: find(value, elsewhere)
    count = len(keys)

    def search(value: Any) -> int:
        index = bisect_left(keys, value)
        if index < count and keys[index] == value:
            return masks[2 * index + 1]
        return masks[2 * index]

    return search


def _booleans(column: Column, wild: int) -> Lookup:
    line = column.lines.get(Kind.BOOLEAN)
    if line is None:
        return _constant(wild)
    false, true = (
        next((part.mask for part in line.stretches if part.start <= before(key) < part.end), wild)
        for key in (0, 1)
    )
    return lambda value: true if value else false


