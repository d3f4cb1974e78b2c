"""Standard loops, outputs gathered by multi-instance activities, complex gateways, cycles that count once."""

from __future__ import annotations

import pytest

from engine import execution
from engine.feel import to_json
from tests.unit.execution.diagrams import (
    begin,
    codes,
    event,
    extension,
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

STORED = pytest.mark.parametrize(
    "stored", [True, False], ids=["stored at every step", "in memory"]
)


def loop(condition: str = "", attributes: str = "") -> str:
    inside = ""
    if condition:
        text = condition.replace("<", "&lt;")
        inside = (
            f'<bpmn:loopCondition xsi:type="bpmn:tFormalExpression">{text}</bpmn:loopCondition>'
        )
    return (
        f"<bpmn:standardLoopCharacteristics {attributes}>{inside}"
        "</bpmn:standardLoopCharacteristics>"
    )


def looped(inside: str) -> str:
    return process(start_end(), node("userTask", "a", inside=inside), flows("start a end"))


@STORED
def test_a_loop_goes_on_while_its_condition_holds(stored: bool) -> None:
    world = begin(looped(loop("= again")), stored=stored, again=False)
    for again in (True, True, False):
        assert world.open() == ["a"]
        world.complete("a", again=again)
    assert world.state == "completed"


@STORED
def test_a_loop_that_asks_before_may_run_no_round(stored: bool) -> None:
    source = looped(loop("= again", 'testBefore="true"'))
    assert begin(source, stored=stored, again=False).state == "completed"
    assert begin(source, stored=stored, again=True).open() == ["a"]


@STORED
def test_a_loop_has_a_maximum_and_counts_its_rounds(stored: bool) -> None:
    world = begin(
        looped(loop("", 'loopMaximum="2"')).replace(
            '<bpmn:userTask id="a" name="a"',
            '<bpmn:userTask id="a" name="a" camunda:assignee="= string(loopCounter)"',
        ),
        stored=stored,
    )
    assert world.waits()[0].assignee == "0"
    world.complete("a")
    assert world.waits()[0].assignee == "1"
    world.complete("a")
    assert world.state == "completed"


@STORED
def test_a_boundary_event_guards_the_whole_loop(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            sub_process(
                "sub",
                loop("= true"),
                start_end("i_start", "i_end"),
                user("a"),
                flows("i_start a i_end"),
            ),
            timer("late", "P2D", on="sub"),
            flows("start sub end", "late end"),
        ),
        stored=stored,
    )
    world.later(days=1).complete("a").complete("a").later(days=1)
    assert world.state == "completed"


def test_a_loop_without_an_end_is_refused() -> None:
    assert "missing_condition" in codes(looped(loop()))


OUTPUTS = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="= list" '
    'camunda:elementVariable="item"/>'
)


def gathering(inside: str, sequential: str) -> str:
    properties = extension(
        '<camunda:properties><camunda:property name="output_collection" value="answers"/>'
        '<camunda:property name="output_element" value="= {who: item, said: answer}"/>'
        "</camunda:properties>"
    )
    return properties + OUTPUTS.format(sequential) + inside


@STORED
@pytest.mark.parametrize("sequential", ["true", "false"])
def test_outputs_are_gathered_in_the_order_of_the_collection(
    stored: bool, sequential: str
) -> None:
    source = process(
        start_end(),
        node("userTask", "a", inside=gathering("", sequential)),
        flows("start a end"),
    )
    world = begin(source, stored=stored, list=["x", "y", "z"])
    if sequential == "true":
        for number in range(3):
            world.complete("a", answer=number)
    else:
        # The last one answers first.
        tokens = [wait.token_id for wait in world.waits()]
        for number in (2, 0, 1):
            answer = {"answer": f"{number}"}
            world.step(lambda e, t=tokens[number], a=answer: e.complete_user_task(t, a))
    answers = to_json(world.outcome.variables["answers"])
    assert [answer["who"] for answer in answers] == ["x", "y", "z"]
    assert [str(answer["said"]) for answer in answers] == ["0", "1", "2"]


@STORED
def test_outputs_of_the_standard_are_each_instances_own(stored: bool) -> None:
    source = process(
        start_end(),
        sub_process(
            "sub",
            '<bpmn:multiInstanceLoopCharacteristics camunda:collection="= list" '
            'camunda:elementVariable="item"><bpmn:loopDataOutputRef>answers'
            '</bpmn:loopDataOutputRef><bpmn:outputDataItem id="answer_item" name="answer"/>'
            "</bpmn:multiInstanceLoopCharacteristics>",
            start_end("i_start", "i_end"),
            user("a", "b"),
            flows("i_start a b i_end"),
        ),
        flows("start sub end"),
    )
    world = begin(source, stored=stored, list=["x", "y"])
    first, second = [wait.token_id for wait in world.waits()]
    world.step(lambda e: e.complete_user_task(first, {"answer": "from x"}))
    world.step(lambda e: e.complete_user_task(second, {"answer": "from y"}))
    world.complete("b").complete("b")
    assert to_json(world.outcome.variables["answers"]) == ["from x", "from y"]
    assert "answer" not in world.outcome.variables


@STORED
def test_an_instance_that_was_not_completed_gives_null(stored: bool) -> None:
    condition = (
        '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">'
        "= nrOfCompletedInstances = 2</bpmn:completionCondition>"
    )
    source = process(
        start_end(),
        node("userTask", "a", inside=gathering("", "false")),
        flows("start a end"),
    ).replace(
        'camunda:elementVariable="item"/>',
        f'camunda:elementVariable="item">{condition}</bpmn:multiInstanceLoopCharacteristics>',
    )
    world = begin(source, stored=stored, list=["x", "y", "z"])
    first, _, third = [wait.token_id for wait in world.waits()]
    for token in (third, first):
        world.step(lambda e, t=token: e.complete_user_task(t, {"answer": "yes"}))
    answers = to_json(world.outcome.variables["answers"])
    assert [answer and answer["who"] for answer in answers] == ["x", None, "z"]


def complex_join(*out: str, activation: str = "= activationCount >= 2", after: str = "") -> str:
    return process(
        start_end(),
        node("parallelGateway", "split"),
        user("a", "b", "c", "next", "rest"),
        node(
            "complexGateway",
            "join",
            inside='<bpmn:activationCondition xsi:type="bpmn:tFormalExpression">'
            f"{activation.replace('>', '&gt;')}</bpmn:activationCondition>",
        ),
        flows("start split a join", "split b join", "split c join", "next end", "rest end"),
        *out,
        after,
    )


@STORED
def test_a_complex_gateway_goes_on_when_enough_have_come(stored: bool) -> None:
    world = begin(
        complex_join(
            flow("join", "next", "= waitingForStart"),
            flow("join", "rest", "= not(waitingForStart)"),
        ),
        stored=stored,
    )
    world.complete("c")
    assert world.open() == ["a", "b"]
    world.complete("a")
    assert world.open() == ["b", "next"]
    world.complete("next").complete("b")
    assert world.open() == ["rest"]
    world.complete("rest")
    assert world.state == "completed"


@STORED
def test_a_complex_gateway_starts_anew_in_every_round(stored: bool) -> None:
    source = process(
        start_end(),
        node("exclusiveGateway", "merge"),
        node("parallelGateway", "split"),
        user("a", "b", "ask"),
        node(
            "complexGateway",
            "join",
            'default="join_end"',
            '<bpmn:activationCondition xsi:type="bpmn:tFormalExpression">'
            "= activationCount = 2</bpmn:activationCondition>",
        ),
        node("exclusiveGateway", "x", 'default="x_out"'),
        node("endEvent", "out"),
        flows("start merge split a join end", "split b join", "ask x out"),
        flow("join", "ask", "= waitingForStart"),
        flow("x", "merge", "= again"),
    )
    world = begin(source, stored=stored)
    for again in (True, True, False):
        world.complete("a").complete("b")
        assert world.open() == ["ask"]
        world.complete("ask", again=again)
    assert world.state == "completed"


@STORED
def test_a_complex_gateway_does_not_wait_for_what_cannot_come(stored: bool) -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        user("a", "b", "next"),
        node("exclusiveGateway", "x", 'default="x_join"'),
        node("endEvent", "off"),
        node(
            "complexGateway",
            "join",
            inside='<bpmn:activationCondition xsi:type="bpmn:tFormalExpression">'
            "= activationCount = 1</bpmn:activationCondition>",
        ),
        flows("start split a join", "split b x join", "next end"),
        flow("x", "off", "= off"),
        flow("join", "next", "= waitingForStart"),
    )
    world = begin(source, stored=stored).complete("a").complete("next")
    assert world.state == "running"
    world.complete("b", off=True)
    assert world.state == "completed"


def test_a_complex_gateway_that_says_too_little_is_refused_or_warned_of() -> None:
    source = complex_join(flow("join", "next"), flow("join", "rest"))
    assert "taken_twice" in {problem.code for problem in problems_of(source)}
    bare = source.replace("bpmn:activationCondition", "bpmn:nothing")
    start = bare.index("<bpmn:nothing")
    end = bare.index("</bpmn:nothing>") + len("</bpmn:nothing>")
    assert "missing_condition" in codes(bare[:start] + bare[end:])


def test_a_complex_gateways_own_names_are_no_variables() -> None:
    (spec,) = parse(
        complex_join(
            flow("join", "next", "= waitingForStart"),
            flow("join", "rest", "= not(waitingForStart)"),
        )
    )
    assert not any(spec.read_names.values())


@STORED
def test_an_interrupting_cycle_interrupts_at_its_first_time(stored: bool) -> None:
    source = process(
        start_end(),
        user("a", "b"),
        timer("t", "R3/PT1H", on="a", kind="timeCycle"),
        flows("start a end", "t b end"),
    )
    assert "only_once" in {problem.code for problem in problems_of(source)}
    world = begin(source, stored=stored).later(hours=1)
    assert (world.open(), world.timers()) == (["b"], [])


@STORED
def test_a_catch_event_waits_for_the_first_time_of_a_cycle(stored: bool) -> None:
    source = process(
        start_end(), timer("t", "R/PT1H", kind="timeCycle"), user("a"), flows("start t a end")
    )
    world = begin(source, stored=stored).later(hours=3)
    assert (world.open(), world.timers()) == (["a"], [])
    world.complete("a")
    assert world.state == "completed"


@STORED
def test_data_objects_and_stores_change_nothing(stored: bool) -> None:
    source = process(
        start_end(),
        node(
            "userTask",
            "a",
            inside='<bpmn:property id="p1" name="x"/><bpmn:dataInputAssociation id="di">'
            "<bpmn:sourceRef>ref</bpmn:sourceRef><bpmn:targetRef>p1</bpmn:targetRef>"
            "</bpmn:dataInputAssociation>",
        ),
        '<bpmn:dataObjectReference id="ref" dataObjectRef="obj" name="Report"/>'
        '<bpmn:dataObject id="obj"/><bpmn:dataStoreReference id="store" name="Register"/>',
        flows("start a end"),
    )
    world = begin(source, stored=stored, report="kept").complete("a")
    assert world.state == "completed"
    assert world.outcome.variables == {"report": "kept"}
    assert {p.code for p in problems_of(source)} >= {"drawn_only"}


def test_every_executable_pool_is_a_process_and_the_others_are_drawing() -> None:
    body = start_end() + flows("start end")
    pools = "".join(
        f'<bpmn:participant id="pool_{key}" name="{key}" processRef="{key}"/>' for key in "pqr"
    )
    source = process(body, key="p", before=(
        f'<bpmn:collaboration id="c">{pools}<bpmn:participant id="black" name="Board"/>'
        '<bpmn:messageFlow id="mf" sourceRef="pool_p" targetRef="black"/></bpmn:collaboration>'
    )).replace(
        "</bpmn:definitions>",
        f'<bpmn:process id="q" isExecutable="true">{body.replace(chr(34) + "start", chr(34) + "q_start").replace(chr(34) + "end", chr(34) + "q_end")}</bpmn:process>'
        '<bpmn:process id="r" isExecutable="false"><bpmn:adHocSubProcess id="later"/></bpmn:process>'
        "</bpmn:definitions>",
    )  # fmt: skip
    specs, problems = execution.parse(source.encode(), file="pools.bpmn")
    assert [spec.key for spec in specs] == ["p", "q"], problems
    assert "not_executable" in {problem.code for problem in problems}


def test_escalation_end_events_reach_an_event_beside_the_sub_process() -> None:
    source = process(
        start_end(),
        sub_process(
            "sub",
            node("startEvent", "i_start"),
            event("endEvent", "i_end", "escalation", "up"),
            flows("i_start i_end"),
        ),
        event(
            "boundaryEvent", "b", "escalation", "up", 'attachedToRef="sub" cancelActivity="false"'
        ),
        user("told", "next"),
        flows("start sub next end", "b told end"),
        before='<bpmn:escalation id="up" name="up" escalationCode="UP"/>',
    )
    assert begin(source).open() == ["next", "told"]
