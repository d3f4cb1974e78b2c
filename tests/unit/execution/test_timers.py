"""Timers are set once, fire at their instant in order of due time, and survive storage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.execution import TokenNotWaiting, ValueNotUsable, timer_start
from engine.feel import Evaluation
from engine.model.waits import TimerWait, UserTaskWait
from tests.unit.execution.diagrams import (
    LONDON,
    NOW,
    World,
    begin,
    codes,
    flows,
    node,
    parse,
    process,
    start_end,
    timer,
    user,
)


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def only_timer(world: World) -> TimerWait:
    (wait,) = world.waits(TimerWait)
    assert isinstance(wait, TimerWait)
    return wait


def test_a_timer_in_the_flow_fires_at_its_instant_and_not_before(stored: bool) -> None:
    world = begin(
        process(start_end(), timer("t", "PT2H"), user("a"), flows("start t a end")), stored=stored
    )
    assert only_timer(world).due_at == NOW + timedelta(hours=2)
    assert world.later(hours=1, minutes=59, seconds=59).open() == []
    assert world.later(seconds=1).open() == ["a"]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-07-01T09:00:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("2026-07-01T09:00:00@Europe/London", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("= at", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("= day", datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ('= date and time("2026-07-01T09:00:00")', datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ('= date and time("2026-03-28T12:00:00@Europe/London") + duration("P1D")',
         datetime(2026, 3, 29, 12, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_date_means_an_instant_and_a_local_one_the_organisations_zone(
    said: str, due: datetime
) -> None:
    source = process(
        start_end(), timer("t", said, kind="timeDate"), user("a"), flows("start t a end")
    )
    world = begin(source, at="2026-07-01T09:00:00", day="2026-07-01")
    assert only_timer(world).due_at == due


def test_a_month_is_counted_in_the_calendar() -> None:
    world = World(
        parse(process(start_end(), timer("t", "P1M"), user("a"), flows("start t a end"))),
        now=datetime(2026, 1, 31, 9, tzinfo=UTC),
    ).start()
    assert only_timer(world).due_at == datetime(2026, 2, 28, 9, tzinfo=UTC)


def test_a_timer_without_a_time_undoes_the_step() -> None:
    source = process(start_end(), timer("t", "= never"), user("a"), flows("start t a end"))
    with pytest.raises(ValueNotUsable, match="null"):
        begin(source)


INTERRUPTING = process(
    start_end(),
    user("a", "late"),
    timer("t", "PT1H", on="a"),
    flows("start a end", "t late end"),
)


def test_an_interrupting_timer_takes_its_task_away(stored: bool) -> None:
    world = begin(INTERRUPTING, stored=stored)
    assert only_timer(world).attached_to == world.token("a", UserTaskWait)
    world.later(hours=1)
    assert world.open() == ["late"]
    assert world.timers() == []
    assert "a" in world.passed(["element_cancelled"])
    assert world.complete("late").state == "completed"


def test_a_task_done_in_time_takes_its_timer_away(stored: bool) -> None:
    world = begin(INTERRUPTING, stored=stored)
    assert world.complete("a").state == "completed"
    assert world.waits() == []


def test_a_task_completed_after_its_interrupting_deadline_is_refused(stored: bool) -> None:
    world = begin(INTERRUPTING, stored=stored)
    token = world.token("a", UserTaskWait)
    world.now += timedelta(hours=1)
    with pytest.raises(TokenNotWaiting):
        world.step(lambda e: e.complete_user_task(token, {}))


def test_a_reminder_runs_beside_its_task_and_survives_it(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "remind"),
        timer("t", "PT1H", on="a", interrupting=False),
        flows("start a end", "t remind end"),
    )
    world = begin(source, stored=stored)
    world.later(hours=1)
    assert world.open() == ["a", "remind"]
    assert world.timers() == []
    world.complete("a")
    assert world.open() == ["remind"]
    assert world.complete("remind").state == "completed"


def test_a_cycle_reminds_again_and_again_and_its_reminders_outlive_the_task(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "remind"),
        timer("t", "R3/P1D", on="a", interrupting=False, kind="timeCycle"),
        flows("start a end", "t remind end"),
    )
    world = begin(source, stored=stored)
    for day in range(1, 4):
        world.later(days=1)
        assert world.open() == ["a"] + ["remind"] * day
    assert world.later(days=5).open() == ["a"] + ["remind"] * 3
    world.complete("a")
    assert world.open() == ["remind"] * 3


def test_a_cycle_is_counted_from_its_start_not_from_when_it_was_served(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "remind"),
        timer("t", "R/P1D", on="a", interrupting=False, kind="timeCycle"),
        flows("start a end", "t remind end"),
    )
    world = begin(source, stored=stored).later(days=1, hours=5)
    assert only_timer(world).due_at == NOW + timedelta(days=2)


def test_occurrences_missed_while_nothing_ran_fire_once_and_count(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "remind"),
        timer("t", "R4/P1D", on="a", interrupting=False, kind="timeCycle"),
        flows("start a end", "t remind end"),
    )
    world = begin(source, stored=stored).later(days=3, hours=1)
    assert world.open() == ["a", "remind"]
    assert only_timer(world).due_at == NOW + timedelta(days=4)
    assert world.later(days=1).open() == ["a", "remind", "remind"]
    assert world.timers() == []


def test_timers_fire_in_the_order_in_which_they_fell_due(stored: bool) -> None:
    parts = [node("parallelGateway", "split")]
    chains = ["start split"]
    for index, hours in enumerate([5, 2, 9, 1, 7]):
        parts += [timer(f"t{index}", f"PT{hours}H"), user(f"a{index}")]
        chains.append(f"split t{index} a{index} end")
    world = begin(process(start_end(), *parts, flows(*chains)), stored=stored)
    world.later(hours=8)
    assert world.passed(["timer_fired"]) == ["t3", "t1", "t0", "t4"]


def test_what_a_timer_leads_to_happens_before_a_later_timer() -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        timer("first", "PT1H"),
        timer("second", "PT2H"),
        user("a"),
        node("endEvent", "stop", inside="<bpmn:terminateEventDefinition id='s'/>"),
        flows("start split first stop", "split second a end"),
    )
    world = begin(source).later(hours=3)
    assert world.state == "completed"
    assert "second" not in world.passed(["timer_fired"])


def test_fire_timer_refuses_one_that_is_not_due() -> None:
    world = begin(INTERRUPTING)
    token = only_timer(world).token_id
    with pytest.raises(TokenNotWaiting):
        world.step(lambda e: e.fire_timer(token))
    world.now += timedelta(hours=1)
    world.step(lambda e: e.fire_timer(token))
    assert world.open() == ["late"]


def test_due_dates_are_computed_once(stored: bool) -> None:
    source = process(
        start_end(),
        user(
            "a",
            attributes='camunda:dueDate="= deadline" camunda:followUpDate="PT30M" '
            'camunda:candidateGroups="nurses, doctors" camunda:assignee="= boss" '
            'camunda:priority="70"',
        ),
        user("b"),
        node("parallelGateway", "s"),
        flows("start s a end", "s b end"),
    )
    world = begin(source, stored=stored, deadline="2026-03-05T12:00:00Z", boss="ada")
    world.later(days=1)
    world.complete("b", deadline="2027-01-01T00:00:00Z", boss="bob")
    (wait,) = world.waits(UserTaskWait)
    assert isinstance(wait, UserTaskWait)
    assert wait.due_at == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert wait.follow_up_at == NOW + timedelta(minutes=30)
    assert wait.candidate_groups == ("nurses", "doctors")
    assert (wait.assignee, wait.priority, wait.created_at) == ("ada", 70, NOW)


@pytest.mark.parametrize(
    ("kind", "said", "starts"),
    [
        ("timeDate", "2026-07-01T09:00:00Z", ["2026-07-01T09:00:00+00:00", None]),
        ("timeDuration", "PT2H", ["2026-03-02T11:00:00+00:00", None]),
        (
            "timeCycle",
            "R2/P1D",
            ["2026-03-03T09:00:00+00:00", "2026-03-04T09:00:00+00:00", None],
        ),
        (
            "timeCycle",
            "R/2026-04-01T08:00:00Z/P1Y",
            ["2026-04-01T08:00:00+00:00", "2027-04-01T08:00:00+00:00"],
        ),
    ],
)
def test_a_timer_start_event_says_when_its_instances_begin(
    kind: str, said: str, starts: list[str | None]
) -> None:
    definition = (
        f'<bpmn:timerEventDefinition id="d"><bpmn:{kind} xsi:type="bpmn:tFormalExpression">'
        f"{said}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )
    (spec,) = parse(
        process(node("startEvent", "begin", inside=definition), user("a"), flows("begin a"))
    )
    assert not spec.has_none_start
    found = [
        timer_start(
            spec.timer_starts["begin"],
            since=NOW,
            number=number,
            evaluation=Evaluation(NOW, LONDON),
        )
        for number in range(1, len(starts) + 1)
    ]
    assert [instant.isoformat() if instant else None for instant in found] == starts
    assert World([spec]).start("begin").open() == ["a"]


def test_a_due_date_that_comes_out_null_leaves_a_trace() -> None:
    source = process(
        start_end(), user("a", attributes='camunda:dueDate="= unknown"'), flows("start a end")
    )
    world = begin(source)
    (wait,) = world.waits(UserTaskWait)
    assert isinstance(wait, UserTaskWait)
    assert wait.due_at is None
    told = [event.data["message"] for event in world.events if event.kind == "expression_warning"]
    assert any("due date is null" in message for message in told)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("timeDuration", '= "banana"'),
        ("timeDuration", '= duration("P1X")'),
        ("timeDate", "= 5"),
        ("timeCycle", '= duration("PT1H")'),
        ("timeCycle", '= "R3/soon"'),
    ],
)
def test_an_expression_that_can_never_be_a_time_is_refused(kind: str, said: str) -> None:
    waiting = timer("t", said, on="a", interrupting=False, kind=kind)
    source = process(start_end(), user("a"), waiting, flows("start a end", "t end"))
    assert codes(source) == {"not_a_time"}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("timeDuration", '= duration("P1D")'),
        ("timeDate", '= now() + duration("P1D")'),
        ("timeDate", '= date and time("2026-03-03T09:00:00@Europe/London")'),
        ("timeCycle", '= "R3/PT1H"'),
    ],
)
def test_an_expression_that_is_a_time_whatever_happens_is_accepted(kind: str, said: str) -> None:
    waiting = timer("t", said, on="a", interrupting=False, kind=kind)
    source = process(start_end(), user("a"), waiting, flows("start a end", "t end"))
    assert codes(source) == set()
