"""Reads what a person sent with a form back into answers. Validates nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from engine.content.forms import nested

ANSWER = "answer:"
FILE = "file:"
"""Before the key of a question in the name of the input that takes its files."""
SHOWN = "shown"
"""The hidden field that names each field the person could see."""
ADD_ROW, REMOVE_ROW = "add_row", "remove_row"

FIRST_YEAR = 1000
"""Earlier years are slips: `26` is not meant as the year 26."""

_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """The answers as the engine takes them, the raw ones by field, and what was to be seen."""

    answers: dict[str, Any]
    raw: dict[str, list[str]]
    shown: frozenset[str]


def read(sent: MultiDict[str, str]) -> Submission:
    """Return the answers of a form; fields of several choices are lists."""
    raw = {
        name.removeprefix(ANSWER): values
        for name, values in sent.lists()
        if name.startswith(ANSWER)
    }
    return Submission(nested(_flat(sent, raw)), raw, frozenset(sent.getlist(SHOWN)))


def with_rows_changed(sent: MultiDict[str, str]) -> Submission:
    """Return the answers with a row added to one list, or taken out, as the pressed button says."""
    before = read(sent)
    flat = _flat(sent, before.raw)
    if added := sent.get(ADD_ROW):
        rows = {found[1] for name in flat if (found := _row_of(added, name))}
        flat[f"{added}[{len(rows)}]"] = {}
    if removed := sent.get(REMOVE_ROW):
        flat = {name: value for name, value in flat.items() if not name.startswith(removed)}
    # The rows have other names now: the page shows what the answers hold, not the raw fields.
    return Submission(nested(flat), {}, before.shown)


def _row_of(key: str, name: str) -> re.Match[str] | None:
    return re.match(re.escape(key) + r"\[(\d+)\]", name)


def _flat(sent: MultiDict[str, str], raw: Mapping[str, list[str]]) -> dict[str, Any]:
    several, clocks = frozenset(sent.getlist("several")), frozenset(sent.getlist("clock"))
    flat: dict[str, Any] = {}
    for name, values in raw.items():
        if name in several:
            flat[name] = [value for value in values if value]
        else:
            flat[name] = _clock(values[-1]) if name in clocks else values[-1]
    for name in frozenset(sent.getlist("date")):
        _join_date(flat, name)
    return flat


def _join_date(flat: dict[str, Any], name: str) -> None:
    """Put the boxes of a date together as ISO text; boxes that make no date stay as they are."""
    parts = [f"{name}.{part}" for part in ("day", "month", "year")]
    clock = f"{name}.time"
    try:
        day, month, year = (int(flat[part]) for part in parts)
        whole = date(year, month, day).isoformat()
    except (KeyError, ValueError, OverflowError):
        return
    if year < FIRST_YEAR or (clock in flat and not flat[clock]):
        return
    flat[name] = f"{whole}T{flat[clock]}" if clock in flat else whole
    for part in (*parts, clock):
        flat.pop(part, None)


def _clock(text: str) -> str:
    """Return such as `4pm`, `9.30` or `0930` as `16:00`, `09:30`; anything else as it is."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return text
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if not found[2] and not half:
        return text
    if half and not 1 <= hour <= 12:
        return text
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}"
