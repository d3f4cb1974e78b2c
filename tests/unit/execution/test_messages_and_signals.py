"""Messages and signals reach the tokens that wait for them, as often as they may."""

from __future__ import annotations

import pytest

from engine.model.waits import SubscriptionWait
from tests.unit.execution.diagrams import (
    World,
    begin,
    event,
    extension,
    flows,
    node,
    parse,
    process,
    start_end,
    timer,
    user,
)

MESSAGE = '<bpmn:message id="m" name="report arrived"/><bpmn:message id="m2" name="called off"/>'
SIGNAL = '<bpmn:signal id="s" name="stop all"/>'


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_message_wakes_the_token_and_brings_its_variables(stored: bool) -> None:
    source = process(
        start_end(),
        event("intermediateCatchEvent", "c", "message", "m"),
        user("a"),
        flows("start c a end"),
        before=MESSAGE,
    )
    world = begin(source, stored=stored)
    (wait,) = world.waits(SubscriptionWait)
    assert isinstance(wait, SubscriptionWait)
    assert (wait.kind, wait.name) == ("message", "report arrived")
    world.deliver("c", text="hello")
    assert world.open() == ["a"]
    assert world.outcome.variables["text"] == "hello"


def test_a_receive_task_waits_and_its_boundary_timer_can_interrupt_it(stored: bool) -> None:
    source = process(
        start_end(),
        node("receiveTask", "r", 'messageRef="m"'),
        timer("t", "PT1H", on="r"),
        user("a", "late"),
        flows("start r a end", "t late end"),
        before=MESSAGE,
    )
    assert begin(source, stored=stored).deliver("r").open() == ["a"]
    assert begin(source, stored=stored).later(hours=1).open() == ["late"]


def test_a_non_interrupting_message_boundary_fires_every_time(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "note"),
        event("boundaryEvent", "b", "message", "m", 'attachedToRef="a" cancelActivity="false"'),
        flows("start a end", "b note end"),
        before=MESSAGE,
    )
    world = begin(source, stored=stored)
    for times in range(1, 4):
        world.deliver("b")
        assert world.open() == ["a"] + ["note"] * times


def test_an_interrupting_message_boundary_takes_its_task_away(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "instead"),
        event("boundaryEvent", "b", "message", "m", 'attachedToRef="a"'),
        flows("start a end", "b instead end"),
        before=MESSAGE,
    )
    assert begin(source, stored=stored).deliver("b").open() == ["instead"]


EVENT_GATEWAY = process(
    start_end(),
    node("eventBasedGateway", "g"),
    event("intermediateCatchEvent", "c", "message", "m"),
    timer("soon", "PT1H"),
    timer("later", "P10D"),
    user("a", "b", "d"),
    flows("start g c a end", "g soon b end", "g later d end"),
    before=MESSAGE,
)


def test_the_first_event_after_an_event_gateway_takes_the_token(stored: bool) -> None:
    world = begin(EVENT_GATEWAY, stored=stored)
    assert world.deliver("c").open() == ["a"]
    assert len(world.waits()) == 1
    assert world.complete("a").state == "completed"


def test_two_timers_after_an_event_gateway_each_have_their_own_time(stored: bool) -> None:
    world = begin(EVENT_GATEWAY, stored=stored)
    assert world.timers() == ["later", "soon"]
    assert world.later(hours=1).open() == ["b"]
    assert world.timers() == []
    taken = [event.data["flows"] for event in world.events if event.element_id == "g"]
    assert ["g_soon"] in taken


def test_a_thrown_message_leaves_with_its_key_and_payload() -> None:
    payload = extension(
        '<camunda:properties><camunda:property name="correlation_key" value="= ref"/>'
        "</camunda:properties><camunda:inputOutput>"
        '<camunda:inputParameter name="grade">= level + 1</camunda:inputParameter>'
        "</camunda:inputOutput>"
    )
    source = process(
        node("startEvent", "start"),
        event("endEvent", "end", "message", "m", more=payload),
        flows("start end"),
        before=MESSAGE,
    )
    world = begin(source, ref="R-7", level=2)
    assert world.state == "completed"
    (thrown,) = world.thrown
    assert (thrown.kind, thrown.name, thrown.correlation_key) == (
        "message",
        "report arrived",
        "R-7",
    )
    assert {name: str(value) for name, value in thrown.variables.items()} == {"grade": "3"}


def test_a_signal_wakes_every_token_of_the_instance_and_leaves_it(stored: bool) -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        event("intermediateCatchEvent", "c1", "signal", "s"),
        event("intermediateCatchEvent", "c2", "signal", "s"),
        event("intermediateThrowEvent", "throw", "signal", "s"),
        user("go", "a", "b"),
        flows("start split c1 a end", "split c2 b end", "split go throw end"),
        before=SIGNAL,
    )
    world = begin(source, stored=stored).complete("go")
    assert world.open() == ["a", "b"]
    assert [thrown.name for thrown in world.thrown] == ["stop all"]


def test_a_message_start_begins_where_the_message_says() -> None:
    source = process(
        start_end(),
        event("startEvent", "reported", "message", "m"),
        user("a", "b"),
        flows("start a end", "reported b end"),
        before=MESSAGE,
    )
    (spec,) = parse(source)
    assert spec.message_starts == {"report arrived": "reported"}
    assert spec.has_none_start
    assert World([spec]).start().open() == ["a"]
    assert World([spec]).start("reported").open() == ["b"]
    with pytest.raises(ValueError, match="no start event"):
        World([spec]).start("a")
