"""What the engine cannot run right is refused by name, with its place and what to do instead."""

from __future__ import annotations

import pytest

from engine.model.problems import Severity
from tests.unit.execution.diagrams import (
    HEAD,
    codes,
    event,
    extension,
    flow,
    flows,
    node,
    problems_of,
    process,
    start_end,
    timer,
    user,
)

DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:signal id="s" name="stop"/>'
    '<bpmn:error id="e" name="bad" errorCode="BAD"/>'
    '<bpmn:escalation id="x" name="up" escalationCode="UP"/>'
)
EXTERNAL = 'camunda:type="external" camunda:topic="work"'


def around(element: str, id: str = "it", before: str = DEFINED) -> str:
    """Put an element into a process: start, the element, end."""
    return process(start_end(), element, flows(f"start {id} end"), before=before)


REFUSED = {
    "error start in a process": process(
        event("startEvent", "start", "error", "e"), user("a"), flows("start a"), before=DEFINED
    ),
    "parallel event gateway": around(
        node("eventBasedGateway", "it", 'instantiate="true" eventGatewayType="Parallel"')
    ),
    "instantiating receive task": around(
        node("receiveTask", "it", 'messageRef="m" instantiate="true"')
    ),
    "resource roles": around(node("userTask", "it", inside='<bpmn:potentialOwner id="o"/>')),
    "listener": around(
        node(
            "userTask", "it", inside=extension('<camunda:taskListener class="X" event="create"/>')
        )
    ),
    "form fields": around(node("userTask", "it", inside=extension("<camunda:formData/>"))),
    "script in a parameter": around(
        node(
            "userTask",
            "it",
            inside=extension(
                '<camunda:inputOutput><camunda:inputParameter name="a">'
                '<camunda:script scriptFormat="groovy">1</camunda:script>'
                "</camunda:inputParameter></camunda:inputOutput>"
            ),
        )
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_elements_that_are_not_supported_are_refused_by_name(name: str) -> None:
    found = [p for p in problems_of(REFUSED[name]) if p.code == "unsupported_element"]
    assert found, problems_of(REFUSED[name])
    assert all(problem.line and len(problem.message) > 40 for problem in found)


@pytest.mark.parametrize(
    ("code", "source"),
    {
        "missing_topic": around(node("serviceTask", "it")),
        "unsupported_attribute": around(node("serviceTask", "it", 'camunda:class="x.Y"')),
        "missing_message": around(node("sendTask", "it")),
        "missing_decision": around(node("businessRuleTask", "it")),
        "missing_result_variable": around(node("businessRuleTask", "it", 'camunda:decisionRef="d"')),
        "missing_process": around(node("callActivity", "it")),
        "missing_version": around(
            node("callActivity", "it", 'calledElement="q" camunda:calledElementBinding="version"')
        ),
        "missing_start": process(user("a"), node("endEvent", "end"), flows("a end")),
        "unreachable": process(start_end(), user("a", "b"), flows("start a end", "b end")),
        "duplicate_id": process(start_end(), user("a", "a"), flows("start a end")),
        "dangling_reference": process(start_end(), flows("start end", "start nowhere")),
        "ambiguous_start": process(
            start_end(), node("startEvent", "other"), flows("start end", "other end")
        ),
        "missing_condition": process(
            start_end(),
            node("exclusiveGateway", "it"),
            user("a", "b"),
            flows("start it a end", "it b end"),
        ),
        "condition_not_possible": process(
            start_end(),
            node("parallelGateway", "it"),
            user("a"),
            flows("start it", "a end"),
            flow("it", "a", "= true"),
        ),
        "script_language": around(
            node("scriptTask", "it", 'scriptFormat="javascript"', "<bpmn:script>1</bpmn:script>")
        ),
        "feel_syntax": around(node("userTask", "it", 'camunda:assignee="= 1 +"')),
        "not_a_time": around(timer("it", "tomorrow")),
        "missing_time": around(timer("it", "")),
        "no_time_zone": around(timer("it", "2026-12-25", kind="timeDate")),
        "unknown_attribute": around(node("userTask", "it", 'camunda:asignee="ada"')),
        "unknown_element": around(node("userTask", "it", inside=extension("<camunda:propertys/>"))),
        "reserved_name": around(
            node("scriptTask", "it", 'scriptFormat="feel" camunda:resultVariable="completed"',
                 "<bpmn:script>1</bpmn:script>")
        ),
        "missing_element_variable": around(
            node("userTask", "it", inside='<bpmn:multiInstanceLoopCharacteristics '
                 'camunda:collection="= people"/>')
        ),
        "flow_not_possible": process(start_end(), user("a"), flows("start a end a")),
        "schema": around('<bpmn:userTaks id="it"/>'),
        "not_bpmn": "<html/>",
        "no_process": HEAD + '<bpmn:process id="p" isExecutable="false"/></bpmn:definitions>',
        "not_xml": "<bpmn",
        "missing_error": around(event("endEvent", "it", "error"), before=""),
        "computed_reference": around(node("userTask", "it", 'camunda:formRef="= f"')),
    }.items(),
)  # fmt: skip
def test_what_could_not_run_right_is_refused(code: str, source: str) -> None:
    assert code in codes(source), problems_of(source)


@pytest.mark.parametrize(
    ("juel", "feel"),
    [
        ("${amount > 10}", "= amount > 10"),
        ("${status == 'open' && !late}", '= status = "open" and not(late)'),
        ("#{a || b}", "= a or b"),
    ],
)
def test_juel_is_refused_and_its_feel_suggested(juel: str, feel: str) -> None:
    source = process(
        start_end(),
        node("exclusiveGateway", "x", 'default="x_end"'),
        user("a"),
        flows("start x end", "a end"),
        flow("x", "a", juel),
    )
    (problem,) = [p for p in problems_of(source) if p.severity == "error"]
    assert problem.code == "expression_language"
    assert feel in problem.message
    assert (problem.element_id, problem.file) == ("x_a", "test.bpmn")


def test_a_condition_may_omit_the_equals_sign_where_feel_is_the_language() -> None:
    source = process(
        start_end(),
        node("exclusiveGateway", "x", 'default="x_end"'),
        user("a"),
        flows("start x end", "a end"),
        flow("x", "a", "amount &gt; 1").replace("&amp;", "&"),
    )
    assert "expression_language" in codes(source)
    assert not codes(
        source.replace('id="definitions"', 'id="definitions" expressionLanguage="feel"')
    )
    assert not codes(
        source.replace("<bpmn:conditionExpression ", '<bpmn:conditionExpression language="feel" ')
    )


def test_a_syntax_error_is_shown_where_it_stands() -> None:
    source = process(
        start_end(),
        node("exclusiveGateway", "x", 'default="x_end"'),
        user("a"),
        flows("start x end", "a end"),
        flow("x", "a", "= amount > > 1"),
    )
    (problem,) = [p for p in problems_of(source) if p.severity == "error"]
    lines = source.split("\n")
    assert problem.line is not None
    assert problem.column is not None
    assert lines[problem.line - 1][problem.column - 1 :].startswith(">")


def test_a_diagram_drawn_for_camunda_8_is_named_as_such() -> None:
    source = around(
        node("userTask", "it", inside=extension('<zeebe:userTask xmlns:zeebe='
                                                '"http://camunda.org/schema/zeebe/1.0"/>'))
    )  # fmt: skip
    assert "camunda_8" in codes(source)


def test_asking_when_an_unknown_element_was_completed_is_refused() -> None:
    source = process(
        start_end(),
        user("a", attributes='camunda:dueDate="= completed.nobody.at"'),
        flows("start a end"),
    )
    assert "dangling_reference" in codes(source)


def test_names_default_flows_and_layout_are_asked_for() -> None:
    source = process(
        start_end(),
        node("userTask", "a", name=""),
        node("exclusiveGateway", "x", name=""),
        flows("start a x"),
        flow("x", "end", "= b"),
        flow("x", "a", "= c"),
    )
    warnings = {p.code for p in problems_of(source) if p.severity is Severity.WARNING}
    assert {"missing_name", "no_default_flow", "no_layout"} <= warnings
    assert not codes(source)


def test_a_join_that_waits_for_ever_is_refused_before_anybody_runs_it() -> None:
    source = process(
        start_end(),
        node("exclusiveGateway", "x", 'default="x_b"'),
        node("parallelGateway", "join"),
        user("a", "b"),
        flows("start x b join end", "a join"),
        flow("x", "a", "= c"),
    )
    (problem,) = [p for p in problems_of(source) if p.severity == "error"]
    assert (problem.code, problem.element_id) == ("hangs", "join")
    assert "a_join" in problem.message


def test_a_join_that_some_choices_leave_waiting_is_warned_of() -> None:
    source = process(
        start_end(),
        node("parallelGateway", "split"),
        node("parallelGateway", "join"),
        node("exclusiveGateway", "x", 'default="x_join"'),
        user("a", "b"),
        flows("start split a join end", "split b x join"),
        flow("x", "end", "= called_off"),
    )
    found = {
        (p.code, p.element_id) for p in problems_of(source) if p.code in ("hangs", "may_hang")
    }
    assert found == {("may_hang", "join")}


@pytest.mark.parametrize("kind", ["inclusiveGateway", "exclusiveGateway"])
def test_a_join_that_cannot_be_left_waiting_is_not_mentioned(kind: str) -> None:
    source = process(
        start_end(),
        node("inclusiveGateway", "x", 'default="x_b"'),
        node(kind, "join"),
        user("a", "b"),
        timer("t", "PT1H", on="a", interrupting=False),
        flows("start x b join end", "a join", "t end"),
        flow("x", "a", "= c"),
    )
    assert not {p.code for p in problems_of(source)} & {"hangs", "may_hang"}
