"""The catalogue of BPMN is complete, says what the reader does, and names tests that exist."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from lxml import etree

from engine.execution.reading.elements import REFUSED, STANDINGS, Standing
from engine.execution.reading.standard import ALWAYS_INTERRUPT, EVENTS_RUN, Position
from tests.unit.execution.bpmn_catalogue import (
    ELEMENT_TESTS,
    EventRow,
    element_test,
    event_rows,
    page,
)
from tests.unit.execution.diagrams import (
    HEAD,
    begin,
    codes,
    condition,
    flows,
    node,
    parse,
    problems_of,
    process,
    start_end,
    sub_process,
    user,
)

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "reference" / "bpmn.md"
XSD = "{http://www.w3.org/2001/XMLSchema}"
DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="x" name="up" escalationCode="UP"/>'
)
DRAWN = {
    "none": "",
    "message": '<bpmn:messageEventDefinition id="d" messageRef="m"/>',
    "timer": '<bpmn:timerEventDefinition id="d"><bpmn:timeDuration '
    'xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration></bpmn:timerEventDefinition>',
    "signal": '<bpmn:signalEventDefinition id="d" signalRef="s"/>',
    "conditional": condition("= ready", id="d"),
    "error": '<bpmn:errorEventDefinition id="d" errorRef="e"/>',
    "escalation": '<bpmn:escalationEventDefinition id="d" escalationRef="x"/>',
    "compensate": '<bpmn:compensateEventDefinition id="d"/>',
    "link": '<bpmn:linkEventDefinition id="d" name="on"/>',
    "cancel": '<bpmn:cancelEventDefinition id="d"/>',
    "terminate": '<bpmn:terminateEventDefinition id="d"/>',
    "multiple": '<bpmn:messageEventDefinition id="d" messageRef="m"/>'
    '<bpmn:signalEventDefinition id="d2" signalRef="s"/>',
}
DRAWN["parallel multiple"] = DRAWN["multiple"]


def names_in_the_schema() -> set[str]:
    """Return every element name that the BPMN schema gives."""
    folder = resources.files("SpiffWorkflow.bpmn.parser") / "schema"
    names = set()
    for file in ("BPMN20.xsd", "Semantic.xsd"):
        root = etree.fromstring((folder / file).read_bytes())
        names.update(
            found.get("name") for found in root.iter(f"{XSD}element") if found.get("name")
        )
    return names


def test_the_table_of_elements_is_complete() -> None:
    assert names_in_the_schema() - set(STANDINGS) == set()


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m tests.unit.execution.bpmn_catalogue > docs/reference/bpmn.md"
    )


def test_every_test_that_the_catalogue_names_exists() -> None:
    named = {row.test for row in event_rows()} | set(ELEMENT_TESTS.values())
    named |= {element_test(name) for name in REFUSED}
    for test in named:
        file, name = test.split("::")
        text = (HERE / f"test_{file}.py").read_text(encoding="utf-8")
        assert f"def {name}(" in text, test


def test_every_element_that_runs_has_its_test() -> None:
    running = {name for name, standing in STANDINGS.items() if standing is Standing.RUNS}
    events = {name for name in running if name.endswith(("Event", "EventDefinition"))}
    assert running - events == set(ELEMENT_TESTS)


HANDLER = (
    node("userTask", "undo", 'isForCompensation="true"')
    + '<bpmn:association id="as" sourceRef="it" targetRef="undo"/>'
)
LINKED = node(
    "intermediateThrowEvent", "l1", inside='<bpmn:linkEventDefinition id="l1d" name="on"/>'
)


def drawing(row: EventRow) -> str:
    """Draw a process with one event of a row, and what it needs around it."""
    inside = DRAWN[row.definition]
    several = 'parallelMultiple="true"' if row.definition == "parallel multiple" else ""
    last = ""
    match row.position:
        case Position.PROCESS_START:
            body = node("startEvent", "it", several, inside) + user("a") + flows("it a")
        case Position.SUB_PROCESS_START:
            inner = node("startEvent", "it", several, inside) + user("a") + flows("it a")
            body = start_end() + sub_process("sub", inner) + flows("start sub end")
        case Position.EVENT_START:
            beside = "" if row.interrupting else 'isInterrupting="false"'
            handler = sub_process(
                "handler",
                node("startEvent", "it", f"{beside} {several}", inside),
                user("b"),
                flows("it b"),
                attributes='triggeredByEvent="true"',
            )
            scope = sub_process("sub", start_end("s1", "s2"), user("a"), flows("s1 a s2"), handler)
            body = start_end() + scope + flows("start sub end")
        case Position.CATCH:
            way = "start l1" if row.definition == "link" else "start it"
            body = start_end() + node("intermediateCatchEvent", "it", several, inside)
            body += (LINKED if row.definition == "link" else "") + flows(way, "it end")
        case Position.THROW:
            body = start_end() + node("intermediateThrowEvent", "it", several, inside)
            if row.definition == "link":
                body += node("intermediateCatchEvent", "l2", inside=inside.replace('"d"', '"d3"'))
                body += flows("start it", "l2 end")
            else:
                body += flows("start it end")
        case Position.BOUNDARY:
            kind = "transaction" if row.definition == "cancel" else "subProcess"
            beside = "" if row.interrupting else 'cancelActivity="false"'
            host = sub_process(
                "sub", start_end("s1", "s2"), user("a"), flows("s1 a s2"), kind=kind
            )
            event = node("boundaryEvent", "it", f'attachedToRef="sub" {beside} {several}', inside)
            body = start_end() + host + event + flows("start sub end")
            if row.definition == "compensate":
                last = HANDLER
            else:
                body += user("b") + flows("it b end")
        case Position.END:
            if row.definition == "cancel":
                inner = node("startEvent", "s1") + node("endEvent", "it", inside=inside)
                around = sub_process("sub", inner, flows("s1 it"), kind="transaction")
                cancel = '<bpmn:cancelEventDefinition id="d9"/>'
                body = start_end() + around + flows("start sub end", "c end")
                body += node("boundaryEvent", "c", 'attachedToRef="sub"', cancel)
            else:
                body = node("startEvent", "start") + node("endEvent", "it", several, inside)
                body += flows("start it")
    return process(body + last, before=DEFINED)


RUNNING = [row for row in event_rows() if row.runs]
NOT_RUNNING = [row for row in event_rows() if not row.runs]


@pytest.mark.parametrize("row", RUNNING, ids=str)
def test_an_event_that_runs_is_read_and_runs(row: EventRow) -> None:
    (spec,) = parse(drawing(row))
    if row.position is Position.PROCESS_START and row.definition != "none":
        assert spec.message_starts or spec.signal_starts or spec.timer_starts
        return
    world = begin(drawing(row), ready=False)
    waiting = {wait.element_id for wait in world.waits()}
    if row.definition in ("message", "timer", "signal", "conditional", "multiple") and (
        row.position in (Position.CATCH, Position.BOUNDARY, Position.EVENT_START)
    ):
        assert "it" in waiting
    elif row.position in (Position.THROW, Position.END):
        assert "it" in {event.element_id for event in world.events}
        assert world.state == ("failed" if row.definition == "error" else "completed")


@pytest.mark.parametrize("row", NOT_RUNNING, ids=str)
def test_an_event_that_does_not_run_is_refused_by_name(row: EventRow) -> None:
    source = drawing(row)
    refusing = {"unsupported_element", "missing_event", "not_interrupting", "schema"}
    found = [p for p in problems_of(source) if p.severity == "error" and p.code in refusing]
    assert found, problems_of(source)
    schema = [p for p in found if p.code == "schema"]
    assert len(schema) == len(found) or any(p.element_id == "it" for p in found)
    assert all(p.line and len(p.message) > 40 for p in found)


def test_rows_that_only_do_not_interrupt_are_refused_for_that() -> None:
    rows = [row for row in NOT_RUNNING if row.definition in EVENTS_RUN[row.position]]
    assert {row.definition for row in rows} == ALWAYS_INTERRUPT
    for row in rows:
        assert "not_interrupting" in codes(drawing(row))


INSIDE_A_TASK = {
    "performer": '<bpmn:performer id="it"/>',
    "humanPerformer": '<bpmn:humanPerformer id="it"/>',
    "potentialOwner": '<bpmn:potentialOwner id="it"/>',
    "resourceRole": '<bpmn:resourceRole id="it"/>',
    "resourceAssignmentExpression": '<bpmn:performer id="p"><bpmn:resourceAssignmentExpression '
    'id="it"><bpmn:formalExpression>x</bpmn:formalExpression>'
    "</bpmn:resourceAssignmentExpression></bpmn:performer>",
    "resourceParameterBinding": '<bpmn:performer id="p"><bpmn:resourceRef>r</bpmn:resourceRef>'
    '<bpmn:resourceParameterBinding id="it" parameterRef="q"><bpmn:formalExpression>x'
    "</bpmn:formalExpression></bpmn:resourceParameterBinding></bpmn:performer>",
    "rendering": '<bpmn:rendering id="it"/>',
    "complexBehaviorDefinition": "<bpmn:multiInstanceLoopCharacteristics>"
    '<bpmn:complexBehaviorDefinition id="it"><bpmn:condition id="c"/>'
    "</bpmn:complexBehaviorDefinition></bpmn:multiInstanceLoopCharacteristics>",
}


def holding(name: str) -> str:
    """Draw a file with one element that is refused."""
    if name in INSIDE_A_TASK:
        return process(
            start_end(), node("userTask", "a", inside=INSIDE_A_TASK[name]), flows("start a end")
        )
    element = f'<bpmn:{name} id="it"/>'
    if name == "eventDefinitionRef":
        catch = node(
            "intermediateCatchEvent",
            "a",
            inside="<bpmn:eventDefinitionRef>t</bpmn:eventDefinitionRef>",
        )
        return process(start_end(), catch, flows("start a end"))
    if name.startswith("global") or name == "choreography":
        return f"{HEAD}{element}" + process(start_end(), flows("start end")).removeprefix(HEAD)
    if name == "correlationSubscription":
        element = f'<bpmn:{name} id="it" correlationKeyRef="k"/>'
        return process(start_end(), flows("start end"), element)
    if name in ("choreographyTask", "subChoreography", "callChoreography"):
        element = (
            f'<bpmn:{name} id="it" initiatingParticipantRef="p"><bpmn:participantRef>p'
            f"</bpmn:participantRef></bpmn:{name}>"
        )
    return process(start_end(), element, flows("start end"))


@pytest.mark.parametrize("name", REFUSED)
def test_an_element_that_is_refused_is_named(name: str) -> None:
    found = [p for p in problems_of(holding(name)) if p.code == "unsupported_element"]
    assert REFUSED[name] in {problem.message for problem in found}
    assert all(problem.line for problem in found)


@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_tasks_that_are_drawn_for_people_pass_at_once(kind: str) -> None:
    source = process(start_end(), node(kind, "a"), flows("start a end"))
    assert begin(source).state == "completed"
    assert "does_not_wait" in {problem.code for problem in problems_of(source)}


def test_a_send_task_sends_its_message() -> None:
    source = process(
        start_end(), node("sendTask", "a", 'messageRef="m"'), flows("start a end"), before=DEFINED
    )
    assert [thrown.name for thrown in begin(source).thrown] == ["arrived"]
