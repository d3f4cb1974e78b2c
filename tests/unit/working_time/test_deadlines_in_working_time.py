"""Deadlines over clock changes, Christmas and closures, and against a minute-stepping oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.model.working_time import (
    LONGEST_REACH,
    OpeningHours,
    WorkingCalendar,
    WorkingTimeError,
)

LONDON = ZoneInfo("Europe/London")
OFFICE: OpeningHours = {day: ((time(9), time(17)),) for day in range(5)}
WITH_LUNCH: OpeningHours = {
    day: ((time(8, 30), time(12)), (time(13), time(17, 15))) for day in (0, 1, 2, 3, 4, 5)
}
NIGHTS: OpeningHours = {
    5: ((time(0), time(3)), (time(22), time(0))),
    6: ((time(0), time(4)), (time(5), time(6))),
}
ROUND_THE_CLOCK: OpeningHours = {day: ((time(0), time(0)),) for day in range(7)}
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-04-03",
        "2026-04-06",
        "2026-12-25",
        "2026-12-28",
        "2027-01-01",
        "2027-03-26",
        "2027-03-29",
    )
)


def calendar(hours: OpeningHours = OFFICE, zone: ZoneInfo = LONDON) -> WorkingCalendar:
    return WorkingCalendar("office", "1", zone, hours, HOLIDAYS)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("event", "days", "ends"),
    [
        ("2026-12-24T16:00", 1, "2026-12-29T17:00"),  # Christmas Day and Boxing Day's substitute
        ("2026-12-24T16:00", 28, "2027-02-05T17:00"),
        ("2026-11-26T20:00", 1, "2026-11-30T17:00"),  # Thursday evening counts as Friday
        ("2026-11-26T20:00", 0, "2026-11-27T17:00"),
        ("2026-11-27T07:00", 1, "2026-11-30T17:00"),  # before opening counts as the same day
        ("2026-11-28T12:00", 1, "2026-12-01T17:00"),  # Saturday counts as Monday
        ("2026-11-27T17:00", 0, "2026-11-27T17:00"),  # the closing instant is still that day
        ("2026-11-27T17:00:01", 0, "2026-11-30T17:00"),
        ("2026-03-27T10:00", 1, "2026-03-30T17:00"),  # clocks go forward in between
        ("2026-10-23T10:00", 1, "2026-10-26T17:00"),  # and back
    ],
)
def test_a_limit_in_working_days_ends_at_close_of_the_last_of_them(
    event: str, days: int, ends: str
) -> None:
    assert calendar().working_days_after(london(event), days) == london(ends)
    assert calendar().working_days_after(london(event), days).tzinfo is UTC


def test_the_end_of_the_working_day_of_an_event_in_the_lunch_break_is_the_same_day() -> None:
    assert calendar(WITH_LUNCH).end_of_working_day(london("2026-11-27T12:30")) == london(
        "2026-11-27T17:15"
    )


@pytest.mark.parametrize(
    ("event", "days", "ends"),
    [
        ("2026-12-24T16:00", 28, "2027-01-21T23:59:59"),
        ("2026-03-28T16:00", 1, "2026-03-29T23:59:59"),
        ("2026-10-24T00:30", 1, "2026-10-25T23:59:59"),
        ("2026-12-24T16:00", -28, "2026-11-26T23:59:59"),
    ],
)
def test_a_limit_in_calendar_days_ends_with_the_local_day(
    event: str, days: int, ends: str
) -> None:
    assert calendar().calendar_days_after(london(event), days) == london(ends)


@pytest.mark.parametrize(
    ("event", "months", "ends"),
    [
        ("2027-01-31T10:00", 1, "2027-02-28T23:59:59"),
        ("2028-01-31T10:00", 1, "2028-02-29T23:59:59"),
        ("2026-11-22T10:00", 3, "2027-02-22T23:59:59"),
        ("2026-12-31T10:00", 6, "2027-06-30T23:59:59"),
        ("2026-03-31T10:00", -1, "2026-02-28T23:59:59"),
        ("2026-12-01T10:00", 12, "2027-12-01T23:59:59"),
    ],
)
def test_a_limit_in_months_ends_on_the_same_day_or_the_last_of_a_shorter_month(
    event: str, months: int, ends: str
) -> None:
    assert calendar().calendar_months_after(london(event), months) == london(ends)


def test_the_local_day_decides_not_the_utc_day() -> None:
    half_past_midnight_bst = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert calendar().calendar_days_after(half_past_midnight_bst, 0) == london(
        "2026-07-01T23:59:59"
    )


@pytest.mark.parametrize(
    ("event", "hours", "ends"),
    [
        ("2026-12-24T16:00", 1, "2026-12-24T17:00"),
        ("2026-12-24T16:00", 2, "2026-12-29T10:00"),
        ("2026-11-26T20:00", 0, "2026-11-27T09:00"),
        ("2026-11-28T20:00", 9, "2026-12-01T10:00"),
    ],
)
def test_a_limit_in_working_hours_runs_only_while_open(event: str, hours: int, ends: str) -> None:
    assert calendar().working_time_after(london(event), timedelta(hours=hours)) == london(ends)


def test_round_the_clock_opening_counts_real_hours_over_a_clock_change() -> None:
    open_always = calendar(ROUND_THE_CLOCK)
    start = datetime(2026, 3, 28, 16, tzinfo=UTC)
    # 3 April is a bank holiday; nothing before it is.
    assert open_always.working_time_after(start, timedelta(hours=24)) == start + timedelta(
        hours=24
    )
    assert open_always.working_time_between(
        london("2026-03-29T00:00"), london("2026-03-30T00:00")
    ) == timedelta(hours=23)
    assert open_always.working_time_between(
        london("2026-10-25T00:00"), london("2026-10-26T00:00")
    ) == timedelta(hours=25)


def test_round_the_clock_midnight_belongs_to_the_day_that_begins() -> None:
    assert calendar(ROUND_THE_CLOCK).working_days_after(london("2026-11-24T00:00"), 1) == london(
        "2026-11-26T00:00"
    )


def test_opening_times_that_the_clock_skips_become_the_clock_change() -> None:
    hours: OpeningHours = {6: ((time(0, 30), time(1, 30)),)}
    night = calendar(hours)
    assert night.end_of_working_day(london("2026-03-29T00:45")) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
    skipped: OpeningHours = {6: ((time(1, 10), time(1, 50)),)}
    assert not calendar(skipped).is_working_day(date(2026, 3, 29))


def test_openings_in_a_repeated_hour_never_overlap() -> None:
    hours: OpeningHours = {6: ((time(0, 30), time(1, 30)), (time(1, 40), time(3)))}
    opened = calendar(hours).working_time_between(
        london("2026-10-25T00:00"), london("2026-10-25T12:00")
    )
    assert opened == timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 12, 24), date(2026, 12, 29), 1),
        (date(2026, 12, 29), date(2026, 12, 24), -1),
        (date(2026, 11, 27), date(2026, 11, 27), 0),
        (date(2026, 11, 28), date(2026, 11, 30), 0),
        (london("2026-11-25T10:00"), london("2026-11-26T16:59"), 1),
        (london("2026-11-25T10:00"), london("2026-11-26T20:00"), 2),
        (london("2026-12-24T16:00"), date(2027, 2, 5), 28),
    ],
)
def test_working_days_between_two_moments(
    start: date | datetime, end: date | datetime, days: int
) -> None:
    assert calendar().working_days_between(start, end) == days


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ({}, "never opens"),
        ({0: ()}, "never opens"),
        ({7: ((time(9), time(17)),)}, "not a weekday"),
        ({0: ((time(17), time(9)),)}, "does not come after"),
        ({0: ((time(9), time(12)), (time(11), time(17)))}, "overlap"),
        ({0: ((time(9), time(0)), (time(11), time(17)))}, "overlap"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused(hours: OpeningHours, wrong: str) -> None:
    with pytest.raises(WorkingTimeError, match=wrong):
        calendar(hours)


def test_a_closure_of_years_is_an_error_not_an_endless_search() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(900))
    shut = WorkingCalendar("shut", "1", LONDON, OFFICE, closures=closed)
    with pytest.raises(WorkingTimeError, match="no opening in the 400 days after"):
        shut.working_days_after(london("2026-06-01T10:00"), 1)


def test_calculations_are_bounded() -> None:
    with pytest.raises(WorkingTimeError, match="too far"):
        calendar().working_days_after(london("2026-06-01T10:00"), 10**9)
    with pytest.raises(WorkingTimeError, match="beyond"):
        calendar().working_time_after(london("2026-06-01T10:00"), timedelta(days=LONGEST_REACH))
    with pytest.raises(WorkingTimeError, match="too far"):
        calendar().calendar_months_after(london("2026-06-01T10:00"), 10**6)
    with pytest.raises(WorkingTimeError, match="outside the calendar"):
        calendar().calendar_days_after(london("9999-12-01T10:00"), 100)


def test_an_unknown_year_of_holidays_is_refused_rather_than_assumed_empty() -> None:
    bounded = WorkingCalendar(
        "office",
        "1",
        LONDON,
        OFFICE,
        HOLIDAYS,
        known_from=date(2012, 1, 1),
        known_until=date(2027, 12, 31),
    )
    assert bounded.working_days_after(london("2027-12-30T10:00"), 1) == london("2027-12-31T17:00")
    with pytest.raises(WorkingTimeError, match="known from 2012-01-01 to 2027-12-31"):
        bounded.working_days_after(london("2027-12-31T10:00"), 1)
    assert bounded.calendar_days_after(london("2027-12-31T10:00"), 1) == london(
        "2028-01-01T23:59:59"
    )


def test_negative_limits_and_naive_times_are_refused() -> None:
    with pytest.raises(WorkingTimeError, match="cannot be -1 working days"):
        calendar().working_days_after(london("2026-06-01T10:00"), -1)
    with pytest.raises(WorkingTimeError, match="negative"):
        calendar().working_time_after(london("2026-06-01T10:00"), timedelta(hours=-1))
    with pytest.raises(WorkingTimeError, match="no time zone"):
        calendar().end_of_working_day(datetime(2026, 6, 1, 10))


# Weekends with a clock change are drawn often; ordinary weeks of two years fill the rest.
CLOCK_CHANGES = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))
instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
        lambda naive: naive.replace(tzinfo=UTC, second=0, microsecond=0)
    ),
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CLOCK_CHANGES),
        st.integers(-3 * 24 * 60, 3 * 24 * 60),
    ),
)
calendars = st.builds(
    calendar,
    st.sampled_from([OFFICE, WITH_LUNCH, NIGHTS, ROUND_THE_CLOCK]),
    st.sampled_from([LONDON, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]),
)
durations = st.integers(0, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


def is_open(office: WorkingCalendar, instant: datetime) -> bool:
    """Look at the clock on the wall, as a person would."""
    local = instant.astimezone(office.zone)
    if local.date() in office.holidays:
        return False
    return any(
        opens <= local.time() and (closes == time(0) or local.time() < closes)
        for opens, closes in office.opening_hours.get(local.weekday(), ())
    )


MINUTE = timedelta(minutes=1)


@settings(max_examples=150, deadline=None)
@given(calendars, instants, st.integers(0, 4 * 24 * 60))
def test_working_time_between_agrees_with_stepping_through_the_minutes(
    office: WorkingCalendar, start: datetime, minutes: int
) -> None:
    stepped = sum(is_open(office, start + n * MINUTE) for n in range(minutes))
    assert office.working_time_between(start, start + minutes * MINUTE) == stepped * MINUTE


@settings(max_examples=150, deadline=None)
@given(calendars, instants, st.integers(0, 600))
def test_working_time_after_agrees_with_stepping_through_the_minutes(
    office: WorkingCalendar, start: datetime, minutes: int
) -> None:
    at, left = start, minutes
    while not is_open(office, at) and not (left == 0 and is_open(office, at - MINUTE)):
        at += MINUTE
    while left:
        left -= is_open(office, at)
        at += MINUTE
    assert office.working_time_after(start, minutes * MINUTE) == at


@given(calendars, instants, durations)
def test_working_time_after_and_between_are_inverse(
    office: WorkingCalendar, start: datetime, duration: timedelta
) -> None:
    assert (
        office.working_time_between(start, office.working_time_after(start, duration)) == duration
    )


@given(calendars, instants, durations)
def test_a_deadline_never_falls_outside_opening_hours(
    office: WorkingCalendar, start: datetime, duration: timedelta
) -> None:
    deadline = office.working_time_after(start, duration)
    assert is_open(office, deadline) or is_open(office, deadline - MINUTE)


@given(calendars, instants, instants, durations, durations)
def test_later_events_and_longer_limits_never_end_earlier(
    office: WorkingCalendar,
    one: datetime,
    other: datetime,
    short: timedelta,
    extra: timedelta,
) -> None:
    early, late = sorted((one, other))
    assert office.working_time_after(early, short) <= office.working_time_after(late, short)
    assert office.working_time_after(early, short) <= office.working_time_after(
        early, short + extra
    )
    days = int(short.total_seconds() // 86400)
    assert office.working_days_after(early, days) <= office.working_days_after(late, days)
    assert office.working_days_after(early, days) < office.working_days_after(early, days + 1)


@given(calendars, instants, st.integers(0, 40))
def test_working_days_after_and_between_are_inverse(
    office: WorkingCalendar, start: datetime, days: int
) -> None:
    # Round the clock, the closing midnight is already the next day's.
    deadline = office.working_days_after(start, days) - MINUTE
    assert office.working_days_between(start, max(deadline, start)) == days


@given(calendars, instants, instants, st.integers(0, 40))
def test_an_act_meets_a_limit_exactly_when_the_days_between_say_so(
    office: WorkingCalendar, one: datetime, other: datetime, days: int
) -> None:
    start, end = sorted((one, other))
    deadline = office.working_days_after(start, days)
    assume(end != deadline)
    assert (end < deadline) == (office.working_days_between(start, end) <= days)


@given(calendars, instants, instants)
def test_between_changes_sign_with_direction(
    office: WorkingCalendar, one: datetime, other: datetime
) -> None:
    assert office.working_days_between(one, other) == -office.working_days_between(other, one)
    assert office.working_time_between(one, other) == -office.working_time_between(other, one)


@given(instants, st.integers(0, 400))
def test_calendar_days_are_counted_on_the_local_calendar(start: datetime, days: int) -> None:
    deadline = calendar().calendar_days_after(start, days).astimezone(LONDON)
    assert deadline.time() == time(23, 59, 59)
    assert (deadline.date() - start.astimezone(LONDON).date()).days == days
