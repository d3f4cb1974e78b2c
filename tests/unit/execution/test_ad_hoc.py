"""Ad-hoc sub-processes offer their activities in any order until their condition is true."""

from __future__ import annotations

import pytest

from tests.unit.execution.diagrams import (
    World,
    begin,
    codes,
    event,
    event_sub_process,
    flows,
    node,
    process,
    start_end,
    sub_process,
    timer,
    user,
)

DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="u" name="up" escalationCode="UP"/>'
)


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def done_when(condition: str) -> str:
    return (
        '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">'
        f"{condition}</bpmn:completionCondition>"
    )


def ad_hoc(*parts: str, until: str = "= done", attributes: str = "", more: str = "") -> str:
    """Draw a process with an ad-hoc sub-process in the middle."""
    inside = sub_process(
        "ad",
        *parts,
        done_when(until) if until else "",
        kind="adHocSubProcess",
        attributes=attributes,
    )
    return process(
        start_end(), inside, user("after"), flows("start ad after end"), more, before=DEFINED
    )


def test_what_is_offered_can_be_done_in_any_order_and_again(stored: bool) -> None:
    world = begin(ad_hoc(user("call", "visit")), stored=stored, done=False)
    assert world.open() == ["call", "visit"]
    for element in ("visit", "visit", "call"):
        assert world.complete(element).open() == ["call", "visit"]
    world.complete("visit", done=True)
    assert world.open() == ["after"]
    world.complete("after")
    assert world.state == "completed"
    assert world.passed().count("visit") == 3


def test_a_flow_inside_gives_an_order_and_what_follows_is_not_offered_by_itself(
    stored: bool,
) -> None:
    world = begin(ad_hoc(user("ask", "answer", "note"), flows("ask answer")), stored=stored)
    assert world.open() == ["ask", "note"]
    assert world.complete("ask", done=False).open() == ["answer", "ask", "note"]
    assert world.complete("ask").open() == ["answer", "answer", "ask", "note"]
    assert world.complete("answer").open() == ["answer", "ask", "note"]


@pytest.mark.parametrize(("attribute", "left"), [("", []), ("true", []), ("false", ["answer"])])
def test_what_was_begun_is_taken_away_or_finished_first(
    attribute: str, left: list[str], stored: bool
) -> None:
    attributes = f'cancelRemainingInstances="{attribute}"' if attribute else ""
    source = ad_hoc(user("ask", "answer", "note"), flows("ask answer"), attributes=attributes)
    world = begin(source, stored=stored, done=False).complete("ask").complete("note", done=True)
    assert world.open() == (left or ["after"])
    if left:
        assert world.complete("answer").open() == ["after"]


def test_what_waits_at_a_join_when_it_is_done_does_not_hold_it(stored: bool) -> None:
    source = ad_hoc(
        user("a", "b", "both", "c"),
        node("parallelGateway", "join"),
        flows("a join both", "b join"),
        attributes='cancelRemainingInstances="false"',
    )
    world = begin(source, stored=stored, done=False).complete("a")
    assert world.open() == ["a", "b", "c"]
    assert world.complete("b").open() == ["a", "b", "both", "c"]
    world.complete("both").complete("b")
    assert world.complete("c", done=True).open() == ["after"]


def test_the_condition_is_asked_after_each_activity_and_not_before(stored: bool) -> None:
    world = begin(ad_hoc(user("a"), until="= true"), stored=stored)
    assert world.open() == ["a"]
    assert world.complete("a").open() == ["after"]


def test_a_message_can_be_what_is_offered(stored: bool) -> None:
    source = ad_hoc(node("receiveTask", "hear", 'messageRef="m"'), user("a"), until="= n = 2")
    world = begin(source, stored=stored, n=0)
    world.deliver("hear", n=1)
    assert world.open() == ["a"]
    assert world.deliver("hear", n=2).open() == ["after"]


def test_a_deadline_on_it_takes_all_of_it_away(stored: bool) -> None:
    source = ad_hoc(
        user("a", "b"),
        more=timer("late", "PT1H", on="ad") + user("chase") + flows("late chase end"),
    )
    assert begin(source, stored=stored, done=False).later(hours=1).open() == ["chase"]


def test_an_event_sub_process_in_it_runs_beside_what_is_offered(stored: bool) -> None:
    handler = event_sub_process(
        "h", '<bpmn:messageEventDefinition id="hd" messageRef="m"/>', interrupting=False
    )
    world = begin(ad_hoc(user("a"), handler), stored=stored, done=False).deliver("h_start")
    assert world.open() == ["a", "h_task"]
    # Its end asks nothing of the condition that was not asked already.
    assert world.complete("h_task").open() == ["a"]
    assert world.complete("a", done=True).open() == ["after"]


def test_each_round_of_a_repeated_one_is_done_by_itself(stored: bool) -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false" '
        'camunda:collection="= people" camunda:elementVariable="person"/>'
    )
    world = begin(ad_hoc(loop, user("a")), stored=stored, people=["x", "y"], done=True)
    assert world.open() == ["a", "a"]
    assert world.complete("a").open() == ["a"]
    assert world.complete("a").open() == ["after"]


def test_hundreds_of_choices_do_not_pile_up() -> None:
    world = begin(ad_hoc(user("a", "b")), done=False)
    few = len(world.outcome.document)
    for number in range(200):
        world.complete("ab"[number % 2])
    assert len(world.outcome.document) <= few + 200


REFUSED: dict[str, tuple[str, str]] = {
    "no completion condition": ("missing_condition", ad_hoc(user("a"), until="")),
    "sequential": ("unsupported_attribute", ad_hoc(user("a"), attributes='ordering="Sequential"')),
    "begun by an event": (
        "unsupported_element",
        ad_hoc(user("a"), attributes='triggeredByEvent="true"'),
    ),
    "a start event": (
        "unsupported_element",
        ad_hoc(start_end("s", "t"), user("a"), flows("s a t")),
    ),
    "what would begin by itself": (
        "unsupported_element",
        ad_hoc(node("serviceTask", "a", 'camunda:type="external" camunda:topic="t"')),
    ),
    "a repeated task": (
        "unsupported_element",
        ad_hoc(node("userTask", "a", "", '<bpmn:standardLoopCharacteristics loopMaximum="2"/>')),
    ),
    "a deadline on what is offered": (
        "unsupported_element",
        ad_hoc(user("a", "b"), timer("t", "PT1H", on="a"), flows("t b")),
    ),
    "nothing to choose": (
        "unsupported_element",
        ad_hoc(node("task", "a"), event("intermediateThrowEvent", "t", "escalation", "u"),
               flows("a t")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_people_cannot_choose_is_refused(name: str) -> None:
    code, source = REFUSED[name]
    assert code in codes(source)


def test_it_can_be_compensated_like_any_sub_process(stored: bool) -> None:
    inside = (
        user("book")
        + node("userTask", "unbook", 'isForCompensation="true"')
        + event("boundaryEvent", "b", "compensate", attributes='attachedToRef="book"')
        + '<bpmn:association id="as" sourceRef="b" targetRef="unbook"/>'
    )
    source = process(
        start_end(),
        sub_process("ad", inside, done_when("= done"), kind="adHocSubProcess"),
        event("intermediateThrowEvent", "undo", "compensate"),
        flows("start ad undo end"),
    )
    world: World = begin(source, stored=stored, done=False).complete("book")
    assert world.complete("book", done=True).open() == ["unbook"]
    assert world.complete("unbook").open() == ["unbook"]
    assert world.complete("unbook").state == "completed"
