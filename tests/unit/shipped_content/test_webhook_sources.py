"""What other systems send becomes a report of the organisation that ships ready for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.content.webhook_sources import PayloadNotMapped
from engine.feel import Evaluation, from_json
from web.organisation_files import organisation_of

ROOT = Path(__file__).parents[3]

TOLD = {"what_happened": "A child fell.", "where_it_happened": "Osmaston", "reported_by": "G. O."}
GENERIC = {"type": "report.made", "data": {"reference": "CRM-7", **TOLD}}
FORM = {"responseId": "41", "answers": TOLD}
DATIX = {
    "RecordID": 5120,
    "Revision": 2,
    "Reference": "W-5120",
    "Description": "A dose was given twice.",
    "Location": "Ward 4",
    "Reporter": "Staff nurse",
}
NOTES = {
    "datix_reference": "W-5120",
    "what_happened": "A dose was given twice.",
    "where_it_happened": "Ward 4",
    "reporter": "Staff nurse",
}


@pytest.mark.parametrize(
    ("organisation", "source", "payload", "process", "key", "event", "variables"),
    [
        ("derby", "generic", GENERIC, "serious_incident", "CRM-7", None, TOLD),
        ("derby", "microsoft_forms", FORM, "serious_incident", "MF-41", "41", TOLD),
        ("psirf", "datix", DATIX, "incident_response", "W-5120", "5120/2", NOTES),
    ],
)
def test_a_payload_becomes_a_report(
    organisation: str,
    source: str,
    payload: Any,
    process: str,
    key: str,
    event: str | None,
    variables: dict[str, str],
) -> None:
    found = organisation_of(ROOT, organisation).webhook_source(source)
    assert found is not None
    mapped = found.mapped(from_json(payload), _evaluation())
    assert (mapped.target, mapped.key, mapped.event_id) == (process, key, event)
    assert dict(mapped.variables) == variables
    assert mapped.warnings == ()


@pytest.mark.parametrize(
    ("organisation", "source"),
    [("derby", "generic"), ("derby", "microsoft_forms"), ("psirf", "datix")],
)
def test_a_payload_without_a_reference_starts_nothing(organisation: str, source: str) -> None:
    found = organisation_of(ROOT, organisation).webhook_source(source)
    assert found is not None
    with pytest.raises(PayloadNotMapped):
        found.mapped(from_json({"data": {}, "answers": {}}), _evaluation())


def _evaluation() -> Evaluation:
    return Evaluation(datetime(2026, 12, 24, 10, tzinfo=UTC))
