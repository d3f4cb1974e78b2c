"""A form's answers in words, for checking them before they are sent. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from web.forms.controls import FIELDS, Control
from web.wording import clock_time

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d).*)?")


@dataclass(frozen=True)
class Answer:
    """One question with its answer; `anchor` is the input to change it in, "" where there is none."""

    question: str
    words: str
    anchor: str


@dataclass(frozen=True)
class Answers:
    """The answers below one heading; the heading is "" for those that stand alone."""

    heading: str
    answers: tuple[Answer, ...]


def answers(drawn: Sequence[Control]) -> list[Answers]:
    """Return the visible answers in the form's order, by group and by row of a list."""
    return [part for part in _parts("", drawn) if part.answers]


def _parts(heading: str, drawn: Sequence[Control]) -> Iterator[Answers]:
    own: list[Answer] = []
    for control in drawn:
        if control.template in ("group", "rows"):
            yield Answers(heading, tuple(own))
            own = []
            label = control.component.label
            for number, row in enumerate(control.rows, start=1):
                counted = f"{label}: {number} of {len(control.rows)}"
                yield from _parts(label if control.template == "group" else counted, row)
        elif (control.template in FIELDS or control.template == "computed") and (
            control.component.label
        ):
            own.append(_answer(control))
    yield Answers(heading, tuple(own))


def _answer(control: Control) -> Answer:
    changes = control.template in FIELDS and not control.component.read_only
    return Answer(control.component.label, _words(control), control.anchor if changes else "")


def _words(control: Control) -> str:
    component = control.component
    if control.template == "computed":
        return component.text
    if control.boxes:
        value = component.value if isinstance(component.value, str) else ""
        return _date_words(value) or control.shown
    words = control.shown
    return (
        f"{component.prefix}{words}{' ' if component.suffix and words else ''}{component.suffix}"
        if words
        else ""
    )


def _date_words(value: str) -> str:
    found = _DATE.fullmatch(value)
    if found is None:
        return _time_words(value)
    day = date(int(found[1]), int(found[2]), int(found[3]))
    words = f"{day.day} {day:%B} {day.year}"
    return f"{words}, {_time_words(found[4])}" if found[4] else words


def _time_words(value: str) -> str:
    try:
        return clock_time(time.fromisoformat(value[:5])) if value else ""
    except ValueError:
        return value
