"""Dates in scenarios are read as people write them, in the organisation's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from web.scenarios.dates import read_duration, read_instant, shown

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Thu 24 Dec 2026 10:00", "2026-12-24T10:00:00"),
        ("Thursday 24 December 2026 10:00", "2026-12-24T10:00:00"),
        ("24 Dec 2026 10:00:30", "2026-12-24T10:00:30"),
        ("Wed 1 Jul 2026 10:00", "2026-07-01T09:00:00"),
        ("2026-07-01T10:00", "2026-07-01T09:00:00"),
        ("2026-07-01 10:00", "2026-07-01T09:00:00"),
        ("2026-07-01T10:00+00:00", "2026-07-01T10:00:00"),
        ("2026-07-01T10:00Z", "2026-07-01T10:00:00"),
        ("Sun 25 Oct 2026 01:30", "2026-10-25T00:30:00"),
    ],
)
def test_a_date_and_time_is_read(text, utc):
    assert read_instant(text, LONDON) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Fri 24 Dec 2026 10:00", "that day is a Thu"),
        ("31 Feb 2026 10:00", "day is out of range"),
        ("24 Dez 2026 10:00", "is not one of Jan"),
        ("Christmas Eve", "is not a date and time"),
        ("Sun 29 Mar 2026 01:30", "skipped by the clock change"),
        ("24 Dec 2026 25:00", "hour must be in"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text, says):
    with pytest.raises(ValueError, match=says):
        read_instant(text, LONDON)


@pytest.mark.parametrize("text", ["Thu 24 Dec 2026 10:00", "Wed 1 Jul 2026 10:00:05"])
def test_an_instant_is_shown_as_it_was_written(text):
    assert shown(read_instant(text, LONDON), LONDON) == text


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P1D", timedelta(days=1)),
        ("PT2H", timedelta(hours=2)),
        ("P1DT12H30M", timedelta(days=1, hours=12, minutes=30)),
        ("P4W", timedelta(weeks=4)),
    ],
)
def test_a_duration_is_read(text, duration):
    assert read_duration(text) == duration


@pytest.mark.parametrize("text", ["P", "PT", "P1DT", "1 day", "P1M", "-P1D", ""])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        read_duration(text)
