"""What was completed is undone, last first; a cancelled transaction leaves by its cancel event."""

from __future__ import annotations

import pytest

from tests.unit.execution.diagrams import (
    World,
    begin,
    codes,
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

DEFINED = '<bpmn:error id="e" name="bad" errorCode="BAD"/><bpmn:message id="m" name="arrived"/>'
STORED = pytest.mark.parametrize(
    "stored", [True, False], ids=["stored at every step", "in memory"]
)


def undone(activity: str, inside: str = "") -> str:
    """Return a user task, or what is `inside`, with the user task that undoes it."""
    return (
        (inside or user(activity))
        + event(
            "boundaryEvent",
            f"c_{activity}",
            "compensate",
            attributes=f'attachedToRef="{activity}"',
        )
        + node("userTask", f"undo_{activity}", 'isForCompensation="true"')
    )


def handlers(*activities: str) -> str:
    """Return the associations to what undoes these; the schema wants them last in their scope."""
    return "".join(
        f'<bpmn:association id="as_{activity}" associationDirection="One" '
        f'sourceRef="c_{activity}" targetRef="undo_{activity}"/>'
        for activity in activities
    )


def throw(id: str, activity: str = "", kind: str = "intermediateThrowEvent") -> str:
    named = f'activityRef="{activity}"' if activity else ""
    return node(kind, id, inside=f'<bpmn:compensateEventDefinition id="{id}_d" {named}/>')


@STORED
def test_what_was_completed_last_is_undone_first_and_what_was_not_is_not(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            undone("a"),
            undone("b"),
            undone("c"),
            node("exclusiveGateway", "x", 'default="x_c"'),
            throw("undo"),
            user("after"),
            flows("start a b x c undo after end"),
            flow("x", "undo", "= bad"),
            handlers("a", "b", "c"),
        ),
        stored=stored,
    )
    world.complete("a").complete("b", bad=True)
    assert world.open() == ["undo_b"]
    world.complete("undo_b")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.open() == ["after"]
    world.complete("after")
    assert world.state == "completed"


@STORED
def test_one_activity_can_be_undone_alone_and_only_once(stored: bool) -> None:
    world = begin(
        process(
            start_end(end="stop"),
            undone("a"),
            undone("b"),
            throw("undo", "a"),
            throw("again", "a"),
            throw("rest", kind="endEvent"),
            flows("start a b undo again rest"),
            handlers("a", "b"),
        ).replace('<bpmn:endEvent id="stop" name="stop" ></bpmn:endEvent>', ""),
        stored=stored,
    )
    world.complete("a").complete("b").complete("undo_a")
    assert world.open() == ["undo_b"]
    world.complete("undo_b")
    assert world.state == "completed"


@STORED
def test_each_round_of_a_loop_is_undone(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("exclusiveGateway", "merge"),
            undone("a"),
            node("exclusiveGateway", "x", 'default="x_undo"'),
            throw("undo"),
            flows("start merge a x undo end"),
            flow("x", "merge", "= n < 3"),
            handlers("a"),
        ),
        stored=stored,
    )
    for n in (1, 2, 3):
        world.complete("a", n=n)
    for _ in range(3):
        assert world.open() == ["undo_a"]
        world.complete("undo_a")
    assert world.state == "completed"


@STORED
def test_each_instance_is_undone_with_the_element_it_had(stored: bool) -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" '
        'camunda:collection="= list" camunda:elementVariable="item"/>'
    )
    source = process(
        start_end(),
        undone("a", inside=node("userTask", "a", inside=loop)),
        throw("undo"),
        flows("start a undo end"),
        handlers("a"),
    ).replace('isForCompensation="true"', 'isForCompensation="true" camunda:assignee="= item"')
    world = begin(source, stored=stored, list=["x", "y"])
    world.complete("a").complete("a")
    assert [wait.assignee for wait in world.waits()] == ["y"]
    world.complete("undo_a")
    assert [wait.assignee for wait in world.waits()] == ["x"]
    world.complete("undo_a")
    assert world.state == "completed"


def inner(*more: str) -> str:
    return sub_process(
        "sub",
        start_end("s_start", "s_end"),
        undone("a"),
        undone("b"),
        flows("s_start a b s_end"),
        *more,
        handlers("a", "b"),
    )


@STORED
def test_a_completed_sub_process_is_undone_by_what_is_in_it(stored: bool) -> None:
    world = begin(
        process(start_end(), inner(), throw("undo"), flows("start sub undo end")), stored=stored
    )
    world.complete("a").complete("b").complete("undo_b")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.state == "completed"


@STORED
def test_a_sub_process_with_a_handler_is_undone_by_that_alone(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            undone("sub", inside=inner()),
            throw("undo"),
            flows("start sub undo end"),
            handlers("sub"),
        ),
        stored=stored,
    )
    world.complete("a").complete("b")
    assert world.open() == ["undo_sub"]
    world.complete("undo_sub")
    assert world.state == "completed"


@STORED
def test_a_compensation_event_sub_process_decides_how_its_sub_process_is_undone(
    stored: bool,
) -> None:
    handler = event_sub_process(
        "esp", '<bpmn:compensateEventDefinition id="cd"/>', end=throw("rest", kind="endEvent")
    ).replace("esp_end", "rest")
    world = begin(
        process(start_end(), inner(handler), throw("undo"), flows("start sub undo end")),
        stored=stored,
    )
    world.complete("a").complete("b")
    assert world.open() == ["esp_task"]
    world.complete("esp_task").complete("undo_b").complete("undo_a")
    assert world.state == "completed"


@STORED
def test_an_error_handler_undoes_the_scope_around_it(stored: bool) -> None:
    handler = event_sub_process(
        "esp",
        '<bpmn:errorEventDefinition id="ed" errorRef="e"/>',
        end=throw("rest", kind="endEvent"),
    ).replace("esp_end", "rest")
    world = begin(
        process(
            start_end(),
            undone("a"),
            event("endEvent", "fail", "error", "e"),
            flows("start a fail"),
            handler,
            handlers("a"),
            before=DEFINED,
        ).replace('<bpmn:endEvent id="end" name="end" ></bpmn:endEvent>', ""),
        stored=stored,
    )
    world.complete("a").complete("esp_task")
    assert world.open() == ["undo_a"]
    world.complete("undo_a")
    assert world.state == "completed"


def transaction(*more: str, attributes: str = "") -> str:
    return sub_process(
        "t",
        start_end("ts", "te"),
        node("parallelGateway", "split"),
        undone("a"),
        undone("b"),
        user("never"),
        node("exclusiveGateway", "x", 'default="x_te"'),
        event("endEvent", "cancel", "cancel"),
        flows("ts split a b x te", "split never te"),
        flow("x", "cancel", "= bad"),
        *more,
        handlers("a", "b"),
        kind="transaction",
        attributes=attributes,
    )


AROUND = event("boundaryEvent", "cancelled", "cancel", attributes='attachedToRef="t"')


@STORED
def test_a_cancelled_transaction_stops_undoes_and_leaves_by_its_boundary(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            transaction(),
            AROUND,
            user("after"),
            flows("start t end", "cancelled after end"),
        ),
        stored=stored,
    )
    world.complete("a").complete("b", bad=True)
    assert world.open() == ["undo_b"]
    world.complete("undo_b").complete("undo_a")
    assert world.open() == ["after"]
    world.complete("after")
    assert world.state == "completed"
    assert "transaction_cancelled" in {event.kind for event in world.events}


@STORED
def test_a_transaction_that_is_not_cancelled_goes_on(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            transaction(),
            AROUND,
            user("after"),
            throw("undo"),
            flows("start t undo end", "cancelled after end"),
        ),
        stored=stored,
    )
    world.complete("a").complete("b", bad=False).complete("never")
    world.complete("undo_b").complete("undo_a")
    assert world.state == "completed"


@STORED
def test_a_handler_that_fails_is_caught_where_it_runs(stored: bool) -> None:
    source = process(
        start_end(),
        sub_process(
            "sub",
            start_end("s_start", "s_end"),
            undone("a"),
            throw("undo"),
            flows("s_start a undo s_end"),
            handlers("a"),
        ),
        event("boundaryEvent", "caught", "error", "e", 'attachedToRef="sub"'),
        user("late"),
        flows("start sub end", "caught late end"),
        before=DEFINED,
    )
    source = source.replace(
        '<bpmn:userTask id="undo_a" name="undo_a" isForCompensation="true"></bpmn:userTask>',
        '<bpmn:serviceTask id="undo_a" isForCompensation="true" camunda:type="external" '
        'camunda:topic="undo"/>',
    )
    world = begin(source, stored=stored).complete("a").bpmn_error("undo_a", "BAD")
    assert world.open() == ["late"]


@STORED
def test_a_called_process_is_undone_by_the_handler_of_its_call_alone(stored: bool) -> None:
    called = process(start_end("c1", "c2"), undone("a"), flows("c1 a c2"), handlers("a"), key="q")
    call = node("callActivity", "call", 'calledElement="q"')
    for handler, last in ((True, ["undo_call"]), (False, ["after"])):
        calling = process(
            start_end(),
            undone("call", inside=call) if handler else call,
            throw("undo"),
            user("after"),
            flows("start call undo after end"),
            handlers("call") if handler else "",
        )
        world = World([*parse(calling), *parse(called)], stored=stored).start().complete("a")
        assert world.open() == last


@STORED
def test_a_deadline_stops_what_is_being_undone(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            sub_process(
                "sub",
                start_end("s_start", "s_end"),
                undone("a"),
                throw("undo"),
                flows("s_start a undo s_end"),
                handlers("a"),
            ),
            timer("late", "P1D", on="sub"),
            flows("start sub end", "late end"),
        ),
        stored=stored,
    )
    world.complete("a").later(days=1)
    assert world.state == "completed"


REFUSED = {
    "missing_handler": process(
        start_end(), user("a"), throw("undo", "a"), flows("start a undo end")
    ),
    "dangling_reference": process(
        start_end(), inner(), throw("undo", "a"), flows("start sub undo end")
    ),
    "unsupported_attribute": process(
        start_end(), undone("a"), throw("undo"), flows("start a undo end"), handlers("a")
    ).replace("<bpmn:compensateEventDefinition id=\"undo_d\"",
              "<bpmn:compensateEventDefinition id=\"undo_d\" waitForCompletion=\"false\""),
    "missing_cancel_boundary": process(start_end(), transaction(), flows("start t end")),
    "unreachable": process(
        start_end(), user("a"), node("userTask", "h", 'isForCompensation="true"'),
        flows("start a end"),
    ),
    "flow_not_possible": process(
        start_end(), undone("a"), flows("start a end", "undo_a end"), handlers("a")
    ),
    "unsupported_element": process(
        node("startEvent", "start"), event("endEvent", "end", "cancel"), flows("start end")
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", REFUSED)
def test_what_could_not_undo_anything_is_refused(code: str) -> None:
    assert code in codes(REFUSED[code])


def test_a_cancel_event_sits_on_a_transaction_alone() -> None:
    source = process(
        start_end(),
        user("t"),
        AROUND,
        flows("start t end", "cancelled end"),
    )
    assert "dangling_reference" in codes(source)
