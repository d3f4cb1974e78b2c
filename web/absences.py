"""Absences as pages ask for them and show them: whole days, in the organisation's own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.model.people import Absence, PersonRefused
from web.sessions import SignedIn


@dataclass(frozen=True)
class AbsenceLine:
    """One absence in words; `over` when the person is back."""

    id: str
    words: str
    delegate: str
    now: bool
    over: bool


def read_absence(form: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """Return what `people.add_absence` takes; raise PersonRefused for days that are none.

    The last day is a whole day: the absence ends at the midnight after it.
    """
    first = _day(form, "first", "first day away")
    last = _day(form, "last", "last day away")
    if first is None:
        raise PersonRefused("Enter the first day away, such as 27 3 2027.")
    return {
        "begins_at": _midnight(first, zone),
        "ends_at": _midnight(last + timedelta(days=1), zone) if last else None,
        "delegate": form.get("delegate", "") or None,
    }


def lines(found: Sequence[Absence], me: SignedIn, now: datetime) -> list[AbsenceLine]:
    """Return absences as a page lists them, the ones to come last."""
    return [
        AbsenceLine(
            absence.id,
            _words(absence, me.zone),
            me.person_name(absence.delegate) if absence.delegate else "",
            absence.covers(now),
            absence.ends_at is not None and absence.ends_at <= now,
        )
        for absence in found
    ]


def _words(absence: Absence, zone: ZoneInfo) -> str:
    first = absence.begins_at.astimezone(zone)
    text = f"From {_date(first)}"
    if absence.ends_at is None:
        return f"{text} until further notice"
    return f"{text} to {_date(absence.ends_at.astimezone(zone) - timedelta(days=1))}"


def _date(day: datetime) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _day(form: Mapping[str, str], name: str, what: str) -> date | None:
    parts = [form.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        year, month, day = (int(part) for part in parts)
        if not 2000 <= year <= 2999:
            raise ValueError(year)
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise PersonRefused(f"The {what} must be a real date, such as 27 3 2027.") from None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
