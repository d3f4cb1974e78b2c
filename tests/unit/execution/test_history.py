"""History tells every step in order, with who, when, where and by which clause."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn import DecisionResult, RuleHit
from engine.execution import ProcessSpec, Reference
from engine.feel import Value
from tests.unit.execution.diagrams import (
    World,
    extension,
    flow,
    flows,
    node,
    parse,
    process,
    start_end,
    timer,
    user,
)

CLAUSES = extension(
    '<camunda:properties><camunda:property name="clauses" value="A-1, A-2"/></camunda:properties>'
)
SOURCE = process(
    start_end(),
    node("userTask", "a", 'camunda:candidateGroups="g"', CLAUSES),
    node(
        "businessRuleTask",
        "rule",
        'camunda:decisionRef="grade" camunda:resultVariable="grade" '
        'camunda:mapDecisionResult="singleEntry" camunda:decisionRefBinding="deployment"',
    ),
    node("exclusiveGateway", "x", 'default="x_end"'),
    user("b"),
    timer("t", "PT1H", on="b"),
    flows("start a rule x end", "b end", "t end"),
    flow("x", "b", '= grade = "high"'),
)


def decide(
    reference: Reference, variables: Mapping[str, Value], asking: ProcessSpec
) -> DecisionResult:
    assert asking.key == "p"
    assert reference == Reference("rule", "grade", "deployment")
    assert str(variables["amount"]) == "9"
    return DecisionResult(
        value="high",
        rows=({"level": "high"},),
        rules=(RuleHit("grade", "r2", 2, ("B-7",)),),
        inputs={"Amount": variables["amount"]},
        warnings=(),
    )


def test_the_history_of_an_instance_is_told_in_order() -> None:
    world = World(parse(SOURCE), decide=decide).start()
    world.complete("a", by="ada", amount=9).later(hours=1)
    told = [(str(event.kind), event.element_id) for event in world.events]
    assert told == [
        ("process_instance_started", "p"),
        ("element_completed", "start"),
        ("user_task_created", "a"),
        ("variables_changed", "a"),
        ("user_task_completed", "a"),
        ("element_completed", "a"),
        ("decision_made", "rule"),
        ("variables_changed", "rule"),
        ("element_completed", "rule"),
        ("element_completed", "x"),
        ("timer_set", "t"),
        ("user_task_created", "b"),
        ("timer_fired", "t"),
        ("element_cancelled", "b"),
        ("element_completed", "t"),
        ("element_completed", "end"),
        ("process_instance_completed", "p"),
    ]
    by_kind = {str(event.kind): event for event in world.events}
    assert by_kind["user_task_completed"].by == "ada"
    completed = next(e for e in world.events if (str(e.kind), e.element_id) == told[5])
    assert completed.clauses == ("A-1", "A-2")
    assert completed.data == {"flows": ["a_rule"]}
    assert completed.token_id is not None


def test_a_decision_is_recorded_with_inputs_outputs_rules_and_clauses() -> None:
    world = World(parse(SOURCE), decide=decide).start().complete("a", amount=9)
    (made,) = [event for event in world.events if event.kind == "decision_made"]
    assert made.data == {
        "decision": "grade",
        "inputs": {"Amount": 9},
        "outputs": [{"level": "high"}],
        "result": "high",
        "rules": [{"decision": "grade", "id": "r2", "index": 2, "clauses": ["B-7"]}],
        "warnings": [],
    }


def test_cancelling_an_instance_tells_why_and_takes_everything_away() -> None:
    world = World(parse(SOURCE), decide=decide).start()
    world.step(lambda e: e.cancel("entered twice", by="admin"))
    assert world.state == "cancelled"
    assert world.waits() == []
    last = world.events[-1]
    assert (str(last.kind), last.by, last.data) == (
        "process_instance_cancelled",
        "admin",
        {"reason": "entered twice"},
    )


def test_places_show_where_the_tokens_are_and_what_waits_at_a_join() -> None:
    source = process(
        start_end(),
        node("parallelGateway", "s"),
        node("parallelGateway", "j"),
        user("a", "b"),
        flows("start s a j end", "s b j"),
    )
    world = World(parse(source)).start().complete("a")
    assert sorted(place.element_id for place in world.execution.places()) == ["b", "j"]
