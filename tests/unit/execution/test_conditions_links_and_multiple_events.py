"""Conditional events, link events, and events with several definitions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.execution.diagrams import (
    World,
    begin,
    codes,
    condition,
    event,
    flow,
    flows,
    node,
    parse,
    problems_of,
    process,
    start_end,
    sub_process,
    timer,
    user,
)

DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:message id="m2" name="left"/>'
    '<bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="up" name="up" escalationCode="UP"/>'
)
MESSAGE = '<bpmn:messageEventDefinition id="{}" messageRef="m"/>'
SIGNAL = '<bpmn:signalEventDefinition id="{}" signalRef="s"/>'
STORED = pytest.mark.parametrize(
    "stored", [True, False], ids=["stored at every step", "in memory"]
)


def caught(said: str) -> str:
    return node("intermediateCatchEvent", "c", inside=condition(said))


@STORED
def test_a_condition_that_is_true_already_does_not_wait(stored: bool) -> None:
    world = begin(
        process(start_end(), caught("= n > 1"), flows("start c end")), stored=stored, n=2
    )
    assert world.state == "completed"


@STORED
def test_a_condition_waits_for_the_variable_that_makes_it_true(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("parallelGateway", "split"),
            caught("= n > 1"),
            user("a", "b"),
            flows("start split c b end", "split a end"),
        ),
        stored=stored,
        n=1,
    )
    assert [wait.element_id for wait in world.waits()] == ["c", "a"]
    world.step(lambda e: e.set_variables({"other": "x"}))
    assert world.open() == ["a"]
    world.complete("a", n=2)
    assert world.open() == ["b"]


@STORED
def test_a_condition_on_a_boundary_interrupts_the_activity(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            user("a", "b"),
            node("boundaryEvent", "c", 'attachedToRef="a"', condition("= n > 1")),
            flows("start a end", "c b end"),
        ),
        stored=stored,
        n=1,
    )
    world.step(lambda e: e.set_variables({"n": Decimal(5)}))
    assert world.open() == ["b"]
    assert len(world.waits()) == 1


@STORED
def test_beside_the_activity_it_happens_each_time_it_becomes_true_anew(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            user("a", "b"),
            node(
                "boundaryEvent",
                "c",
                'attachedToRef="a" cancelActivity="false"',
                condition("= hot"),
            ),
            flows("start a end", "c b end"),
        ),
        stored=stored,
        hot=False,
    )
    told = []
    for hot in (True, True, False, True):
        world.step(lambda e, hot=hot: e.set_variables({"hot": hot}))
        told.append(world.open().count("b"))
    assert told == [1, 1, 1, 2]


@STORED
def test_a_condition_may_look_at_one_variable_only(stored: bool) -> None:
    source = process(
        start_end(),
        caught("= a and b").replace(
            "<bpmn:conditionalEventDefinition ",
            '<bpmn:conditionalEventDefinition camunda:variableName="a" ',
        ),
        flows("start c end"),
    )
    world = begin(source, stored=stored, a=True, b=False)
    world.step(lambda e: e.set_variables({"b": True}))
    assert world.state == "running"
    world.step(lambda e: e.set_variables({"a": True}))
    assert world.state == "completed"


@STORED
def test_a_gateway_waits_for_a_condition_or_something_else(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("eventBasedGateway", "g"),
            caught("= ready"),
            timer("t", "P1D"),
            user("a", "b"),
            flows("start g c a end", "g t b end"),
        ),
        stored=stored,
        ready=False,
    )
    world.step(lambda e: e.set_variables({"ready": True}))
    assert world.open() == ["a"]
    assert world.timers() == []


@STORED
def test_a_condition_can_ask_what_has_been_completed(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("parallelGateway", "split"),
            caught("= completed.a.at != null"),
            user("a", "b"),
            flows("start split c b end", "split a end"),
        ),
        stored=stored,
    )
    world.complete("a")
    assert world.open() == ["b"]


def test_a_condition_that_can_never_change_is_refused_and_one_on_time_is_warned_of() -> None:
    assert "constant_condition" in codes(
        process(start_end(), caught("= 1 > 2"), flows("start c end"))
    )
    found = problems_of(process(start_end(), caught("= now() > due"), flows("start c end")))
    assert "does_not_tick" in {problem.code for problem in found}


def test_a_condition_does_not_begin_an_instance() -> None:
    source = process(
        node("startEvent", "start", inside=condition("= a")), flows("start a"), user("a")
    )
    assert "unsupported_element" in codes(source)


def link(kind: str, id: str, name: str) -> str:
    return node(kind, id, inside=f'<bpmn:linkEventDefinition id="{id}_d" name="{name}"/>')


THROW, CATCH = "intermediateThrowEvent", "intermediateCatchEvent"


@STORED
def test_a_link_goes_on_at_the_catch_event_of_its_name(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("exclusiveGateway", "x", 'default="x_l1"'),
            link(THROW, "l1", "on"),
            link(THROW, "l2", "on"),
            link(CATCH, "l3", "on"),
            user("a", "b"),
            flows("start x l1", "a l2", "l3 b end"),
            flow("x", "a", "= n > 1"),
        ),
        stored=stored,
        n=2,
    )
    world.complete("a")
    assert world.open() == ["b"]
    assert world.passed()[-3:] == ["a", "l2", "l3"]
    taken = [event.data["flows"] for event in world.events if event.element_id == "l2"]
    assert taken == [[]]


@STORED
def test_an_inclusive_join_waits_for_what_comes_by_a_link(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("inclusiveGateway", "split"),
            node("inclusiveGateway", "join"),
            user("a", "b", "c"),
            link(THROW, "l1", "on"),
            link(CATCH, "l2", "on"),
            flows("start split a join c end", "split b l1", "l2 join"),
        ),
        stored=stored,
    )
    world.complete("a")
    assert world.open() == ["b"]
    world.complete("b")
    assert world.open() == ["c"]


@pytest.mark.parametrize(
    ("code", "parts"),
    {
        "dangling_reference": link(THROW, "l1", "nowhere") + flows("start l1"),
        "ambiguous_link": link(THROW, "l1", "on")
        + link(CATCH, "l2", "on")
        + link(CATCH, "l3", "on")
        + flows("start l1", "l2 end", "l3 end"),
        "unreachable": link(CATCH, "l2", "on") + flows("start end", "l2 end"),
        "flow_not_possible": link(THROW, "l1", "on")
        + link(CATCH, "l2", "on")
        + flows("start l1 end", "l2 end"),
    }.items(),
)
def test_links_that_lead_nowhere_or_everywhere_are_refused(code: str, parts: str) -> None:
    assert code in codes(process(start_end(), parts))


@STORED
@pytest.mark.parametrize("first", [0, 1])
def test_a_catch_event_with_several_definitions_waits_for_the_first(
    stored: bool, first: int
) -> None:
    world = begin(
        process(
            start_end(),
            node(CATCH, "c", inside=MESSAGE.format("d1") + SIGNAL.format("d2")),
            flows("start c end"),
            before=DEFINED,
        ),
        stored=stored,
    )
    waits = world.waits()
    assert [wait.kind for wait in waits] == ["message", "signal"]
    world.step(lambda e: e.deliver(waits[first].token_id, {}))
    assert world.state == "completed"


@STORED
def test_a_parallel_multiple_event_waits_for_all(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node(
                CATCH, "c", 'parallelMultiple="true"', MESSAGE.format("d1") + SIGNAL.format("d2")
            ),
            flows("start c end"),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.deliver("c")
    assert world.state == "running"
    world.deliver("c")
    assert world.state == "completed"


@STORED
def test_a_gateway_can_lead_to_an_event_with_several_definitions(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("eventBasedGateway", "g"),
            node(CATCH, "c", inside=MESSAGE.format("d1") + SIGNAL.format("d2")),
            timer("t", "P1D"),
            user("a", "b"),
            flows("start g c a end", "g t b end"),
            before=DEFINED,
        ),
        stored=stored,
    )
    assert len(world.waits()) == 3
    world.deliver("c")
    assert world.open() == ["a"]
    assert len(world.waits()) == 1


@STORED
def test_a_boundary_event_with_several_definitions_catches_each(stored: bool) -> None:
    source = process(
        start_end(),
        sub_process(
            "sub",
            start_end("i_start", "i_end"),
            user("a"),
            node("exclusiveGateway", "x", 'default="x_i_end"'),
            event("endEvent", "fail", "error", "e"),
            flows("i_start a x i_end"),
            flow("x", "fail", "= bad"),
        ),
        node(
            "boundaryEvent",
            "b",
            'attachedToRef="sub"',
            MESSAGE.format("d1") + '<bpmn:errorEventDefinition id="d2" errorRef="e"/>',
        ),
        user("late"),
        flows("start sub end", "b late end"),
        before=DEFINED,
    )
    assert begin(source, stored=stored).deliver("b").open() == ["late"]
    assert begin(source, stored=stored).complete("a", bad=True).open() == ["late"]
    assert begin(source, stored=stored).complete("a", bad=False).state == "completed"


@STORED
@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "endEvent"])
def test_an_event_throws_all_its_definitions(stored: bool, kind: str) -> None:
    after = flows("start t end") if kind == "intermediateThrowEvent" else flows("start t")
    source = process(
        start_end(),
        node(kind, "t", inside=MESSAGE.format("d1") + SIGNAL.format("d2")),
        after,
        before=DEFINED,
    )
    if kind == "endEvent":
        source = source.replace('<bpmn:endEvent id="end" name="end" ></bpmn:endEvent>', "")
    world = begin(source, stored=stored)
    assert [(thrown.kind, thrown.name) for thrown in world.thrown] == [
        ("message", "arrived"),
        ("signal", "stop"),
    ]
    assert world.state == "completed"


def test_a_start_event_with_several_definitions_begins_by_each() -> None:
    source = process(
        node("startEvent", "start", inside=MESSAGE.format("d1") + SIGNAL.format("d2")),
        user("a"),
        flows("start a"),
        before=DEFINED,
    )
    (spec,) = parse(source)
    assert (spec.message_starts, spec.signal_starts) == ({"arrived": "start"}, {"stop": "start"})
    assert World([spec]).start("start").open() == ["a"]


@pytest.mark.parametrize("of", ["error", "terminate", "compensate"])
def test_what_ends_a_scope_is_not_thrown_with_others(of: str) -> None:
    source = process(
        node("startEvent", "start"),
        node(
            "endEvent", "end", inside=f'{MESSAGE.format("d1")}<bpmn:{of}EventDefinition id="d2"/>'
        ),
        flows("start end"),
        before=DEFINED,
    )
    assert "unsupported_element" in codes(source)
