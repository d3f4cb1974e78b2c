"""Iterations and called processes have variables of their own; everything else shares the process's."""

from __future__ import annotations

import pytest

from engine.execution import RunawayProcess, ValueNotUsable
from engine.model.waits import ServiceTaskWait
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


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def each(inside: str = "", *, sequential: bool = False, collection: str = "= people") -> str:
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'camunda:collection="{collection}" camunda:elementVariable="person">{inside}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def ask(loop: str, attributes: str = "", more: str = "") -> str:
    return node("userTask", "ask", 'camunda:assignee="= person" ' + attributes, more + loop)


def assignees(world: World) -> list[str]:
    return [wait.assignee for wait in world.waits()]  # type: ignore[union-attr]


PEOPLE = ["ada", "bob", "cyd"]
COLLECT = extension(
    '<camunda:inputOutput><camunda:outputParameter name="answers">'
    '= append(answers, person + ":" + answer)</camunda:outputParameter></camunda:inputOutput>'
)


def test_parallel_iterations_wait_together_and_collect_their_answers(stored: bool) -> None:
    source = process(
        start_end(), ask(each(), more=COLLECT), user("after"), flows("start ask after end")
    )
    world = begin(source, stored=stored, people=PEOPLE, answers=[])
    assert assignees(world) == PEOPLE
    for answer in ("x", "y"):
        world.complete("ask", answer=answer)
    assert world.open() == ["ask"]
    world.complete("ask", answer="z")
    assert world.open() == ["after"]
    assert world.outcome.variables["answers"] == ["ada:x", "bob:y", "cyd:z"]
    assert "person" not in world.outcome.variables
    assert "loopCounter" not in world.outcome.variables


def test_sequential_iterations_come_one_after_another(stored: bool) -> None:
    source = process(
        start_end(), ask(each(sequential=True)), user("after"), flows("start ask after end")
    )
    world = begin(source, stored=stored, people=PEOPLE)
    for person in PEOPLE:
        assert assignees(world) == [person]
        world.complete("ask")
    assert world.open() == ["after"]


def test_a_completion_condition_stops_the_rest(stored: bool) -> None:
    condition = (
        '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">'
        "= nrOfCompletedInstances / nrOfInstances >= 0.6</bpmn:completionCondition>"
    )
    source = process(
        start_end(), ask(each(condition)), user("after"), flows("start ask after end")
    )
    world = begin(source, stored=stored, people=PEOPLE).complete("ask")
    assert world.open() == ["ask", "ask"]
    assert world.complete("ask").open() == ["after"]


def test_nothing_to_iterate_over_passes_at_once_and_null_undoes_the_step() -> None:
    source = process(start_end(), ask(each()), user("after"), flows("start ask after end"))
    assert begin(source, people=[]).open() == ["after"]
    with pytest.raises(ValueNotUsable, match="null"):
        begin(source)


def test_a_boundary_timer_on_a_multi_instance_task_takes_all_iterations(stored: bool) -> None:
    source = process(
        start_end(),
        ask(each()),
        timer("t", "PT1H", on="ask"),
        user("late"),
        flows("start ask end", "t late end"),
    )
    world = begin(source, stored=stored, people=PEOPLE)
    assert world.timers() == ["t"]
    assert world.later(hours=1).open() == ["late"]


def test_iterations_of_a_sub_process_keep_their_own_element(stored: bool) -> None:
    inner = (
        node("startEvent", "s")
        + user("one")
        + node("userTask", "two", 'camunda:assignee="= person"')
        + flows("s one two")
    )
    source = process(
        start_end(), node("subProcess", "work", inside=each() + inner), flows("start work end")
    )
    world = begin(source, stored=stored, people=PEOPLE)
    assert world.open() == ["one", "one", "one"]
    world.complete("one").complete("one")
    assert assignees(world) == [None, "ada", "bob"]
    world.complete("two").complete("one").complete("two").complete("two")
    assert world.state == "completed"


def call(inside: str, more: str = "") -> str:
    return node("callActivity", "call", f'calledElement="child" {more}', extension(inside))


def two_processes(calling: str, *parts: str) -> str:
    child = (
        '<bpmn:process id="child" isExecutable="true">'
        + start_end("cs", "ce")
        + user("work")
        + flows("cs work ce")
        + "</bpmn:process>"
    )
    return process(start_end(), calling, *parts).replace(
        "</bpmn:definitions>", child + "</bpmn:definitions>"
    )


def test_a_called_process_sees_only_what_is_mapped_in_and_gives_what_is_mapped_out(
    stored: bool,
) -> None:
    source = two_processes(
        call(
            '<camunda:in source="amount" target="sum"/>'
            '<camunda:in sourceExpression="= amount * 2" target="double"/>'
            '<camunda:in businessKey="= &quot;C-&quot; + process_instance.business_key"/>'
            '<camunda:out source="verdict" target="result"/>'
            '<camunda:out sourceExpression="= process_instance.business_key" target="key"/>'
        ),
        user("after"),
        flows("start call after end"),
    )
    world = begin(source, stored=stored, amount=4, secret="s")
    assert world.open() == ["work"]
    world.complete("work", verdict="fine", noise=1)
    assert world.open() == ["after"]
    found = {name: str(value) for name, value in world.outcome.variables.items()}
    assert found == {"amount": "4", "secret": "s", "result": "fine", "key": "C-K-1"}


def test_all_variables_go_in_and_out_when_asked(stored: bool) -> None:
    source = two_processes(
        call('<camunda:in variables="all"/><camunda:out variables="all"/>'),
        flows("start call end"),
    )
    world = begin(source, stored=stored, a="1").complete("work", b="2")
    assert world.state == "completed"
    assert world.outcome.variables == {"a": "1", "b": "2"}


def test_all_variables_come_back_in_the_order_in_which_they_were_written(stored: bool) -> None:
    source = two_processes(
        call('<camunda:in variables="all"/><camunda:out variables="all"/>'),
        flows("start call end"),
    )
    written = {f"name_{letter}": letter for letter in "hagbfcedlkji"}
    world = begin(source, stored=stored, **written).complete("work")
    assert list(world.outcome.variables) == list(written)
    (brought,) = [
        event
        for event in world.events
        if event.kind == "variables_changed" and event.element_id == "call"
    ]
    assert list(brought.data) == list(written)


def test_a_timer_on_a_call_activity_takes_the_called_process_away(stored: bool) -> None:
    source = two_processes(
        call(""),
        timer("t", "= wait", on="call"),
        user("late"),
        flows("start call end", "t late end"),
    )
    world = begin(source, stored=stored, wait="PT1H")
    assert world.later(hours=1).open() == ["late"]


def test_an_error_in_a_called_process_is_caught_on_the_call_activity(stored: bool) -> None:
    source = (
        two_processes(
            call(""),
            event("boundaryEvent", "caught", "error", attributes='attachedToRef="call"'),
            user("mend"),
            flows("start call end", "caught mend end"),
        )
        .replace(
            '<bpmn:endEvent id="ce" name="ce" ></bpmn:endEvent>',
            event("endEvent", "ce", "error", "e"),
        )
        .replace(
            "<bpmn:process", '<bpmn:error id="e" name="bad" errorCode="BAD"/><bpmn:process', 1
        )
    )
    assert begin(source, stored=stored).complete("work").open() == ["mend"]


def test_processes_that_call_each_other_without_end_are_stopped() -> None:
    specs = parse(
        process(
            node("startEvent", "s"),
            node("callActivity", "c", 'calledElement="p"'),
            flows("s c"),
        )
    )
    with pytest.raises(RunawayProcess):
        World(specs).start()


def test_a_loop_that_never_waits_is_stopped() -> None:
    source = process(
        node("startEvent", "s"),
        node("exclusiveGateway", "a"),
        node("exclusiveGateway", "b"),
        flows("s a b a"),
    )
    with pytest.raises(RunawayProcess, match="loop"):
        begin(source)


def test_a_service_task_takes_its_parameters_and_gives_its_result(stored: bool) -> None:
    parameters = extension(
        "<camunda:inputOutput>"
        '<camunda:inputParameter name="to">= [lead, "boss"]</camunda:inputParameter>'
        '<camunda:inputParameter name="template">late</camunda:inputParameter>'
        '<camunda:inputParameter name="list"><camunda:list><camunda:value>a</camunda:value>'
        "<camunda:value>= 1 + 1</camunda:value></camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="map"><camunda:map>'
        '<camunda:entry key="k">= lead</camunda:entry></camunda:map></camunda:inputParameter>'
        '<camunda:outputParameter name="sent">= receipt</camunda:outputParameter>'
        "</camunda:inputOutput>"
        "<camunda:failedJobRetryTimeCycle>R5/PT5M</camunda:failedJobRetryTimeCycle>"
    )
    source = process(
        start_end(),
        node("serviceTask", "tell", 'camunda:type="external" camunda:topic="notice"', parameters),
        user("after"),
        flows("start tell after end"),
    )
    world = begin(source, stored=stored, lead="ada")
    (wait,) = world.waits()
    assert isinstance(wait, ServiceTaskWait)
    assert (wait.topic, wait.retry_cycle) == ("notice", "R5/PT5M")
    assert wait.variables["to"] == ["ada", "boss"]
    assert wait.variables["template"] == "late"
    assert [str(item) for item in wait.variables["list"]] == ["a", "2"]
    assert wait.variables["map"] == {"k": "ada"}
    world.serve("tell", receipt="r-1")
    assert world.open() == ["after"]
    assert world.outcome.variables["sent"] == "r-1"
    assert "template" not in world.outcome.variables


def test_two_branches_that_write_lose_nothing_at_the_join(stored: bool) -> None:
    source = process(
        start_end(),
        node("parallelGateway", "s"),
        node("parallelGateway", "j"),
        user("a", "b", "after"),
        flows("start s a j after end", "s b j"),
    )
    world = begin(source, stored=stored, x="old", notes=[])
    world.complete("a", x="new").complete("b", y=1)
    assert world.outcome.variables["x"] == "new"


def test_a_script_assigns_the_entries_of_its_context_or_its_result_variable() -> None:
    source = process(
        start_end(),
        node(
            "scriptTask",
            "s1",
            'scriptFormat="feel"',
            "<bpmn:script>= {a: 1, b: x + 1}</bpmn:script>",
        ),
        node(
            "scriptTask",
            "s2",
            'scriptFormat="feel" camunda:resultVariable="c"',
            "<bpmn:script>a + b</bpmn:script>",
        ),
        flows("start s1 s2 end"),
    )
    found = begin(source, x=1).outcome.variables
    assert {name: str(value) for name, value in found.items()} == {
        "x": "1",
        "a": "1",
        "b": "2",
        "c": "3",
    }


def test_expressions_read_when_and_by_whom_something_was_completed(stored: bool) -> None:
    source = process(
        start_end(),
        user("a"),
        user(
            "b",
            attributes='camunda:dueDate="= completed.a.at + duration(&quot;PT2H&quot;)" '
            'camunda:assignee="= completed.a.by"',
        ),
        user("c"),
        flows("start c a b end"),
    )
    world = begin(source, stored=stored).complete("c").later(hours=1)
    world.complete("a", by="ada")
    (wait,) = world.waits()
    assert wait.assignee == "ada"  # type: ignore[union-attr]
    assert wait.due_at == world.now.replace(hour=12)  # type: ignore[union-attr]


def test_a_result_named_like_an_input_parameter_is_not_lost(stored: bool) -> None:
    parameters = extension(
        '<camunda:inputOutput><camunda:inputParameter name="grade">= "before"'
        '</camunda:inputParameter><camunda:outputParameter name="copy">= grade'
        "</camunda:outputParameter></camunda:inputOutput>"
    )
    source = process(start_end(), node("userTask", "a", inside=parameters), flows("start a end"))
    world = begin(source, stored=stored).complete("a", grade="after")
    assert world.outcome.variables == {"grade": "after", "copy": "after"}


def test_operatons_namespace_is_read_like_camundas() -> None:
    source = process(
        start_end(), node("userTask", "a", 'camunda:assignee="ada"'), flows("start a end")
    ).replace("http://camunda.org/schema/1.0/bpmn", "http://operaton.org/schema/1.0/bpmn")
    assert assignees(begin(source)) == ["ada"]
