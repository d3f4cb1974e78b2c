"""Working time: when a deadline counted in working hours, days, calendar days or months ends.

Owns the arithmetic over one calendar. Never reads the clock, a file or the network.

Day 0 is the day of the event. An event outside opening hours counts as happening at the next
opening. The closing instant itself still belongs to the day it closes, so that a deadline at
close of business is met by an act at that very moment.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from engine.model.errors import RemitError

LONGEST_CLOSURE = timedelta(days=400)
"""How far to look for the next opening before saying that there is none."""

LONGEST_REACH = 366 * 100
"""The most days that one calculation may cover."""

END_OF_DAY = time(0, 0)
"""As a closing time: midnight at the end of the day."""

Span = tuple[datetime, datetime]
"""An unbroken stretch of opening, from and to, in UTC."""

OpeningHours = Mapping[int, tuple[tuple[time, time], ...]]


class WorkingTimeError(RemitError, ValueError):
    """A calendar that cannot be used, or a calculation that it cannot answer."""

    code: ClassVar[str] = "working_time"


@dataclass(frozen=True)
class WorkingCalendar:
    """When an organisation is open.

    `opening_hours` maps a weekday (0 is Monday) to its openings in local time; a closing time of
    00:00 is midnight at the end of that day. `holidays` and `closures` are days without opening.
    `version` names the exact content and is stored with each instance. `known_from` and
    `known_until` bound the days whose holidays are known: working time outside them is refused,
    because an unknown bank holiday would silently move a deadline.
    Raises `WorkingTimeError` for a calendar that never opens or whose openings overlap.
    """

    name: str
    version: str
    zone: ZoneInfo
    opening_hours: OpeningHours
    holidays: frozenset[date] = frozenset()
    closures: frozenset[date] = frozenset()
    known_from: date | None = None
    known_until: date | None = None
    _closed: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for weekday, openings in self.opening_hours.items():
            _check_openings(self.name, weekday, openings)
        if not any(self.opening_hours.values()):
            raise WorkingTimeError(
                f"Calendar {self.name!r} has no opening hours on any weekday: it never opens."
            )
        object.__setattr__(self, "opening_hours", dict(self.opening_hours))
        object.__setattr__(self, "_closed", self.holidays | self.closures)

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.zone.key))

    def is_working_day(self, day: date) -> bool:
        """Say whether the organisation opens at all on `day` (a local date)."""
        return bool(self._spans_on(day))

    def end_of_working_day(self, instant: datetime) -> datetime:
        """Return close of business, in UTC, of the working day to which `instant` counts."""
        return self.working_days_after(instant, 0)

    def working_days_after(self, instant: datetime, days: int) -> datetime:
        """Return close of business, in UTC, of the `days`-th working day after `instant`.

        Day 0 is the day of the event, or of the next opening if it fell outside hours.
        Raises `WorkingTimeError` for a negative or unreachable number of days.
        """
        _check_reach(days)
        if days < 0:
            raise WorkingTimeError(f"A deadline cannot be {days} working days after an event.")
        day = self._counted(instant)[0]
        for _ in range(days):
            day = self._next_working_day(day)
        return self._spans_on(day)[-1][1]

    def working_time_after(self, instant: datetime, duration: timedelta) -> datetime:
        """Return the instant, in UTC, when `duration` of opening time has passed since `instant`.

        Always within opening hours. Raises `WorkingTimeError` for a negative duration.
        """
        if duration < timedelta(0):
            raise WorkingTimeError("A deadline cannot be a negative working time after an event.")
        remaining = duration
        for _, (opens, closes) in self._spans_from(instant):
            if closes - opens >= remaining:
                return opens + remaining
            remaining -= closes - opens
        raise WorkingTimeError(
            f"{duration} of working time after {instant.isoformat()} is beyond "
            f"{LONGEST_REACH} days of calendar {self.name!r}."
        )

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the opening time from `start` to `end`; negative when `end` is the earlier."""
        start, end = _utc(start), _utc(end)
        if end < start:
            return -self.working_time_between(end, start)
        first, last = self._local_day(start), self._local_day(end)
        _check_reach((last - first).days)
        total = timedelta(0)
        for offset in range((last - first).days + 1):
            for opens, closes in self._spans_on(first + timedelta(days=offset)):
                total += max(timedelta(0), min(closes, end) - max(opens, start))
        return total

    def working_days_between(self, start: datetime | date, end: datetime | date) -> int:
        """Return how many working days lie after the day of `start`, up to that of `end`.

        Both ends outside opening hours count as the next working day, so an act at `end` meets
        an n-day limit from `start` exactly when the answer is at most n. Negative when `end` is
        the earlier.
        """
        first, last = self._working_day_of(start), self._working_day_of(end)
        if last < first:
            return -self._working_days_in(last, first)
        return self._working_days_in(first, last)

    def calendar_days_after(self, instant: datetime, days: int) -> datetime:
        """Return the end (23:59:59 local), in UTC, of the day `days` after that of `instant`."""
        _check_reach(days)
        return self._end_of_day(_shifted(self._local_day(_utc(instant)), days))

    def calendar_months_after(self, instant: datetime, months: int) -> datetime:
        """Return the end (23:59:59 local), in UTC, of the same day `months` later.

        A day that the month lacks becomes its last: 31 January and one month is 28 February.
        """
        _check_reach(months * 31)
        day = self._local_day(_utc(instant))
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        month += 1
        if not date.min.year <= year <= date.max.year:
            raise WorkingTimeError(f"{months} months from {day} is outside the calendar.")
        last = calendar.monthrange(year, month)[1]
        return self._end_of_day(date(year, month, min(day.day, last)))

    def _counted(self, instant: datetime) -> tuple[date, datetime]:
        """Return the working day and the instant at which an event counts as happening."""
        day, (opens, _) = next(self._spans_from(instant))
        return day, opens

    def _spans_from(self, instant: datetime) -> Iterator[tuple[date, Span]]:
        """Yield the openings still to come, the first cut to begin at `instant` if it is open."""
        instant = _utc(instant)
        first = self._local_day(instant)
        # Round the clock, midnight begins a day; otherwise a closing instant ends its own.
        opens_now = any(opens == instant for opens, _ in self._spans_on(first))
        yesterday = _shifted(first, -1)
        day = self._next_working_day(
            yesterday if self._is_known(yesterday) else first, inclusive=True
        )
        while (day - first).days <= LONGEST_REACH:
            for opens, closes in self._spans_on(day):
                if closes > instant or (closes == instant and not opens_now):
                    yield day, (max(opens, instant), closes)
            day = self._next_working_day(day)

    def _working_day_of(self, moment: datetime | date) -> date:
        if isinstance(moment, datetime):
            return self._counted(moment)[0]
        return self._next_working_day(moment, inclusive=True)

    def _working_days_in(self, first: date, last: date) -> int:
        days = (last - first).days
        _check_reach(days)
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, days + 1))

    def _next_working_day(self, day: date, *, inclusive: bool = False) -> date:
        start = day if inclusive else _shifted(day, 1)
        for offset in range(LONGEST_CLOSURE.days):
            candidate = _shifted(start, offset)
            if self.is_working_day(candidate):
                return candidate
        raise WorkingTimeError(
            f"Calendar {self.name!r} has no opening in the {LONGEST_CLOSURE.days} days after {day}."
        )

    def _is_known(self, day: date) -> bool:
        return (self.known_from is None or self.known_from <= day) and (
            self.known_until is None or day <= self.known_until
        )

    def _spans_on(self, day: date) -> tuple[Span, ...]:
        if not self._is_known(day):
            raise WorkingTimeError(
                f"The holidays of calendar {self.name!r} are known from {self.known_from} to "
                f"{self.known_until}: working time on {day} cannot be counted."
            )
        openings = self.opening_hours.get(day.weekday(), ())
        if not openings or day in self._closed:
            return ()
        return _spans(self.zone, day, tuple(openings))

    def _local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _end_of_day(self, day: date) -> datetime:
        return _instant(self.zone, day, time(23, 59, 59), last=True)


@lru_cache(maxsize=4096)
def _spans(zone: ZoneInfo, day: date, openings: tuple[tuple[time, time], ...]) -> tuple[Span, ...]:
    """Return the openings of one day as instants; across a clock change they never overlap."""
    spans: list[Span] = []
    for opens, closes in openings:
        start = _instant(zone, day, opens, last=False)
        end_day = _shifted(day, 1) if closes == END_OF_DAY else day
        end = _instant(zone, end_day, closes, last=closes != END_OF_DAY)
        if spans:
            start = max(start, spans[-1][1])
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def _instant(zone: ZoneInfo, day: date, at: time, *, last: bool) -> datetime:
    """Return the instant of a wall-clock time; one that is skipped becomes the clock change.

    A time that occurs twice is its first occurrence, or its last if `last`.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    instant = local.replace(fold=int(last)).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # Skipped: fold 1 lies before the change and fold 0 after it; halve the stretch to find it.
    before = local.replace(fold=1).astimezone(UTC)
    after = local.replace(fold=0).astimezone(UTC)
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise WorkingTimeError(f"{instant} has no time zone: an instant needs one.")
    return instant.astimezone(UTC)


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise WorkingTimeError(f"{days} days from {day} is outside the calendar.") from None


def _check_reach(days: int) -> None:
    if abs(days) > LONGEST_REACH:
        raise WorkingTimeError(f"{days} days is too far to count: at most {LONGEST_REACH}.")


def _check_openings(name: str, weekday: int, openings: tuple[tuple[time, time], ...]) -> None:
    if weekday not in range(7):
        raise WorkingTimeError(f"Calendar {name!r}: {weekday} is not a weekday from 0 to 6.")
    previous: time | None = time.min
    for opens, closes in openings:
        if previous is None or opens < previous:
            raise WorkingTimeError(
                f"Calendar {name!r}: openings on {calendar.day_name[weekday]} overlap or are "
                "not in order."
            )
        if closes != END_OF_DAY and closes <= opens:
            raise WorkingTimeError(
                f"Calendar {name!r}: on {calendar.day_name[weekday]} {closes:%H:%M} does not come "
                f"after {opens:%H:%M}."
            )
        previous = None if closes == END_OF_DAY else closes
