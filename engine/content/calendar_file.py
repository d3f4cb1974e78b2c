"""Reads the `calendar` section of organisation.yaml into a `WorkingCalendar`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.content.bank_holidays import DIVISIONS, BankHolidays, bank_holidays
from engine.content.yaml_file import Entry
from engine.model.working_time import OpeningHours, WorkingCalendar, WorkingTimeError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPENING = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")


def read_calendar(entry: Entry, name: str) -> WorkingCalendar | None:
    """Return the calendar, or None with the reason recorded at its place.

    Its version is a digest of everything that can move a deadline: the same version, the same
    answers.
    """
    found = entry.fields(
        required=("zone", "opening_hours"), optional=("bank_holidays", "closure_days")
    )
    if not {"zone", "opening_hours"} <= found.keys():
        return None
    zone = _zone(found["zone"])
    hours = _opening_hours(found["opening_hours"])
    closures = _closure_days(found.get("closure_days"))
    held = _bank_holidays(found.get("bank_holidays"))
    if zone is None:
        return None
    try:
        return WorkingCalendar(
            name=name,
            version=_version(zone, hours, closures, held),
            zone=zone,
            opening_hours=hours,
            holidays=frozenset(held.names) if held else frozenset(),
            closures=closures,
            known_from=date(held.first_year, 1, 1) if held else None,
            known_until=date(held.last_year, 12, 31) if held else None,
        )
    except WorkingTimeError as error:
        found["opening_hours"].refuse("wrong_value", str(error))
        return None


def _zone(entry: Entry) -> ZoneInfo | None:
    name = entry.text(longest=64)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        entry.refuse("wrong_value", f"{name!r} is not a time zone, such as Europe/London.")
        return None


def _opening_hours(entry: Entry) -> OpeningHours:
    hours: dict[int, tuple[tuple[time, time], ...]] = {}
    for weekday, item in entry.fields(optional=WEEKDAYS).items():
        openings = []
        for opening in item.items():
            text = opening.text(longest=20)
            match = OPENING.fullmatch(text)
            if match is None or (match[3] == "24" and match[4] != "00"):
                opening.refuse(
                    "wrong_value", f"{text!r} is not an opening; write it as 09:00-17:00."
                )
                continue
            opens, closes = time(int(match[1]), int(match[2])), int(match[3]) % 24
            openings.append((opens, time(closes, int(match[4]))))
            if match[3] == "00" and match[4] == "00":
                opening.refuse("wrong_value", "midnight at the end of a day is 24:00.")
        hours[WEEKDAYS.index(weekday)] = tuple(openings)
    return hours


def _closure_days(entry: Entry | None) -> frozenset[date]:
    days: set[date] = set()
    for item in entry.items() if entry else ():
        # The reason is for people; a bare date is allowed too.
        found = item.fields(required=("day",), optional=("reason",)) if item.is_mapping else None
        place = item if found is None else found.get("day")
        day = place.day() if place else None
        if place and day in days:
            place.refuse("duplicate_day", f"{day} is listed twice.")
        if day:
            days.add(day)
    return frozenset(days)


def _bank_holidays(entry: Entry | None) -> BankHolidays | None:
    if entry is None:
        return None
    division = entry.text()
    try:
        return bank_holidays(division)
    except KeyError:
        if division:
            entry.refuse(
                "wrong_value", f"{division!r} is not known; known are {', '.join(DIVISIONS)}."
            )
        return None


def _version(
    zone: ZoneInfo, hours: OpeningHours, closures: frozenset[date], held: BankHolidays | None
) -> str:
    content: Mapping[str, object] = {
        "zone": zone.key,
        "hours": {str(day): [[str(a), str(b)] for a, b in hours[day]] for day in sorted(hours)},
        "closures": sorted(map(str, closures)),
        "holidays": sorted(map(str, held.names)) if held else None,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"{held.division if held else 'no bank holidays'} {digest[:12]}"
