"""Decisions that need other decisions, functions, services and other models."""

from __future__ import annotations

from decimal import Decimal

from engine.dmn import evaluate_decision_service, load, parse
from engine.feel import Date


def codes(problems):
    return [problem.code for problem in problems]


def test_a_decision_sees_what_it_requires_converted_to_its_type(dmn, evaluation):
    source = dmn.model(
        dmn.input("raw", "number"),
        dmn.decision(dmn.literal("raw * 2"), "input:raw", name="doubled", type_ref="number"),
        dmn.decision(dmn.literal("doubled + 1"), "decision:doubled"),
    )
    model, problems = parse(source, file="x.dmn")
    assert problems == []
    decision = model.decisions["answer"]
    assert decision.evaluate({"raw": Decimal(4)}, evaluation()).value == 9
    assert decision.required_names == {"raw"}
    wrong = decision.evaluate({"raw": "four"}, evaluation())
    assert wrong.value is None
    assert "“number”" in wrong.warnings[0].message


def test_the_rules_of_required_tables_come_first(dmn, evaluation):
    table = dmn.table([("n", "number")], [("y", "")], [["< 5", '"low"'], [">= 5", '"high"']])
    again = dmn.table([("level", "string")], [("y", "")], [['"low"', "1"], ["-", "2"]], "FIRST")
    source = dmn.model(dmn.decision(table, name="level"), dmn.decision(again, "decision:level"))
    model, problems = parse(source, file="x.dmn")
    assert "rules_overlap" not in codes(problems)
    result = model.decisions["answer"].evaluate({"n": Decimal(7)}, evaluation())
    assert result.value == 2
    assert [(hit.decision_id, hit.index) for hit in result.rules] == [("level", 2), ("answer", 2)]
    assert result.inputs == {"level": "high"}


def test_decisions_that_require_each_other_are_refused(dmn, evaluation):
    source = dmn.model(
        dmn.decision(dmn.literal("b"), "decision:b", name="a"),
        dmn.decision(dmn.literal("a"), "decision:a", name="b"),
    )
    model, problems = parse(source, file="x.dmn")
    assert model is None
    assert codes(problems) == ["circular_requirement"]
    model, _ = load(source, file="x.dmn")
    assert model.decisions["a"].evaluate({}, evaluation()).value is None


def test_a_long_chain_of_decisions_is_no_recursion(dmn, evaluation):
    links = [dmn.decision(dmn.literal("1"), name="d0")] + [
        dmn.decision(
            dmn.literal(f"d{number - 1} + 1"), f"decision:d{number - 1}", name=f"d{number}"
        )
        for number in range(1, 1500)
    ]
    service = "<decisionService id='s' name='s'><variable name='s'/><outputDecision href='#d1499'/></decisionService>"
    model, problems = parse(dmn.model(*links, service), file="x.dmn")
    assert problems == []
    assert model.decisions["d1499"].evaluate({}, evaluation()).value == 1500
    assert evaluate_decision_service(model, "s", {}, evaluation()).value == 1500


def test_a_circle_further_away_is_found_and_named(dmn):
    source = dmn.model(
        dmn.decision(dmn.literal("b"), "decision:b", name="a"),
        dmn.decision(dmn.literal("c"), "decision:c", name="b"),
        dmn.decision(dmn.literal("b"), "decision:b", name="c"),
    )
    _, problems = parse(source, file="x.dmn")
    assert codes(problems) == ["circular_requirement"]
    assert "“c” and Decision “b”" in problems[0].message


def test_a_missing_requirement_is_refused(dmn):
    _, problems = parse(dmn.model(dmn.decision(dmn.literal("1"), "decision:gone")), file="x.dmn")
    assert codes(problems) == ["missing_requirement"]


FACTORIAL = """<businessKnowledgeModel id="factorial" name="factorial"><variable name="factorial"/>
<encapsulatedLogic><formalParameter name="n" typeRef="number"/>
<literalExpression><text>if n &lt;= 1 then 1 else n * factorial(n - 1)</text></literalExpression>
</encapsulatedLogic></businessKnowledgeModel>"""


def test_a_function_is_called_with_converted_arguments(dmn, evaluation):
    source = dmn.model(FACTORIAL, dmn.decision(dmn.literal("factorial(5)"), "knowledge:factorial"))
    model, problems = parse(source, file="x.dmn")
    assert problems == []
    assert model.decisions["answer"].evaluate({}, evaluation()).value == 120


def test_a_function_is_not_run_with_a_wrong_argument(dmn, evaluation):
    source = dmn.model(
        FACTORIAL, dmn.decision(dmn.literal('factorial("five")'), "knowledge:factorial")
    )
    model, _ = parse(source, file="x.dmn")
    result = model.decisions["answer"].evaluate({}, evaluation())
    assert result.value is None
    assert result.warnings


def test_a_function_does_not_see_the_variables_of_its_caller(dmn):
    hungry = FACTORIAL.replace("n * factorial(n - 1)", "n * rate")
    _, problems = parse(dmn.model(hungry), file="x.dmn")
    assert codes(problems) == ["unknown_name"]


SERVICE = """<decisionService id="offer" name="offer"><variable name="offer"/>
<outputDecision href="#answer"/><inputDecision href="#level"/></decisionService>"""


def test_a_service_takes_its_inputs_instead_of_deciding_them(dmn, evaluation):
    source = dmn.model(
        SERVICE,
        dmn.decision(dmn.literal('"decided"'), name="level", type_ref="string"),
        dmn.decision(dmn.literal('"level is " + level'), "decision:level"),
        dmn.decision(dmn.literal('offer("given")'), "knowledge:offer", name="caller"),
    )
    model, problems = parse(source, file="x.dmn")
    assert problems == []
    assert model.decisions["answer"].evaluate({}, evaluation()).value == "level is decided"
    assert model.decisions["caller"].evaluate({}, evaluation()).value == "level is given"
    served = evaluate_decision_service(model, "offer", {"level": "handed"}, evaluation())
    assert served.value == "level is handed"


LIBRARY = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="lib" name="lib"
 namespace="urn:lib">
 <itemDefinition name="tPerson"><itemComponent name="birth date"><typeRef>date</typeRef></itemComponent>
 </itemDefinition>
 <inputData id="day" name="day"><variable name="day" typeRef="date"/></inputData>
 <decision id="d_year" name="The Year"><variable name="The Year" typeRef="number"/>
  <informationRequirement><requiredInput href="#day"/></informationRequirement>
  <literalExpression><text>day.year</text></literalExpression></decision>
 <businessKnowledgeModel id="born" name="Born In"><variable name="Born In"/>
  <encapsulatedLogic><formalParameter name="p" typeRef="tPerson"/>
  <literalExpression><text>p.birth date.year</text></literalExpression></encapsulatedLogic>
 </businessKnowledgeModel></definitions>"""

USER = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m"
 namespace="urn:m"><import name="lib" namespace="urn:lib"
  importType="https://www.omg.org/spec/DMN/20230324/MODEL/" locationURI="lib.dmn"/>
 <inputData id="who" name="who"><variable name="who" typeRef="lib.tPerson"/></inputData>
 <decision id="age" name="age"><variable name="age"/>
  <informationRequirement><requiredInput href="#who"/></informationRequirement>
  <informationRequirement><requiredDecision href="urn:lib#d_year"/></informationRequirement>
  <knowledgeRequirement><requiredKnowledge href="urn:lib#born"/></knowledgeRequirement>
  <literalExpression><text>lib.The Year - lib.Born In(who)</text></literalExpression></decision>
</definitions>"""


def test_types_decisions_and_functions_come_from_an_imported_model(evaluation):
    model, problems = parse(USER, file="m.dmn", imports={"lib.dmn": LIBRARY})
    assert problems == []
    variables = {"who": {"birth date": Date(2000, 5, 1)}, "day": Date(2026, 1, 1)}
    assert model.decisions["age"].evaluate(variables, evaluation()).value == 26
    ready, _ = parse(LIBRARY, file="lib.dmn")
    model, problems = parse(USER, file="m.dmn", imports={"any key": ready})
    assert problems == []
    assert model.decisions["age"].evaluate(variables, evaluation()).value == 26


def test_an_import_that_was_not_given_is_refused():
    model, problems = parse(USER, file="m.dmn")
    assert model is None
    assert "missing_import" in codes(problems)


def test_models_that_import_each_other_are_refused():
    circular = LIBRARY.replace(
        b'<itemDefinition name="tPerson">',
        b'<import name="m" namespace="urn:m" importType="x"/><itemDefinition name="tPerson">',
    )
    model, problems = parse(USER, file="m.dmn", imports={"lib.dmn": circular})
    assert model is None
    assert "circular_import" in codes(problems)


TYPES = """<itemDefinition name="tGrade"><typeRef>string</typeRef>
<allowedValues><text>"A","B"</text></allowedValues></itemDefinition>
<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef></itemDefinition>
<itemDefinition name="tNode"><itemComponent name="value"><typeRef>number</typeRef></itemComponent>
<itemComponent name="next"><typeRef>tNode</typeRef></itemComponent></itemDefinition>"""


def test_values_outside_their_type_become_null(dmn, evaluation):
    def value(text, type_ref):
        source = dmn.model(TYPES, dmn.decision(dmn.literal(text), type_ref=type_ref))
        model, problems = parse(source, file="x.dmn")
        assert problems == []
        return model.decisions["answer"].evaluate({}, evaluation()).value

    assert value('"A"', "tGrade") == "A"
    assert value('"C"', "tGrade") is None
    assert value('["A", "B"]', "tGrades") == ["A", "B"]
    assert value('["A", "C"]', "tGrades") is None
    assert value('["A"]', "tGrade") == "A"
    assert value('"A"', "tGrades") == ["A"]
    assert value("{value: 1, next: {value: 2, next: null}}", "tNode")["next"]["value"] == 2
    assert value('{value: 1, next: {value: "2", next: null}}', "tNode") is None
    assert value("[1, 2]", "list<number>") == [1, 2]
    assert value("null", "tGrade") is None


def test_a_type_that_is_itself_is_refused(dmn):
    circular = '<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>'
    _, problems = parse(dmn.model(circular, dmn.decision(dmn.literal("1"))), file="x.dmn")
    assert codes(problems) == ["circular_type"]
