"""Names one value out of a stretch of a column, for people to read. Searches nothing."""

from __future__ import annotations

from decimal import Decimal

from engine.dmn.grid import Stretch
from engine.dmn.regions import DISCRETE, Kind, before
from engine.feel import Date, DaysTimeDuration, YearsMonthsDuration
from engine.feel.numbers import digits
from engine.feel.text import quoted


def example(stretch: Stretch) -> str:
    """Return a value inside a stretch as FEEL would write it."""
    if stretch.kind is None:
        return "null" if stretch.is_null else "any value"
    low = stretch.start[1] if len(stretch.start) == 3 else None
    high = stretch.end[1] if len(stretch.end) == 3 else None
    if stretch.kind is Kind.STRING:
        return _text(stretch, low)
    if len(stretch.start) == 3 and stretch.start[2] == 0:
        return _shown(stretch.kind, low)
    number = _between(
        stretch.kind,
        low if not isinstance(low, str) else None,
        high if not isinstance(high, str) else None,
    )
    return _shown(stretch.kind, number)


def _text(stretch: Stretch, low: object) -> str:
    if len(stretch.start) == 3 and stretch.start[2] == 0:
        return quoted(str(low))
    start = low if isinstance(low, str) else ""
    for candidate in (
        "something else",
        "zzz",
        "A",
        "",
        f"{start} ",
        f"{start}a",
        f"{start}\0",
    ):
        if stretch.start <= before(candidate) < stretch.end:
            return quoted(candidate)
    return f"a text after {quoted(start)}"


def _between(kind: Kind, low: Decimal | int | None, high: Decimal | int | None) -> Decimal | int:
    """Return a round number strictly after `low` and before `high`, as far as they are there."""
    if low is None and high is None:
        return 0
    if low is None:
        assert high is not None
        return int(high) - 1
    next_whole = int(low) + 1 if low >= 0 or low == int(low) else int(low)
    if high is None or next_whole < high or kind in DISCRETE:
        return next_whole
    return (Decimal(low) + Decimal(high)) / 2


def _shown(kind: Kind, key: object) -> str:
    match kind, key:
        case Kind.BOOLEAN, int():
            return "true" if key else "false"
        case Kind.DATE, int():
            return f'date("{Date.from_epoch_day(key)}")'
        case Kind.DAYS_TIME, int() | Decimal():
            return f'duration("{DaysTimeDuration(int(key))}")'
        case Kind.YEARS_MONTHS, int():
            return f'duration("{YearsMonthsDuration(key)}")'
        case _, int() | Decimal():
            return digits(Decimal(key))
    return str(key)
