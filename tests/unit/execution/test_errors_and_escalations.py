"""Errors and escalations are caught by what is around where they are thrown, by nothing else."""

from __future__ import annotations

import pytest

from tests.unit.execution.diagrams import (
    begin,
    event,
    flows,
    node,
    process,
    start_end,
    timer,
    user,
)

ERRORS = (
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="x" name="up" escalationCode="UP"/>'
)
EXTERNAL = 'camunda:type="external" camunda:topic="work"'


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def sub(id: str, *inside: str) -> str:
    return node("subProcess", id, inside="".join(inside))


def test_an_error_end_is_caught_on_its_sub_process_and_its_siblings_go_on(stored: bool) -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        sub(
            "one",
            node("startEvent", "s1"),
            user("a"),
            event("endEvent", "fail", "error", "e"),
            flows("s1 a fail"),
        ),
        sub("two", node("startEvent", "s2"), user("b"), node("endEvent", "e2"), flows("s2 b e2")),
        event("boundaryEvent", "caught1", "error", "e", 'attachedToRef="one"'),
        event("boundaryEvent", "caught2", "error", "e", 'attachedToRef="two"'),
        user("mend1", "mend2"),
        flows("start split one end", "split two end", "caught1 mend1 end", "caught2 mend2 end"),
        before=ERRORS,
    )
    world = begin(source, stored=stored).complete("a")
    assert world.open() == ["b", "mend1"]
    assert world.complete("b").complete("mend1").state == "completed"


def test_an_error_goes_two_levels_up_to_a_catch_all(stored: bool) -> None:
    source = process(
        start_end(),
        sub(
            "outer",
            node("startEvent", "s1"),
            sub(
                "inner",
                node("startEvent", "s2"),
                user("a"),
                event("endEvent", "fail", "error", "e"),
                flows("s2 a fail"),
            ),
            flows("s1 inner"),
        ),
        event("boundaryEvent", "caught", "error", attributes='attachedToRef="outer"'),
        user("mend"),
        flows("start outer end", "caught mend end"),
        before=ERRORS,
    )
    assert begin(source, stored=stored).complete("a").open() == ["mend"]


def test_an_error_that_nobody_catches_fails_the_instance_for_all_to_see(stored: bool) -> None:
    source = process(
        node("startEvent", "start"),
        node("parallelGateway", "split"),
        user("a", "b"),
        event("endEvent", "fail", "error", "e"),
        flows("start split a fail", "split b"),
        before=ERRORS,
    )
    world = begin(source, stored=stored).complete("a")
    assert world.state == "failed"
    assert world.waits() == []
    assert "process_instance_failed" in {event.kind for event in world.events}


def test_a_service_task_that_throws_an_error_is_caught_on_its_boundary(stored: bool) -> None:
    source = process(
        start_end(),
        node("serviceTask", "work", EXTERNAL),
        node(
            "boundaryEvent",
            "caught",
            'attachedToRef="work"',
            '<bpmn:errorEventDefinition id="d" errorRef="e" camunda:errorCodeVariable="code" '
            'camunda:errorMessageVariable="why"/>',
        ),
        event("boundaryEvent", "other", "error", attributes='attachedToRef="work"'),
        user("mend", "wonder"),
        flows("start work end", "caught mend end", "other wonder end"),
        before=ERRORS,
    )
    world = begin(source, stored=stored).bpmn_error("work", "BAD", "no paper")
    assert world.open() == ["mend"]
    assert (world.outcome.variables["code"], world.outcome.variables["why"]) == (
        "BAD",
        "no paper",
    )
    assert begin(source, stored=stored).bpmn_error("work", "ELSE").open() == ["wonder"]


def test_an_escalation_runs_beside_what_threw_it_or_interrupts_it(stored: bool) -> None:
    def source(cancel: str) -> str:
        return process(
            start_end(),
            sub(
                "work",
                node("startEvent", "s1"),
                event("intermediateThrowEvent", "raise", "escalation", "x"),
                user("a"),
                flows("s1 raise a"),
            ),
            event("boundaryEvent", "up", "escalation", "x", f'attachedToRef="work" {cancel}'),
            user("boss", "unrelated"),
            event("boundaryEvent", "no", "escalation", "x", 'attachedToRef="unrelated"'),
            user("wrong"),
            node("parallelGateway", "split"),
            flows("start split work end", "split unrelated end", "up boss end", "no wrong end"),
            before=ERRORS,
        )

    beside = begin(source('cancelActivity="false"'), stored=stored)
    assert beside.open() == ["a", "boss", "unrelated"]
    assert begin(source(""), stored=stored).open() == ["boss", "unrelated"]


def test_an_escalation_that_nobody_catches_changes_nothing_but_history() -> None:
    source = process(
        start_end(),
        event("intermediateThrowEvent", "raise", "escalation", "x"),
        user("a"),
        flows("start raise a end"),
        before=ERRORS,
    )
    world = begin(source)
    assert world.open() == ["a"]
    assert "escalation_thrown" in {event.kind for event in world.events}


def test_terminate_ends_its_own_scope_only(stored: bool) -> None:
    source = process(
        start_end(),
        sub(
            "work",
            node("startEvent", "s1"),
            node("parallelGateway", "split"),
            user("a", "b"),
            node("endEvent", "stop", inside='<bpmn:terminateEventDefinition id="d"/>'),
            flows("s1 split a stop", "split b"),
        ),
        user("after"),
        flows("start work after end"),
    )
    world = begin(source, stored=stored).complete("a")
    assert world.open() == ["after"]


def test_a_boundary_timer_on_a_sub_process_takes_all_of_it_away(stored: bool) -> None:
    source = process(
        start_end(),
        sub(
            "work",
            node("startEvent", "s1"),
            node("parallelGateway", "split"),
            user("a", "b"),
            timer("inside", "PT30M", on="a", interrupting=False),
            user("remind"),
            flows("s1 split a", "split b", "inside remind"),
        ),
        timer("t", "PT1H", on="work"),
        user("late"),
        flows("start work end", "t late end"),
    )
    world = begin(source, stored=stored).later(minutes=30)
    assert world.open() == ["a", "b", "remind"]
    assert world.later(minutes=30).open() == ["late"]
    assert len(world.waits()) == 1
