"""However a file is garbled, reading it answers with problems and never with an exception."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import load, parse
from engine.feel import BudgetExceeded, Evaluation

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"low","high"</text></allowedValues></itemDefinition>
<inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>
<decision id="level" name="level"><variable name="level" typeRef="tLevel"/>
<informationRequirement><requiredInput href="#age"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE"><input id="i" label="Age"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
<output id="o" name="level" typeRef="tLevel"/><annotation name="clauses"/>
<rule id="r1"><inputEntry><text>&lt; 18</text></inputEntry><outputEntry><text>"low"</text></outputEntry><annotationEntry><text>A-1</text></annotationEntry></rule>
<rule id="r2"><inputEntry><text>[18..200]</text></inputEntry><outputEntry><text>"high"</text></outputEntry></rule></decisionTable></decision>
<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic><formalParameter name="x" typeRef="number"/>
<literalExpression><text>x + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decision id="all" name="all"><variable name="all"/><informationRequirement><requiredDecision href="#level"/></informationRequirement>
<knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
<context><contextEntry><variable name="l"/><literalExpression><text>level</text></literalExpression></contextEntry>
<contextEntry><invocation><literalExpression><text>f</text></literalExpression><binding><parameter name="x"/>
<literalExpression><text>2</text></literalExpression></binding></invocation></contextEntry></context></decision>
<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#all"/><inputDecision href="#level"/></decisionService>
</definitions>"""

SNIPPETS = st.sampled_from(
    [
        "",
        "x",
        '"',
        "<",
        "&lt;",
        "[",
        "1..",
        "level",
        "#",
        "#all",
        "tLevel",
        "number",
        "function(a) a",
        "<text/>",
        "<rule/>",
        "<list/>",
        "</decision>",
        "hitPolicy='FIRST'",
        "every",
        "\u00e9",
        "\0",
        "-",
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(MODEL)), st.integers(0, 40), SNIPPETS), min_size=1, max_size=3
    )
)
def test_random_damage_is_a_problem_and_not_an_exception(damage):
    text = MODEL
    for position, length, snippet in damage:
        text = text[:position] + snippet + text[position + length :]
    _judge(text)


PIECES = sorted(
    {piece for piece in MODEL.replace(">", ">|").replace('="', '="|').split("|") if piece}
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PIECES), st.sampled_from(PIECES))
def test_parts_put_in_wrong_places_are_a_problem_and_not_an_exception(old, new):
    _judge(MODEL.replace(old, new))


def _judge(text: str) -> None:
    source = text.encode("utf-8", errors="replace")
    strict, problems = parse(source, file="garbled.dmn")
    assert (strict is None) == any(problem.severity == "error" for problem in problems)
    model, _ = load(source, file="garbled.dmn")
    if model is None:
        return
    for decision in model.decisions.values():
        try:
            decision.evaluate({}, Evaluation(datetime(2026, 1, 1, tzinfo=UTC)))
        except BudgetExceeded:
            continue


def test_the_model_is_sound_before_it_is_garbled():
    model, problems = parse(MODEL.encode(), file="m.dmn")
    assert [problem.code for problem in problems] == ["table_incomplete"]
    assert model is not None


@pytest.mark.parametrize("name", ["level", "all"])
def test_a_decision_may_be_required_by_its_id(name):
    renamed = MODEL.replace(
        '<decision id="level" name="level">', '<decision id="level" name="The level">'
    )
    model, problems = parse(renamed.encode(), file="m.dmn")
    assert [problem.code for problem in problems] == ["table_incomplete"]
    assert name in model.decisions
