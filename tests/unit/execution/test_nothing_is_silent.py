"""What a diagram says beyond what runs is refused by name or warned of: nothing is passed over."""

from __future__ import annotations

import pytest

from engine.model.problems import Problem
from tests.unit.execution.diagrams import (
    begin,
    codes,
    event,
    extension,
    flow,
    flows,
    node,
    problems_of,
    process,
    start_end,
    sub_process,
    user,
)

DEFINED = (
    '<bpmn:message id="m" name="arrived"/><bpmn:message id="m2" name="other"/>'
    '<bpmn:escalation id="u" name="up" escalationCode="UP"/>'
)
SPACES = (
    'xmlns:activiti="http://activiti.org/bpmn" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:foo="http://example.com/foo" xmlns:signavio="http://www.signavio.com" '
)


def drawing(*parts: str, attributes: str = "") -> str:
    source = process(start_end(), *parts, before=DEFINED, attributes=f'name="P" {attributes}')
    return source.replace("xmlns:xsi", f"{SPACES} xmlns:xsi", 1)


def around(kind: str, attributes: str = "", inside: str = "") -> str:
    """Draw a process with one element in the middle."""
    return drawing(node(kind, "it", attributes, inside), flows("start it end"))


def found(source: str, code: str) -> list[Problem]:
    return [problem for problem in problems_of(source) if problem.code == code]


def parameters(inside: str) -> str:
    return extension(f"<camunda:inputOutput>{inside}</camunda:inputOutput>")


BOTH = parameters(
    '<camunda:inputParameter name="x">1</camunda:inputParameter>'
    '<camunda:outputParameter name="y">= 2</camunda:outputParameter>'
)
RETRIES = extension("<camunda:failedJobRetryTimeCycle>{}</camunda:failedJobRetryTimeCycle>")
EXTERNAL = 'camunda:type="external" camunda:topic="t"'
CARDINALITY = '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3</bpmn:loopCardinality>'

REFUSED: dict[str, tuple[str, str]] = {
    "an attribute of Activiti": ("other_engine", around("userTask", 'activiti:assignee="k"')),
    "a listener of Flowable": (
        "other_engine",
        around("userTask", "", extension('<flowable:taskListener event="create"/>')),
    ),
    "a script of SpiffWorkflow": (
        "other_engine",
        around("userTask", "", extension("<spiff:preScript>x = 1</spiff:preScript>")),
    ),
    "an unknown kind of parameter": (
        "unsupported_element",
        around("userTask", "", parameters('<camunda:odd name="x">1</camunda:odd>')),
    ),
    "something unknown in a parameter": (
        "unsupported_element",
        around(
            "userTask",
            "",
            parameters(
                '<camunda:inputParameter name="x"><camunda:odd/></camunda:inputParameter>'
            ),
        ),
    ),
    "a script in a list": (
        "unsupported_element",
        around(
            "userTask",
            "",
            parameters(
                '<camunda:inputParameter name="x"><camunda:list><camunda:script '
                'scriptFormat="groovy">1</camunda:script></camunda:list></camunda:inputParameter>'
            ),
        ),
    ),
    "an unknown attribute of a parameter": (
        "unknown_attribute",
        around(
            "userTask",
            "",
            parameters('<camunda:inputParameter name="x" odd="1">1</camunda:inputParameter>'),
        ),
    ),
    "the same parameter twice": (
        "ambiguous_name",
        around(
            "userTask",
            "",
            parameters('<camunda:inputParameter name="x">1</camunda:inputParameter>' * 2),
        ),
    ),
    "parameters twice": ("ambiguous_element", around("userTask", "", BOTH.replace(
        "</bpmn:ext", '<camunda:inputOutput><camunda:inputParameter name="z">1'
        "</camunda:inputParameter></camunda:inputOutput></bpmn:ext"))),
    "the same property twice": (
        "ambiguous_name",
        around(
            "userTask",
            "",
            extension(
                "<camunda:properties>"
                + '<camunda:property name="clauses" value="1"/>' * 2
                + "</camunda:properties>"
            ),
        ),
    ),
    "a property without a name": (
        "missing_name",
        around(
            "userTask",
            "",
            extension(
                '<camunda:properties><camunda:property value="1"/></camunda:properties>'
            ),
        ),
    ),
    "parameters of a gateway": ("unknown_element", around("exclusiveGateway", "", BOTH)),
    "parameters of a catch event": (
        "unknown_element",
        around(
            "intermediateCatchEvent",
            "",
            BOTH + '<bpmn:messageEventDefinition id="d" messageRef="m"/>',
        ),
    ),
    "parameters of an event that sends nothing": (
        "unsupported_element",
        around(
            "intermediateThrowEvent",
            "",
            BOTH + '<bpmn:escalationEventDefinition id="d" escalationRef="u"/>',
        ),
    ),
    "output parameters of an event that sends": (
        "unsupported_element",
        around(
            "intermediateThrowEvent",
            "",
            BOTH + '<bpmn:messageEventDefinition id="d" messageRef="m"/>',
        ),
    ),
    "retries that are no time": (
        "not_a_time",
        around("serviceTask", EXTERNAL, RETRIES.format("soon")),
    ),
    "a form on a start that nobody fills in": (
        "unsupported_attribute",
        drawing(
            event("startEvent", "other", "message", "m", 'camunda:formRef="f"'),
            flows("start end", "other end"),
        ),
    ),
    "a form on the start of a sub-process": (
        "unsupported_attribute",
        drawing(
            sub_process(
                "sub",
                node("startEvent", "s1", 'camunda:formRef="f"'),
                node("endEvent", "s2"),
                flows("s1 s2"),
            ),
            flows("start sub end"),
        ),
    ),
    "a transaction of another method": (
        "unsupported_attribute",
        drawing(
            sub_process(
                "sub",
                start_end("s1", "s2"),
                flows("s1 s2"),
                kind="transaction",
                attributes='method="##Store"',
            ),
            flows("start sub end"),
        ),
    ),
    "a flow with room for more": (
        "unsupported_attribute",
        drawing(
            '<bpmn:sequenceFlow id="f" isImmediate="false" sourceRef="start" targetRef="end"/>'
        ),
    ),
    "a collection and a cardinality": (
        "ambiguous_collection",
        around(
            "userTask",
            "",
            '<bpmn:multiInstanceLoopCharacteristics camunda:collection="= xs" '
            f'camunda:elementVariable="x">{CARDINALITY}</bpmn:multiInstanceLoopCharacteristics>',
        ),
    ),
    "two sources of a mapping": (
        "ambiguous_source",
        around(
            "callActivity",
            'calledElement="q"',
            extension('<camunda:in source="a" sourceExpression="= 1" target="b"/>'),
        ),
    ),
    "an unknown attribute of a mapping": (
        "unknown_attribute",
        around(
            "callActivity",
            'calledElement="q"',
            extension('<camunda:in source="a" target="b" odd="1"/>'),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_passed_over_is_refused(name: str) -> None:
    code, source = REFUSED[name]
    assert codes(source) == {code}
    for problem in found(source, code):
        assert problem.element_id
        assert problem.line
        assert problem.column
        assert len(problem.message) > 25


WARNED: dict[str, tuple[str, str]] = {
    "additions that nobody knows": ("not_read", around("userTask", 'foo:bar="1"')),
    "extensions that nobody knows": (
        "not_read",
        around("userTask", "", extension("<foo:bar/>")),
    ),
    "retries of what is not tried again": (
        "no_effect",
        around("userTask", "", RETRIES.format("R3/PT1M")),
    ),
    "the priority of what is no job": ("no_effect", around("userTask", 'camunda:jobPriority="5"')),
    "work that is not exclusive": ("no_effect", around("userTask", 'camunda:exclusive="false"')),
    "an operation": ("no_effect", around("serviceTask", f'{EXTERNAL} operationRef="o"')),
    "an implementation": (
        "no_effect",
        around("serviceTask", f'{EXTERNAL} implementation="http://example.com"'),
    ),
    "a version that is not bound to": (
        "no_effect",
        around(
            "callActivity",
            'calledElement="q" camunda:calledElementVersion="3"',
        ),
    ),
    "a gateway's wrong direction": (
        "no_effect",
        drawing(
            node("exclusiveGateway", "x", 'gatewayDirection="Converging" default="x_end"'),
            user("a"),
            flows("start x end", "a end"),
            flow("x", "a", "= ready"),
        ),
    ),
    "a lane of nothing": (
        "dangling_reference",
        drawing(flows("start end")).replace(
            '<bpmn:startEvent id="start"',
            '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:flowNodeRef>gone</bpmn:flowNodeRef>'
            '</bpmn:lane></bpmn:laneSet><bpmn:startEvent id="start"',
        ),
    ),
    "an association to nothing": (
        "dangling_reference",
        drawing(
            flows("start end"),
            '<bpmn:association id="as" sourceRef="start" targetRef="gone"/>',
        ),
    ),
    "a flow in that is not there": (
        "dangling_reference",
        around("userTask", "", "<bpmn:incoming>gone</bpmn:incoming>"),
    ),
    "a pool without its process": (
        "dangling_reference",
        drawing(flows("start end")).replace(
            "<bpmn:process",
            '<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="gone"/>'
            "</bpmn:collaboration><bpmn:process",
        ),
    ),
    "a message flow between different messages": (
        "message_flow",
        drawing(
            node("sendTask", "a", 'messageRef="m"'),
            event("intermediateCatchEvent", "b", "message", "m2"),
            flows("start a b end"),
        ).replace(
            "<bpmn:process",
            '<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="p"/>'
            '<bpmn:messageFlow id="mf" sourceRef="a" targetRef="b"/></bpmn:collaboration>'
            "<bpmn:process",
        ),
    ),
    "a process without a name": (
        "missing_name",
        drawing(flows("start end")).replace('name="P"', ""),
    ),
    "an event without a name": (
        "missing_name",
        drawing(
            node(
                "intermediateCatchEvent",
                "it",
                inside='<bpmn:messageEventDefinition id="d" messageRef="m"/>',
                name="",
            ),
            flows("start it end"),
        ),
    ),
}


@pytest.mark.parametrize("name", WARNED)
def test_what_changes_nothing_is_said_to_change_nothing(name: str) -> None:
    code, source = WARNED[name]
    assert codes(source) == set()
    warned = found(source, code)
    assert warned
    assert all(problem.line and problem.column for problem in warned)
    assert all(len(problem.message) > 25 for problem in warned)


def test_what_only_says_how_it_is_drawn_is_not_mentioned() -> None:
    source = around(
        "userTask", "", extension('<signavio:signavioMetaData metaKey="a" metaValue="b"/>')
    )
    assert not found(source, "not_read")


def test_a_departure_from_the_schema_is_told_with_its_element_and_column() -> None:
    (problem,) = found(around("userTask", 'odd="1"'), "schema")
    assert (problem.element_id, problem.column) == ("it", 1)


def test_what_follows_an_element_that_cannot_be_read_is_not_called_unreachable() -> None:
    assert codes(around("serviceTask")) == {"missing_topic"}


def test_lists_and_maps_hold_lists_and_maps() -> None:
    source = around(
        "userTask",
        "",
        parameters(
            '<camunda:outputParameter name="x"><camunda:map><camunda:entry key="a"><camunda:list>'
            "<camunda:value>= 1 + 1</camunda:value><camunda:map><camunda:entry key='b'>deep"
            "</camunda:entry></camunda:map></camunda:list></camunda:entry></camunda:map>"
            "</camunda:outputParameter>"
        ),
    )
    world = begin(source).complete("it")
    assert world.outcome.variables == {"x": {"a": [2, {"b": "deep"}]}}
