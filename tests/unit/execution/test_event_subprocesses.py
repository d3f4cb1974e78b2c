"""Event sub-processes: begun by what happens in their scope, instead of the rest of it or beside it."""

from __future__ import annotations

import pytest

from engine.execution import HungProcess
from tests.unit.execution.diagrams import (
    World,
    begin,
    codes,
    condition,
    event,
    event_sub_process,
    flow,
    flows,
    node,
    parse,
    process,
    start_end,
    sub_process,
    timer,
    user,
)

DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:error id="f" name="worse" errorCode="WORSE"/>'
    '<bpmn:escalation id="x" name="up" escalationCode="UP"/>'
)
STORED = pytest.mark.parametrize(
    "stored", [True, False], ids=["stored at every step", "in memory"]
)


def handled(definition: str, *, interrupting: bool = True, main: str = "") -> str:
    """Return a process with two tasks in a row and an event sub-process that asks for another."""
    return process(
        start_end(),
        user("a", "b"),
        flows("start a b end"),
        event_sub_process("esp", definition, interrupting=interrupting),
        main,
        before=DEFINED,
    )


@STORED
def test_an_interrupting_message_takes_the_place_of_the_rest(stored: bool) -> None:
    world = begin(handled('<bpmn:messageEventDefinition id="d" messageRef="m"/>'), stored=stored)
    assert world.open() == ["a"]
    world.deliver("esp_start", answer=1)
    assert world.open() == ["esp_task"]
    assert world.waits()[0].element_id == "esp_task"
    assert len(world.waits()) == 1
    world.complete("esp_task")
    assert world.state == "completed"
    assert world.outcome.variables["answer"] == 1


@STORED
def test_a_message_beside_the_rest_can_come_again_and_again(stored: bool) -> None:
    world = begin(
        handled('<bpmn:messageEventDefinition id="d" messageRef="m"/>', interrupting=False),
        stored=stored,
    )
    world.deliver("esp_start").deliver("esp_start")
    assert world.open() == ["a", "esp_task", "esp_task"]
    world.complete("a").complete("b")
    assert world.state == "running"
    world.complete("esp_task").complete("esp_task")
    assert world.state == "completed"
    assert world.waits() == []


@STORED
def test_a_timer_that_interrupts_counts_from_the_beginning_of_the_scope(stored: bool) -> None:
    definition = (
        '<bpmn:timerEventDefinition id="d"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">'
        "P2D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )
    world = begin(handled(definition), stored=stored).later(days=1).complete("a").later(days=1)
    assert world.open() == ["esp_task"]
    assert world.timers() == []


@STORED
def test_a_timer_that_comes_again_stops_with_its_scope(stored: bool) -> None:
    definition = (
        '<bpmn:timerEventDefinition id="d"><bpmn:timeCycle xsi:type="bpmn:tFormalExpression">'
        "R2/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>"
    )
    world = begin(handled(definition, interrupting=False), stored=stored)
    world.later(days=1).later(days=1).later(days=1)
    assert world.open() == ["a", "esp_task", "esp_task"]
    assert world.timers() == []


@STORED
@pytest.mark.parametrize("code", ["BAD", "WORSE"])
def test_an_error_is_caught_by_the_scope_it_is_thrown_in(stored: bool, code: str) -> None:
    inner = sub_process(
        "inner",
        node("startEvent", "i_start"),
        user("i_a"),
        event("endEvent", "i_end", "error", "e" if code == "BAD" else "f"),
        flows("i_start i_a i_end"),
        event_sub_process("near", '<bpmn:errorEventDefinition id="nd" errorRef="e"/>'),
    )
    world = begin(
        process(
            start_end(),
            inner,
            user("b"),
            flows("start inner b end"),
            event_sub_process("far", '<bpmn:errorEventDefinition id="fd"/>'),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.complete("i_a")
    assert world.open() == ["near_task" if code == "BAD" else "far_task"]
    world.complete(world.open()[0])
    assert world.open() == (["b"] if code == "BAD" else [])
    assert world.state == ("running" if code == "BAD" else "completed")


@STORED
def test_an_error_thrown_by_a_handler_goes_further_out(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            sub_process(
                "inner",
                node("startEvent", "i_start"),
                event("endEvent", "i_end", "error", "e"),
                flows("i_start i_end"),
                event_sub_process(
                    "near",
                    '<bpmn:errorEventDefinition id="nd" errorRef="e"/>',
                    end=event("endEvent", "near_end", "error", "e"),
                ),
            ),
            event("boundaryEvent", "caught", "error", "e", 'attachedToRef="inner"'),
            user("late"),
            flows("start inner end", "caught late end"),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.complete("near_task")
    assert world.open() == ["late"]


@STORED
def test_an_escalation_beside_the_rest_lets_it_go_on(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            user("a", "b"),
            event("intermediateThrowEvent", "up", "escalation", "x"),
            flows("start a up b end"),
            event_sub_process(
                "esp",
                '<bpmn:escalationEventDefinition id="d" escalationRef="x"/>',
                interrupting=False,
            ),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.complete("a")
    assert world.open() == ["b", "esp_task"]


@STORED
def test_an_escalation_thrown_in_a_handler_is_not_caught_by_itself(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            event("intermediateThrowEvent", "up", "escalation", "x"),
            user("b"),
            flows("start up b end"),
            event_sub_process(
                "esp",
                '<bpmn:escalationEventDefinition id="d" escalationRef="x"/>',
                interrupting=False,
                end=event("endEvent", "esp_end", "escalation", "x"),
            ),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.complete("esp_task").complete("b")
    assert world.state == "completed"


@STORED
def test_a_condition_begins_it_when_a_variable_makes_it_true(stored: bool) -> None:
    world = begin(handled(condition("= level > 3"), interrupting=False), stored=stored, level=1)
    assert world.open() == ["a"]
    world.complete("a", level=5)
    assert world.open() == ["b", "esp_task"]


@STORED
def test_a_signal_thrown_inside_reaches_the_handler(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("parallelGateway", "split"),
            user("a", "b"),
            event("endEvent", "stop", "signal", "s"),
            flows("start split a stop", "split b end"),
            event_sub_process("esp", '<bpmn:signalEventDefinition id="d" signalRef="s"/>'),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.complete("a")
    assert world.open() == ["esp_task"]


@STORED
def test_a_signal_that_interrupts_the_scope_it_is_thrown_in_goes_no_further(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            event("intermediateThrowEvent", "stop", "signal", "s"),
            user("never"),
            flows("start stop never end"),
            event_sub_process("esp", '<bpmn:signalEventDefinition id="d" signalRef="s"/>'),
            before=DEFINED,
        ),
        stored=stored,
    )
    assert world.open() == ["esp_task"]
    world.complete("esp_task")
    assert world.state == "completed"


def test_what_only_runs_beside_a_join_that_waits_for_ever_does_not_hide_it() -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        node("parallelGateway", "join"),
        node("exclusiveGateway", "off", 'default="off_join"'),
        user("a", "b"),
        flows("start split a join end", "split b off join"),
        flow("off", "end", "= called_off"),
        event_sub_process(
            "esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>', interrupting=False
        ),
        before=DEFINED,
    )
    world = begin(source).complete("a")
    with pytest.raises(HungProcess, match="join"):
        world.complete("b", called_off=True)


@STORED
def test_it_belongs_to_each_round_of_a_sub_process_alone(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            sub_process(
                "inner",
                '<bpmn:multiInstanceLoopCharacteristics camunda:collection="= who" '
                'camunda:elementVariable="one"/>',
                node("startEvent", "i_start"),
                user("i_a"),
                node("endEvent", "i_end"),
                flows("i_start i_a i_end"),
                event_sub_process("esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>'),
            ),
            flows("start inner end"),
            before=DEFINED,
        ),
        stored=stored,
        who=["x", "y"],
    )
    world.deliver("esp_start")
    assert world.open() == ["esp_task", "i_a"]
    world.complete("i_a")
    assert world.open() == ["esp_task"]
    world.complete("esp_task")
    assert world.state == "completed"


@STORED
def test_one_inside_another_waits_while_the_outer_one_runs(stored: bool) -> None:
    nested = event_sub_process("nested", '<bpmn:signalEventDefinition id="d2" signalRef="s"/>')
    world = begin(
        process(
            start_end(),
            user("a"),
            flows("start a end"),
            event_sub_process(
                "esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>', more=nested
            ),
            before=DEFINED,
        ),
        stored=stored,
    )
    assert [wait.element_id for wait in world.waits()] == ["esp_start", "a"]
    world.deliver("esp_start").deliver("nested_start")
    assert world.open() == ["nested_task"]
    world.complete("nested_task")
    assert world.state == "completed"


@STORED
def test_a_called_process_keeps_its_own(stored: bool) -> None:
    called = process(
        start_end("c_start", "c_end"),
        user("c_a"),
        flows("c_start c_a c_end"),
        event_sub_process("esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>'),
        key="q",
        before=DEFINED,
    )
    calling = process(
        start_end(), node("callActivity", "call", 'calledElement="q"'), flows("start call end")
    )
    world = World([*parse(calling), *parse(called)], stored=stored).start()
    world.deliver("esp_start")
    assert world.open() == ["esp_task"]
    world.complete("esp_task")
    assert world.state == "completed"


@STORED
def test_several_definitions_each_begin_it(stored: bool) -> None:
    world = begin(
        handled(
            '<bpmn:messageEventDefinition id="d" messageRef="m"/>'
            '<bpmn:signalEventDefinition id="d2" signalRef="s"/>'
        ),
        stored=stored,
    )
    assert [wait.kind for wait in world.waits() if wait.element_id == "esp_start"] == [
        "message",
        "signal",
    ]
    world.step(lambda e: e.deliver(world.waits()[1].token_id, {}))
    assert world.open() == ["esp_task"]


@STORED
def test_boundary_events_of_the_scope_outlive_its_interruption(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            sub_process(
                "inner",
                start_end("i_start", "i_end"),
                user("i_a"),
                flows("i_start i_a i_end"),
                event_sub_process("esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>'),
            ),
            timer("late", "P1D", on="inner"),
            user("b"),
            flows("start inner end", "late b end"),
            before=DEFINED,
        ),
        stored=stored,
    )
    world.deliver("esp_start")
    assert world.timers() == ["late"]
    world.later(days=1)
    assert world.open() == ["b"]


@pytest.mark.parametrize(
    ("code", "esp"),
    {
        "unsupported_element": event_sub_process("esp", ""),
        "flow_not_possible": event_sub_process(
            "esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>'
        )
        + flows("a esp"),
        "dangling_reference": event_sub_process(
            "esp", '<bpmn:messageEventDefinition id="d" messageRef="m"/>'
        )
        + timer("t", "P1D", on="esp")
        + flows("t end"),
        "not_interrupting": event_sub_process(
            "esp", '<bpmn:errorEventDefinition id="d"/>', interrupting=False
        ),
    }.items(),
)
def test_what_an_event_sub_process_cannot_be_is_refused(code: str, esp: str) -> None:
    found = codes(process(start_end(), user("a"), flows("start a end"), esp, before=DEFINED))
    assert code in found or (code == "unsupported_element" and "missing_event" in found)
