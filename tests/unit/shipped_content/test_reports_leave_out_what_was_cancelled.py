"""Reports of a period are about what happened: a record that was cancelled is in none of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.feel import Evaluation, compile_expression, from_json

CONTENT = Path(__file__).parents[3] / "bpmn"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
NOW = datetime(2027, 4, 1, 9, tzinfo=UTC)
CANCELLED = "CANCELLED-1"
DIAGRAMS = [
    "cafcass/incident_bulletin",
    "cafcass/learning_bulletin",
    "cafcass/learning_report",
    "cafcass/monthly_cascade",
    "derby/annual_review",
    "syncora/care_governance_group",
    "syncora/governance_report",
    "syncora/managers_meeting",
    "yjb/board_reporting",
]


def collected(state: str) -> dict[str, Any]:
    """Return what a task has collected: one instance that every report would name."""
    texts = ("learning", "company", "report_lessons", "cascade_text", "group_learning", "lessons")
    instance = {
        "process": "incident",
        "business_key": CANCELLED,
        "state": state,
        "learning_source": "media",
        "cascade_channels": ["monthly cascade", "learning bulletin", "incident bulletin"],
        **dict.fromkeys(texts, CANCELLED),
    }
    return {"count": 1, "instances": [instance]}


def reported(diagram: str, state: str) -> str:
    """Return all that a report's diagram makes of what its tasks have collected."""
    root = etree.parse(CONTENT / f"{diagram}.bpmn").getroot()
    tasks = [t for t in root.iter(f"{BPMN}serviceTask") if t.get(f"{CAMUNDA}topic") == "collect"]
    results = [task.get(f"{CAMUNDA}resultVariable") for task in tasks]
    known = {name: from_json(collected(state)) for name in results}
    told = []
    for output in root.iter(f"{CAMUNDA}outputParameter"):
        if any(f"{name}.instances" in (output.text or "") for name in results):
            expression = compile_expression(output.text.removeprefix("="))
            told.append(str(expression.evaluate(known, Evaluation(NOW))))
    assert told
    return "\n".join(told)


@pytest.mark.parametrize("diagram", DIAGRAMS)
def test_a_cancelled_record_is_in_no_report(diagram: str) -> None:
    assert CANCELLED in reported(diagram, "completed")
    assert CANCELLED not in reported(diagram, "cancelled")
