"""Dates, times and durations: reading, writing, adding, comparing, at any year and in any zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import (
    Date,
    DateTime,
    DaysTimeDuration,
    Evaluation,
    Time,
    Value,
    YearsMonthsDuration,
    compile_expression,
    decode,
    encode,
    from_instant,
    from_json,
    instant,
    to_text,
)
from engine.feel.zones import Offset, Region

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-24",
        "-2017-12-31",
        "999999999-12-31",
        "-999999999-01-01",
        "00:00:00",
        "16:00:00.123456789",
        "16:00:00Z",
        "16:00:00+05:30",
        "16:00:00-02:00:01",
        "16:00:00@Europe/London",
        "2026-12-24T16:00:00",
        "-2017-12-31T11:22:33.456+01:35",
        "999999999-12-31T23:59:59.999999999@Europe/Paris",
        "P1DT2H3M4.5S",
        "-P2D",
        "PT0S",
        "P1Y2M",
        "-P8Y4M",
        "P0M",
    ],
)
def test_what_is_read_is_written_the_same(text: str, feel: Callable[..., Value]) -> None:
    assert feel(f'string(@"{text}")') == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "2026-13-01",
        "998-12-31",
        "01211-12-31",
        "+2026-12-24",
        "9999999999-12-31",
        "2026-12-24T7:00:00",
        "2026-12-24T24:00:01",
        "16:00",
        "16:60:00",
        "16:00:00+19:00",
        "16:00:00@Not/AZone",
        "16:00:00@../etc/passwd",
        "16:00:00+02:00@Europe/Paris",
        "P",
        "P1",
        "PT",
        "P1DT",
        "P1H",
        "1D",
        "P1Y1D",
        "P1.5D",
        "",
    ],
)
def test_what_is_no_date_time_or_duration_is_null(text: str, feel: Callable[..., Value]) -> None:
    assert feel(f'@"{text}"') is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-01-31" + @"P1M"', "2026-02-28"),
        ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
        ('@"2021-01-02" - @"PT1S"', "2021-01-01"),
        ('@"2021-01-01" + @"PT36H"', "2021-01-02"),
        ('@"-2021-01-01" - @"P1D"', "-2022-12-31"),
        ('@"0001-01-01" - @"P1D"', "0000-12-31"),
        ('@"2026-12-24T24:00:00"', "2026-12-25T00:00:00"),
        ('@"10:15:00" + @"PT23H"', "09:15:00"),
        ('@"2021-01-02T10:10:10@Europe/Paris" - @"2021-01-01T10:10:10@Asia/Dhaka"', "P1DT5H"),
        ('@"2021-01-02" - @"2021-01-01"', "P1D"),
        ('@"10:10:10" - @"11:10:10"', "-PT1H"),
        ('@"P1Y11M" * -2.5', "-P4Y9M"),
        ('@"P10DT23H" / 2.5', "P4DT9H12M"),
        ('@"P10D" / @"P5D"', "2"),
        ('@"P1Y" - @"P2M"', "P10M"),
        ('-@"P1D"', "-P1D"),
    ],
)
def test_calculating(text: str, expected: str, feel: Callable[..., Value]) -> None:
    assert to_text(feel(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        '@"999999999-12-31" + @"P1D"',
        '@"-999999999-01-01" - @"P1M"',
        '@"2026-12-24" + @"2026-12-24"',
        '@"10:00:00" + @"P1M"',
        '@"P1D" + @"P1M"',
        '@"P1D" / 0',
        '@"P1D" * 1e6000',
        '@"2026-12-24T10:00:00" - @"2026-12-24T10:00:00Z"',
        '@"2026-12-24" + @"P99999999999999999999D"',
    ],
)
def test_what_cannot_be_calculated_is_null(text: str, feel: Callable[..., Value]) -> None:
    assert feel(text) is None


def test_hours_are_added_in_elapsed_time_across_a_change_of_clocks(
    feel: Callable[..., Value],
) -> None:
    # The clocks go forward at 01:00 on 29 March 2026 and back at 02:00 on 25 October 2026.
    assert to_text(feel('@"2026-03-28T12:00:00@Europe/London" + @"PT24H"')) == (
        "2026-03-29T13:00:00@Europe/London"
    )
    assert to_text(feel('@"2026-10-24T12:00:00@Europe/London" + @"P1D"')) == (
        "2026-10-25T11:00:00@Europe/London"
    )
    assert to_text(feel('@"2026-03-28T12:00:00@Europe/London" + @"P1M"')) == (
        "2026-04-28T12:00:00@Europe/London"
    )


def test_zoned_moments_are_compared_as_instants(feel: Callable[..., Value]) -> None:
    assert feel('@"2018-10-08T00:00:00+02:00" = @"2018-10-08T00:00:00@Europe/Paris"') is True
    assert feel('@"2018-12-08T00:00:00Z" < @"2018-12-08T00:00:00-01:00"') is True
    assert feel('@"2018-12-08T00:00:00" < @"2018-12-08T00:00:00Z"') is None
    assert feel('@"2018-12-08" < @"2018-12-08T00:00:00Z"') is None


def test_times_are_equal_to_the_second_but_ordered_by_fractions(
    feel: Callable[..., Value],
) -> None:
    assert feel('@"10:30:00.0001" = @"10:30:00.0002"') is True
    assert feel('@"10:30:00.0001" < @"10:30:00.0002"') is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-12-24".weekday', 4),
        ('@"2026-12-24T16:01:02@Europe/London".hour', 16),
        ('@"2026-12-24T16:01:02@Europe/London".timezone', "Europe/London"),
        ('@"2026-12-24T16:01:02Z".timezone', None),
        ('@"2026-12-24T16:01:02".time offset', None),
        ('@"2026-07-01T12:00:00@Europe/London".time offset = @"PT1H"', True),
        ('@"10:00:00@Europe/London".time offset', None),
        ('@"10:00:00@Etc/UTC".time offset = @"PT0S"', True),
        ('@"P1DT2H".hours', 2),
        ('@"-P1DT2H".days', -1),
        ('@"P1Y2M".months', 2),
        ('@"P1Y2M".days', None),
        ("[1..3).end included", False),
        ("[1..3).start", 1),
        ('[@"2026-01-01", @"2027-01-01"].year', [2026, 2027]),
    ],
)
def test_properties(text: str, expected: Any, feel: Callable[..., Value]) -> None:
    assert feel(text) == from_json(expected)


def test_now_and_today_are_those_of_the_evaluation() -> None:
    just_before_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    evaluation = Evaluation(just_before_midnight, zone=LONDON)
    assert to_text(compile_expression("now()").evaluate({}, evaluation)) == (
        "2026-07-01T00:30:00@Europe/London"
    )
    assert compile_expression("today()").evaluate({}, evaluation) == Date(2026, 7, 1)


def test_an_evaluation_needs_an_aware_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Evaluation(datetime(2026, 6, 30, 23, 30))


def test_instants_go_both_ways() -> None:
    moment = datetime(2026, 7, 1, 11, 30, 0, 123456, tzinfo=UTC)
    there = from_instant(moment, LONDON)
    assert there == DateTime(Date(2026, 7, 1), Time(12, 30, 0, 123456000, Region("Europe/London")))
    assert instant(there, ZoneInfo("Asia/Tokyo")) == moment


def test_local_values_are_read_on_the_organisations_clock() -> None:
    assert instant(Date(2026, 7, 1), LONDON) == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    local = DateTime(Date(2026, 7, 1), Time(9, 0))
    assert instant(local, LONDON) == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_or_repeat_is_read_once() -> None:
    skipped = DateTime(Date(2026, 3, 29), Time(1, 30))
    repeated = DateTime(Date(2026, 10, 25), Time(1, 30))
    assert instant(skipped, LONDON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(repeated, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_regions_work_far_outside_pythons_years() -> None:
    for year in (-999_999_999, -1, 0, 1, 9_999, 10_000, 999_999_999):
        moment = DateTime(Date(year, 7, 1), Time(12, 0, zone=Region("Europe/Paris")))
        again = DateTime.from_epoch(moment.epoch_nanosecond(), moment.zone)
        assert again == moment


def test_python_dates_and_times_come_in_as_feels() -> None:
    assert from_json(datetime(2026, 7, 1, 12, tzinfo=LONDON)) == DateTime(
        Date(2026, 7, 1), Time(12, 0, zone=Region("Europe/London"))
    )
    assert from_json(datetime(2026, 7, 1, 12, tzinfo=UTC)) == DateTime(
        Date(2026, 7, 1), Time(12, 0, zone=Offset(0))
    )
    assert DaysTimeDuration.of(90).parts() == (0, 0, 1, 30, 0)
    assert YearsMonthsDuration(-14).parts() == (-1, -2)


@pytest.mark.parametrize("minutes", range(-90, 151, 30))
def test_no_instant_of_the_night_when_the_clocks_go_back_is_lost(
    minutes: int, feel: Callable[..., Value]
) -> None:
    """Between 01:00 and 02:00 on 25 October 2026 London's clocks show every time twice."""
    moment = datetime(2026, 10, 25, 1, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    value = from_instant(moment, LONDON)
    assert instant(value, LONDON) == moment
    assert instant(decode(encode(value)), LONDON) == moment
    later = feel('when + duration("PT2H")', when=value)
    assert isinstance(later, DateTime)
    assert instant(later, LONDON) == moment + timedelta(hours=2)
