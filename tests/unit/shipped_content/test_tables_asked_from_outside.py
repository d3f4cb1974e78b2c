"""The YJB's tables when another program asks: dates come as text, and not everything is known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.dmn import load
from engine.feel import Evaluation, from_json

TABLES = Path(__file__).parents[3] / "dmn" / "yjb"


def decided(decision: str, **asked: Any) -> Any:
    """Return what a table says."""
    model, _ = load((TABLES / f"{decision}.dmn").read_bytes(), file=decision)
    assert model is not None
    evaluation = Evaluation(now=datetime(2018, 4, 30, tzinfo=UTC))
    variables = {name: from_json(value) for name, value in asked.items()}
    return model.decisions[decision].evaluate(variables, evaluation).value


@pytest.mark.parametrize(
    ("occurred_at", "says"),
    [
        ("2018-03-10T23:59:59", "within 20 days"),
        ("2018-03-30T23:59:59", "within 20 days"),
        ("2018-03-31T00:00:00", "outside"),
        ("2018-03-30", "within 20 days"),
        ("2018-03-31", "outside"),
    ],
)
def test_the_twentieth_day_after_supervision_counts_in_full_over_a_clock_change(
    occurred_at: str, says: str
) -> None:
    assert says == decided(
        "supervision",
        supervision_status="supervision ended",
        supervision_ended_on="2018-03-10",
        occurred_at=occurred_at,
    )


@pytest.mark.parametrize(
    ("committed_on", "says"),
    [("2018-03-29", "must be commissioned"), ("2018-03-30", "not required")],
)
def test_the_twenty_eighth_day_before_the_offence_counts(committed_on: str, says: str) -> None:
    assert says == decided(
        "mappa_review_conditions",
        mappa_level="level 3",
        mappa_managed_until="2018-03-01",
        offence="murder",
        offence_committed_on=committed_on,
    )


def test_without_an_offence_no_mappa_review_is_required_whenever_the_management_ended() -> None:
    asked = {"mappa_level": "level 2", "mappa_managed_until": "2018-03-01"}
    assert decided("mappa_review_conditions", offence="no offence", **asked) == "not required"


def test_nobody_known_to_be_involved_besides_leaves_the_notification_here() -> None:
    assert decided("notifying_yot") == {"basis": "the only YOT involved", "yot": "this YOT"}


def test_without_knowing_of_supervision_no_safeguarding_criterion_is_met() -> None:
    assert decided("safeguarding_criteria", died=True) == []


@pytest.mark.parametrize("supervision", ["within 20 days", "outside"])
def test_nobody_supervised_at_the_time_once_supervision_had_ended(supervision: str) -> None:
    found = decided("reviewing_yot", supervision=supervision, several_yots=False)
    assert found == {"basis": "no YOT was supervising at the time", "yot": "this YOT"}


@pytest.mark.parametrize(
    ("cause", "says"), [("weapon", "yes"), ("self-harm", "awaiting medical opinion")]
)
def test_an_injury_of_which_no_opinion_is_known_waits_unless_a_weapon_inflicted_it(
    cause: str, says: str
) -> None:
    assert decided("life_threatening_injury", injury_cause=cause) == says
