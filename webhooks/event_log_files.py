"""The event log as files that other tools read: CSV, and XES (IEEE 1849). Decides nothing of its content."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import quoteattr

from engine.event_log import LoggedEvent

COLUMNS = (
    "process_instance_id",
    "business_key",
    "process_definition_key",
    "version",
    "sequence",
    "at",
    "kind",
    "element_id",
    "activity",
    "lifecycle",
    "by",
    "clauses",
)

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_XES_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""


def as_csv(events: Iterable[LoggedEvent]) -> Iterator[str]:
    """Write every event as one row, below the names of the columns.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    yield _row(COLUMNS)
    for event in events:
        yield _row(
            (
                event.process_instance_id,
                _harmless(event.business_key),
                event.process_definition_key,
                str(event.version),
                str(event.sequence),
                event.at.isoformat(),
                event.kind,
                event.element_id or "",
                _harmless(event.activity),
                event.transition or "",
                _harmless(event.by),
                " ".join(event.clauses),
            )
        )


def as_xes(events: Iterable[LoggedEvent]) -> Iterator[str]:
    """Write one trace for each instance, of those events that mean something in an activity's life."""
    yield _XES_HEAD
    for instance_id, of_instance in groupby(events, lambda event: event.process_instance_id):
        first = next(of_instance)
        yield "<trace>\n"
        yield _string("concept:name", instance_id)
        yield _string("business_key", first.business_key or "")
        yield _string("process_definition_key", first.process_definition_key)
        yield f'<int key="version" value="{first.version}"/>\n'
        for event in (first, *of_instance):
            if event.transition is not None:
                yield _event(event, event.transition)
        yield "</trace>\n"
    yield "</log>\n"


def _event(event: LoggedEvent, transition: str) -> str:
    resource = _string("org:resource", event.by) if event.by else ""
    clauses = _string("clauses", " ".join(event.clauses)) if event.clauses else ""
    return (
        f"<event>\n{_string('concept:name', event.activity)}"
        f'<date key="time:timestamp" value="{event.at.isoformat()}"/>\n'
        f"{_string('lifecycle:transition', transition)}"
        f"{_string('element_id', event.element_id or '')}{resource}{clauses}</event>\n"
    )


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_NOT_IN_XML.sub(" ", value))}/>\n'


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _harmless(text: str | None) -> str:
    return f"'{text}" if text and _FORMULA.match(text) else text or ""
