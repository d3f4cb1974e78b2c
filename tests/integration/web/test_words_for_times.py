"""Instants and limits in the words that people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from web.wording import Urgency, ago, limit, moment, short_moment, span

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 12, 24, 16, 0, tzinfo=UTC), "Thursday 24 December 2026 at 4pm"),
        (datetime(2026, 7, 1, 8, 5, tzinfo=UTC), "Wednesday 1 July 2026 at 9:05am"),
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), "Thursday 24 December 2026 at midday"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "Wednesday 1 July 2026 at midnight"),
        (datetime(2026, 12, 24, 0, 30, tzinfo=UTC), "Thursday 24 December 2026 at 12:30am"),
    ],
)
def test_an_instant_reads_in_the_organisations_own_time(instant: datetime, words: str) -> None:
    assert moment(instant, LONDON) == words


def test_an_instant_has_a_short_form() -> None:
    assert short_moment(NOW, LONDON) == "24 December 2026, 4pm"


@pytest.mark.parametrize(
    ("left", "urgency", "words"),
    [
        (timedelta(days=3, hours=5), Urgency.LATER, "Due in 3 days"),
        (timedelta(hours=24), Urgency.SOON, "Due in 1 day"),
        (timedelta(hours=2, minutes=59), Urgency.SOON, "Due in 2 hours"),
        (timedelta(minutes=1), Urgency.SOON, "Due in 1 minute"),
        (timedelta(0), Urgency.SOON, "Due in less than a minute"),
        (-timedelta(seconds=1), Urgency.OVERDUE, "Overdue by less than a minute"),
        (-timedelta(days=1, hours=23), Urgency.OVERDUE, "Overdue by 1 day"),
        (-timedelta(days=40), Urgency.OVERDUE, "Overdue by 40 days"),
    ],
)
def test_a_limit_says_how_it_stands(left: timedelta, urgency: Urgency, words: str) -> None:
    found = limit(NOW + left, now=NOW, zone=LONDON)
    assert (found.urgency, found.words) == (urgency, words)
    assert found.full


def test_no_limit_is_never_late() -> None:
    found = limit(None, now=NOW, zone=LONDON)
    assert (found.urgency, found.words, found.full) == (Urgency.NONE, "No time limit", "")


def test_a_past_instant_is_so_long_ago() -> None:
    assert ago(NOW - timedelta(hours=1), now=NOW) == "1 hour ago"
    assert span(timedelta(minutes=59, seconds=59)) == "59 minutes"
