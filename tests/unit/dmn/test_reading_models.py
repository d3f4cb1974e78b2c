"""What is accepted as a decision model, what is refused, and where a problem is said to be."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from engine.dmn import parse
from engine.model.xml_tree import MAXIMUM_BYTES

CAMUNDA_MODELER = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
  xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
  xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0"
  xmlns:camunda="http://camunda.org/schema/1.0/dmn"
  id="severity_model" name="Severity" namespace="http://camunda.org/schema/1.0/dmn"
  exporter="Camunda Modeler" exporterVersion="5.30.0">
  <decision id="severity" name="Severity" camunda:historyTimeToLive="180" camunda:versionTag="v2">
    <decisionTable id="DecisionTable_1" hitPolicy="FIRST">
      <input id="Input_1" label="Harm" biodi:width="192">
        <inputExpression id="InputExpression_1" typeRef="string">
          <text>harm level</text>
        </inputExpression>
      </input>
      <output id="Output_1" label="Severity" name="severity" typeRef="string" />
      <rule id="Rule_1">
        <description>clauses: DERBY-4.3-07, DERBY-4.3-08</description>
        <inputEntry id="U_1"><text>"death","serious"</text></inputEntry>
        <outputEntry id="L_1"><text>"catastrophic"</text></outputEntry>
      </rule>
      <rule id="Rule_2">
        <inputEntry id="U_2"><text></text></inputEntry>
        <outputEntry id="L_2"><text>"serious"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="severity">
    <dc:Bounds height="80" width="180" x="160" y="80" /></dmndi:DMNShape>
  </dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
"""


def test_a_table_from_the_camunda_modeler_runs_without_input_data(evaluation):
    model, problems = parse(CAMUNDA_MODELER, file="severity.dmn")
    assert problems == []
    decision = model.decisions["severity"]
    assert model.decisions["Severity"] is decision
    result = decision.evaluate({"harm level": "death"}, evaluation())
    assert result.value == "catastrophic"
    assert result.rows == ({"severity": "catastrophic"},)
    assert [(hit.decision_id, hit.rule_id, hit.index) for hit in result.rules] == [
        ("severity", "Rule_1", 1)
    ]
    assert result.rules[0].clauses == ("DERBY-4.3-07", "DERBY-4.3-08")
    assert result.inputs == {"Harm": "death"}
    assert decision.clauses == ("DERBY-4.3-07", "DERBY-4.3-08")
    assert decision.required_names == {"harm level"}
    assert decision.version_tag == "v2"


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_from_1_1_to_1_5_is_read_under_any_prefix(namespace, evaluation):
    source = f"""<s:definitions xmlns:s="{namespace}" name="m" id="m" namespace="urn:m">
      <s:decision id="d" name="d"><s:variable name="d"/>
        <s:literalExpression><s:text>1 + 1</s:text></s:literalExpression></s:decision>
    </s:definitions>"""
    model, problems = parse(source.encode(), file="m.dmn")
    assert problems == []
    assert model.decisions["d"].evaluate({}, evaluation()).value == 2


def test_type_names_of_dmn_1_1_may_carry_a_prefix(evaluation):
    source = b"""<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd"
      xmlns:feel="http://www.omg.org/spec/FEEL/20140401" name="m" id="m" namespace="urn:m">
      <decision id="d" name="d"><variable name="d" typeRef="feel:number"/>
        <literalExpression><text>"x"</text></literalExpression></decision></definitions>"""
    model, problems = parse(source, file="m.dmn")
    assert problems == []
    result = model.decisions["d"].evaluate({}, evaluation())
    assert result.value is None
    assert "number" in result.warnings[0].message


def test_a_file_that_is_not_dmn_is_refused():
    model, problems = parse(b"<definitions xmlns='urn:other'/>", file="x.dmn")
    assert model is None
    assert [(problem.code, problem.line) for problem in problems] == [("not_dmn", 1)]


def test_a_document_type_is_refused_before_any_entity_is_read():
    bomb = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">&b;&c;</definitions>"""
    model, problems = parse(bomb, file="bomb.dmn")
    assert model is None
    assert [(problem.code, problem.line) for problem in problems] == [("xml_refused", 2)]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff",
        b"<a>",
        b"<?xml version='1.0' encoding='no-such-thing'?><a/>",
        b"<a>" * 5000,
        b"<a>" + b"<b/>" * 600_000 + b"</a>",
        b" " * (MAXIMUM_BYTES + 1),
        b"<a xmlns='x' b='&undefined;'/>",
    ],
    ids=["empty", "binary", "unclosed", "encoding", "deep", "wide", "large", "entity"],
)
def test_hostile_or_broken_xml_is_a_problem_and_soon(source):
    before = time.process_time()
    model, problems = parse(source, file="x.dmn")
    assert model is None
    assert [problem.code for problem in problems] == ["xml_refused"]
    assert time.process_time() - before < 5


def test_a_wrong_cell_is_found_at_its_line_and_column(dmn):
    source = dmn.model(
        dmn.decision(dmn.table([("age", "number")], [("fee", "number")], [["< 5 and", "1"]]))
    )
    model, problems = parse(source, file="fees.dmn")
    assert model is None
    (problem,) = problems
    assert problem.code == "feel_syntax"
    assert problem.file == "fees.dmn"
    assert "rule 1" in problem.message
    assert "age" in problem.message
    line = source.decode().split("\n")[problem.line - 1]
    # Columns are those of the file: the escaped < counts four.
    assert line[problem.column - 1 :].startswith("and</text>")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace('hitPolicy="FIRST"', 'hitPolicy="SOMETIMES"'), "hit_policy"),
        (
            lambda text: text.replace('hitPolicy="FIRST"', 'hitPolicy="FIRST" aggregation="SUM"'),
            "aggregation",
        ),
        (
            lambda text: text.replace(
                '<inputExpression id="InputExpression_1"',
                '<inputExpression id="InputExpression_1" expressionLanguage="juel"',
            ),
            "expression_language",
        ),
        (
            lambda text: text.replace(
                '<outputEntry id="L_2"><text>"serious"</text></outputEntry>', ""
            ),
            "rule_cells",
        ),
        (lambda text: text.replace("<text>harm level</text>", ""), "input_expression"),
        (
            lambda text: text.replace('label="Harm"', 'label="Harm" camunda:inputVariable="h"'),
            "input_variable",
        ),
        (lambda text: text.replace('typeRef="string"', 'typeRef="tMissing"', 1), "unknown_type"),
        (
            lambda text: text.replace(
                "</decision>", "</decision><decision id='severity' name='b'/>"
            ),
            "duplicate_id",
        ),
        (
            lambda text: text.replace("<decisionTable", "<somethingElse/><decisionTable"),
            "unknown_element",
        ),
    ],
)
def test_what_cannot_be_executed_is_refused_with_its_place(change, code):
    model, problems = parse(change(CAMUNDA_MODELER.decode()).encode(), file="severity.dmn")
    assert model is None
    found = [problem for problem in problems if problem.code == code]
    assert found
    assert all(problem.line and problem.column for problem in found)


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_functions_that_call_other_programs_are_refused(dmn, kind):
    source = dmn.model(
        dmn.decision(f"<functionDefinition kind='{kind}'>{dmn.literal('1')}</functionDefinition>")
    )
    model, problems = parse(source, file="x.dmn")
    assert model is None
    assert [problem.code for problem in problems] == ["function_kind"]


def test_clauses_come_from_the_annotation_column(dmn, evaluation):
    source = dmn.model(
        dmn.decision(
            dmn.table(
                [("age", "number")],
                [("fee", "number")],
                [["< 18", "0", "A-1, A-2"], [">= 18", "10", "A-3"]],
                annotations=["clauses"],
            )
        )
    )
    model, problems = parse(source, file="x.dmn")
    assert problems == []
    result = model.decisions["answer"].evaluate({"age": Decimal(20)}, evaluation())
    assert result.clauses == ("A-3",)
    assert model.decisions["answer"].clauses == ("A-1", "A-2", "A-3")
