"""Instants, limits and states in the words people read. Never decides when something is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SOON = timedelta(hours=24)


class Urgency(StrEnum):
    """How a limit stands; each has a colour and, beside it, words."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a page shows it: how urgent, in words, and the full instant."""

    urgency: Urgency
    words: str
    full: str


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return such as `Thursday 24 December 2026 at 4:30pm`, in the organisation's own time."""
    local = instant.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} {local.year} at {clock_time(local)}"


def short_moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return such as `24 December 2026, 4:30pm`, in the organisation's own time."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%B} {local.year}, {clock_time(local)}"


def clock_time(local: datetime | time) -> str:
    """Return such as `4:30pm`, `9am`, `midday` or `midnight`; seconds only where they matter."""
    if (local.minute, local.second) == (0, 0) and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    hour, half = local.hour % 12 or 12, "pm" if local.hour >= 12 else "am"
    return f"{hour}:{local.minute:02}{half}" if local.minute else f"{hour}{half}"


def limit(due_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> Limit:
    """Say how a limit stands at `now`, such as `Overdue by 2 days` or `Due in 3 hours`."""
    if due_at is None:
        return Limit(Urgency.NONE, "No time limit", "")
    full = moment(due_at, zone)
    left = due_at - now
    if left < timedelta(0):
        return Limit(Urgency.OVERDUE, f"Overdue by {span(-left)}", full)
    if left <= SOON:
        return Limit(Urgency.SOON, f"Due in {span(left)}", full)
    return Limit(Urgency.LATER, f"Due in {span(left)}", full)


def span(duration: timedelta) -> str:
    """Return the largest fitting unit, such as `2 days`, `3 hours` or `less than a minute`."""
    if duration.days:
        return _counted(duration.days, "day")
    if duration >= HOUR:
        return _counted(duration // HOUR, "hour")
    if duration >= MINUTE:
        return _counted(duration // MINUTE, "minute")
    return "less than a minute"


def ago(instant: datetime, *, now: datetime) -> str:
    """Return how long ago an instant was, such as `2 days ago`."""
    return f"{span(now - instant)} ago"


def name_in_words(name: str) -> str:
    """Return a variable's name as people say it: `classified_at` as `classified`."""
    words = name.replace("_", " ").strip()
    for ending in (" at", " on", " from"):
        words = words.removesuffix(ending)
    return words


def listed(words: list[str]) -> str:
    """Return such as `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
