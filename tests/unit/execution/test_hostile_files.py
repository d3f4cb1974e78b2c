"""Whatever the bytes are, parsing answers soon, in bounded memory, with a problem and never an exception."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import execution
from tests.unit.execution.diagrams import (
    codes,
    event,
    extension,
    flow,
    flows,
    node,
    process,
    start_end,
    timer,
    user,
)

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lollollollol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]><definitions>&a11;</definitions>"
)
XXE = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<definitions>&x;</definitions>"
)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe<\x00a\x00",
        BOMB.encode(),
        XXE.encode(),
        b"<a>" * 100_000,
        b"<a>" * 200 + b"</a>" * 200,
        b"<definitions>" + b"x" * (50 * 1024 * 1024) + b"</definitions>",
        b"<definitions " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>",
        b'<definitions name="' + b"x" * 9_000_000 + b'"/>',
        process("<bpmn:textAnnotation/>" * 100_000).encode(),
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        BOMB.encode("utf-16"),
        b'<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    ],
    ids=lambda source: f"{source[:20]!r} {len(source)}",
)
def test_hostile_files_are_refused_at_once(source: bytes) -> None:
    begun = time.process_time()
    specs, problems = execution.parse(source, file="x.bpmn")
    assert time.process_time() - begun < 2
    assert specs == []
    assert any(problem.severity == "error" for problem in problems)
    assert all("root:" not in problem.message for problem in problems)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(source: bytes) -> None:
    assert execution.parse(source, file="x.bpmn")[0] == []


RICH = process(
    start_end(),
    event("startEvent", "arrived", "message", "m"),
    node("exclusiveGateway", "x", 'default="x_b"'),
    node("inclusiveGateway", "split"),
    node("inclusiveGateway", "join"),
    node("eventBasedGateway", "g"),
    event("intermediateCatchEvent", "c", "signal", "s"),
    timer("t1", "PT1H"),
    user("a", attributes='camunda:dueDate="= now() + duration(&quot;P1D&quot;)" '
         'camunda:candidateGroups="g1,g2" camunda:formRef="f" camunda:priority="3"'),
    timer("t2", "R3/PT1H", on="a", interrupting=False, kind="timeCycle"),
    node("userTask", "b", inside='<bpmn:multiInstanceLoopCharacteristics '
         'camunda:collection="= list" camunda:elementVariable="one"/>'),
    node("callActivity", "call", 'calledElement="other"', extension(
        '<camunda:in source="a" target="b"/><camunda:out variables="all"/>'
        '<camunda:in businessKey="= k"/>')),
    node("serviceTask", "work", 'camunda:type="external" camunda:topic="t"', extension(
        '<camunda:properties><camunda:property name="clauses" value="A-1, A-2"/>'
        '</camunda:properties><camunda:inputOutput><camunda:inputParameter name="p">= 1'
        "</camunda:inputParameter></camunda:inputOutput>")),
    node("businessRuleTask", "rule", 'camunda:decisionRef="d" camunda:resultVariable="r" '
         'camunda:mapDecisionResult="singleEntry"'),
    node("subProcess", "sub", inside=node("startEvent", "ss") + event(
        "endEvent", "se", "error", "e") + flows("ss se")),
    event("boundaryEvent", "caught", "error", "e", 'attachedToRef="sub"'),
    flows("start x b split", "arrived a split", "join work rule sub call g c end", "g t1 end",
          "t2 end", "caught end", "split join"),
    flow("x", "a", "= amount > 1"),
    before='<bpmn:message id="m" name="arrived"/><bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>',
)  # fmt: skip


def test_the_diagram_that_is_garbled_below_is_itself_in_order() -> None:
    specs, problems = execution.parse(RICH.encode(), file="x.bpmn")
    assert [spec.key for spec in specs] == ["p"], problems
    (spec,) = specs
    assert spec.elements["work"].clauses == ("A-1", "A-2")
    assert spec.clauses == {"A-1", "A-2"}
    assert spec.topics == {"work": "t"}
    assert spec.candidate_groups == {"g1", "g2"}
    assert [ref.key for ref in (*spec.form_refs, *spec.decision_refs, *spec.call_refs)] == [
        "f",
        "d",
        "other",
    ]
    assert spec.read_names["x_a"] == {"amount"}
    assert spec.written_names["rule"] == {"r"}


GARBAGE = [
    "",
    "=",
    "= 1 +",
    "${x}",
    "nobody",
    "-1",
    "9" * 400,
    "é\u2028",
    "true",
    "p",
    "PT",
    "&#x0;",
]


@pytest.mark.parametrize("seed", range(150))
def test_garbled_diagrams_never_raise(seed: int) -> None:
    chance = random.Random(seed)
    source = RICH
    for _ in range(chance.randint(1, 6)):
        kind = chance.randrange(5)
        values = list(re.finditer(r'"([^"<>]*)"', source))
        if kind == 0:
            match = chance.choice(values)
            source = source[: match.start(1)] + chance.choice(GARBAGE) + source[match.end(1) :]
        elif kind == 1:
            one, other = chance.choice(values), chance.choice(values)
            source = source[: one.start(1)] + other[1] + source[one.end(1) :]
        elif kind == 2:
            start = chance.randrange(len(source))
            source = source[:start] + source[start + chance.randint(1, 40) :]
        elif kind == 3:
            match = chance.choice(list(re.finditer(r"<bpmn:(\w+) [^>]*?/>", source)))
            source = source[: match.start()] + source[match.end() :]
        else:
            names = re.findall(r"bpmn:(\w+)", source)
            one, other = chance.choice(names), chance.choice(names)
            source = source.replace(f"bpmn:{one}", f"bpmn:{other}")
    specs, problems = execution.parse(source.encode("utf-8", "replace"), file="x.bpmn")
    assert bool(specs) != any(problem.severity == "error" for problem in problems)


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("too_large", process(start_end(), user(*(f"t{n}" for n in range(5_001))))),
        (
            "too_large",
            process(
                start_end(),
                *(node("inclusiveGateway", f"g{n}") for n in range(600)),
                flows(
                    "start " + " ".join(f"g{n}" for n in range(600)) + " end",
                    *(f"g{n} g{n + 2}" for n in range(598)),
                ),
            ),
        ),
        ("not_a_time", process(start_end(), timer("t", "P" + "9" * 5_000 + "W"),
                               flows("start t end"))),
        ("not_a_time", process(start_end(), timer("t", f"R{'9' * 5_000}/PT1H", kind="timeCycle"),
                               flows("start t end"))),
        ("not_a_number", process(start_end(), user("a", attributes=f'camunda:priority="{"9" * 5000}"'),
                                 flows("start a end"))),
        ("expression_language", process(start_end(), user("a", attributes='camunda:assignee="'
                                        + "${" * 200_000 + '"'), flows("start a end"))),
        ("feel_syntax", process(start_end(), user("a", attributes='camunda:assignee="= '
                                + "(" * 200_000 + '"'), flows("start a end"))),
    ],
    ids=lambda value: value[:40] if len(value) < 40 else "",
)  # fmt: skip
def test_a_diagram_made_to_take_long_is_refused_soon(code: str, source: str) -> None:
    begun = time.process_time()
    assert code in codes(source)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    "source",
    [
        process(start_end(), key="p" * 201),
        process(start_end(), before=f'<bpmn:message id="m" name="{"m" * 201}"/>'),
    ],
    ids=["id", "name of a message"],
)
def test_names_that_no_database_could_keep_are_refused(source: str) -> None:
    assert "too_long" in codes(source)
