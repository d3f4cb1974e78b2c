"""Diagrams with elements dropped, moved and swapped are refused, or run without an unforeseen exception."""

from __future__ import annotations

import os
import random
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from engine import execution
from engine.model.errors import RemitError
from engine.model.waits import (
    ConditionWait,
    ServiceTaskWait,
    SubscriptionWait,
    TimerWait,
    UserTaskWait,
)
from tests.unit.execution.diagrams import (
    World,
    condition,
    event,
    event_sub_process,
    flow,
    flows,
    node,
    process,
    start_end,
    sub_process,
    timer,
    user,
)

RUNS = int(os.environ.get("RANDOM_RUNS", "200"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ALL = process(
    start_end(),
    event("startEvent", "arrived", "message", "m"),
    user("a", "b", "c"),
    node("parallelGateway", "split"),
    node("inclusiveGateway", "join"),
    node("complexGateway", "enough", 'default="enough_c"', '<bpmn:activationCondition '
         'xsi:type="bpmn:tFormalExpression">= activationCount &gt; 0</bpmn:activationCondition>'),
    node("exclusiveGateway", "x", 'default="x_sub"'),
    node("eventBasedGateway", "g"),
    node("intermediateCatchEvent", "cond", inside=condition("= n &gt; 2", "cond_d").replace(
        "&amp;gt;", "&gt;")),
    node("intermediateCatchEvent", "many", inside='<bpmn:messageEventDefinition id="md" '
         'messageRef="m"/><bpmn:signalEventDefinition id="sd" signalRef="s"/>'),
    timer("t1", "PT1H"),
    timer("t2", "R3/PT1H", on="a", interrupting=False, kind="timeCycle"),
    event("intermediateThrowEvent", "up", "escalation", "u"),
    node("intermediateThrowEvent", "l1", inside='<bpmn:linkEventDefinition id="l1d" name="on"/>'),
    node("intermediateCatchEvent", "l2", inside='<bpmn:linkEventDefinition id="l2d" name="on"/>'),
    event("intermediateThrowEvent", "undo", "compensate"),
    node("userTask", "looped", inside='<bpmn:standardLoopCharacteristics loopMaximum="2"/>'),
    node("userTask", "each", inside='<bpmn:multiInstanceLoopCharacteristics '
         'camunda:collection="= list" camunda:elementVariable="one"/>'),
    node("serviceTask", "work", 'camunda:type="external" camunda:topic="t"'),
    node("userTask", "undo_c", 'isForCompensation="true"'),
    event("boundaryEvent", "c_c", "compensate", attributes='attachedToRef="c"'),
    sub_process(
        "sub",
        start_end("s1", "s2"),
        user("sa"),
        event("endEvent", "bad", "error", "e"),
        node("exclusiveGateway", "sx", 'default="sx_s2"'),
        flows("s1 sa sx s2"),
        flow("sx", "bad", "= modulo(n, 2) = 0"),
        event_sub_process("inner", '<bpmn:errorEventDefinition id="ied" errorRef="e"/>'),
    ),
    event("boundaryEvent", "caught", "error", "e", 'attachedToRef="sub"'),
    sub_process(
        "tx",
        start_end("x1", "x2"),
        user("xa"),
        event("endEvent", "stop", "cancel"),
        node("exclusiveGateway", "xx", 'default="xx_x2"'),
        flows("x1 xa xx x2"),
        flow("xx", "stop", "= modulo(n, 2) = 0"),
        kind="transaction",
    ),
    sub_process(
        "ad",
        user("ad_a", "ad_b"),
        node("receiveTask", "ad_c", 'messageRef="m"'),
        flows("ad_a ad_b"),
        '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">= n &gt; 4'
        "</bpmn:completionCondition>",
        kind="adHocSubProcess",
    ),
    event("boundaryEvent", "cancelled", "cancel", attributes='attachedToRef="tx"'),
    event_sub_process("esp", '<bpmn:messageEventDefinition id="emd" messageRef="m"/>',
                      interrupting=False),
    event_sub_process("esc", '<bpmn:escalationEventDefinition id="eed" escalationRef="u"/>',
                      interrupting=False),
    flows("start split a join", "split b enough c up x sub looped l1", "l2 each join g cond work",
          "g many tx work", "g t1 end", "work undo ad end", "t2 end", "caught end",
          "cancelled end", "arrived b"),
    flow("x", "end", "= n > 5"),
    '<bpmn:association id="as" sourceRef="c_c" targetRef="undo_c"/>',
    before='<bpmn:message id="m" name="arrived"/><bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="u" name="up" escalationCode="UP"/>',
)  # fmt: skip


# The values of xsi:type name their namespace by its prefix: it must stay.
ET.register_namespace("bpmn", BPMN.strip("{}"))
ET.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")
ET.register_namespace("camunda", "http://camunda.org/schema/1.0/bpmn")


def mutated(chance: random.Random) -> bytes:
    """Return the diagram with a few things dropped, moved or exchanged."""
    root = ET.fromstring(ALL)
    for _ in range(chance.randint(0, 4)):
        parents = [(parent, child) for parent in root.iter() for child in parent]
        parent, child = chance.choice(parents)
        others = [found for _, found in parents if found is not child]
        kind = chance.randrange(5)
        if kind == 0:
            parent.remove(child)
        elif kind == 1 and child.attrib:
            # Another value of the same attribute: most often a reference to something else.
            name = chance.choice(list(child.attrib))
            values = [found.attrib[name] for found in others if name in found.attrib]
            if values and name != "id":
                child.set(name, chance.choice(values))
        elif kind == 2:
            same = [found for found in others if found.tag == child.tag and len(found) == 0]
            if same and len(child) == 0:
                child.text, same[0].text = same[0].text, child.text
        elif kind == 3 and child.tag.endswith("EventDefinition"):
            parent.remove(child)
            definitions = [f for f in others if f.tag.endswith("EventDefinition")]
            copy = ET.fromstring(ET.tostring(chance.choice(definitions)))
            copy.set("id", f"copy{chance.randrange(10**9)}")
            parent.append(copy)
        else:
            attribute = chance.choice(
                ["isInterrupting", "cancelActivity", "isForCompensation", "triggeredByEvent"]
            )
            child.set(attribute, chance.choice(["true", "false"]))
    return ET.tostring(root)


def live(world: World, chance: random.Random) -> None:
    """Take some steps at random with an instance."""
    for _ in range(40):
        if world.state != "running":
            return
        wait = chance.choice(world.waits())
        n = chance.randrange(8)
        match wait:
            case UserTaskWait():
                world.complete(wait.element_id, n=n)
            case ServiceTaskWait() if chance.random() < 0.3:
                world.bpmn_error(wait.element_id, "BAD")
            case ServiceTaskWait():
                world.serve(wait.element_id)
            case SubscriptionWait():
                world.step(lambda e, w=wait: e.deliver(w.token_id, {}))
            case TimerWait():
                world.now = max(world.now, wait.due_at) + timedelta(minutes=1)
                world.step()
            case ConditionWait():
                world.step(lambda e: e.set_variables({"n": world.outcome.variables["list"]}))
                world.step(lambda e, high=n > 3: e.set_variables({"n": high}))


def test_enough_mutated_diagrams_are_accepted_to_tell_something() -> None:
    accepted = sum(
        bool(execution.parse(mutated(random.Random(seed)), file="x.bpmn")[0]) for seed in range(50)
    )
    assert 10 <= accepted <= 45


def test_the_diagram_itself_is_in_order() -> None:
    specs, problems = execution.parse(ALL.encode(), file="x.bpmn")
    assert specs, [problem for problem in problems if problem.severity == "error"]


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_mutated_diagram_is_refused_or_runs(seed: int) -> None:
    chance = random.Random(seed)
    source = mutated(chance)
    specs, problems = execution.parse(source, file="x.bpmn")
    assert bool(specs) != any(problem.severity == "error" for problem in problems)
    if not specs or not specs[0].has_none_start:
        return
    try:
        live(World(specs).start(n=1, list=["a", "b"]), chance)
    except RemitError:
        # A step that cannot be taken is undone and says why.
        return
