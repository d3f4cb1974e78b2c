"""Among several open tasks of one element, a scenario says by their variables which it means."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.feel import from_json
from web.organisation_files import files_of, organisation_of
from web.scenarios.reading import ScenarioRefused, parse_scenario
from web.scenarios.runner import run
from web.scenarios.world import World
from web.scenarios.written_values import holds

KITCHEN = Path(__file__).parent / "kitchen"
LONDON = ZoneInfo("Europe/London")
FEAST = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="feast_definitions" targetNamespace="http://example.org/kitchen">
  <bpmn:process id="feast" name="Feast" isExecutable="true">
    <bpmn:startEvent id="begun"><bpmn:outgoing>to_serve</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="serve" name="Serve" camunda:formRef="serve" camunda:candidateGroups="cook">
      <bpmn:extensionElements><camunda:inputOutput>
        <camunda:outputParameter name="served">= append(served, guest.name)</camunda:outputParameter>
      </camunda:inputOutput></bpmn:extensionElements>
      <bpmn:incoming>to_serve</bpmn:incoming><bpmn:outgoing>to_sated</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics camunda:collection="= guests" camunda:elementVariable="guest" />
    </bpmn:userTask>
    <bpmn:endEvent id="sated"><bpmn:incoming>to_sated</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="to_serve" sourceRef="begun" targetRef="serve" />
    <bpmn:sequenceFlow id="to_sated" sourceRef="serve" targetRef="sated" />
  </bpmn:process>
</bpmn:definitions>
"""
SERVE = {
    "id": "serve",
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {
            "type": "number",
            "key": "portions",
            "label": "Portions",
            "id": "field_portions",
            "validate": {"required": True},
        }
    ],
}
HEAD = """\
scenario: A feast
process: feast
now: Thu 24 Dec 2026 12:00
start:
  business_key: FEAST-1
  variables:
    served: []
    guests:
      - {name: Ada, seat: 1, vegetarian: false, diet: {nuts: true, milk: false}}
      - {name: Ben, seat: 2, vegetarian: true, diet: {nuts: false, milk: true}}
      - {name: Cy, seat: 3, vegetarian: true, diet: {nuts: true, milk: true}}
steps:
"""


@pytest.fixture(scope="module")
def world():
    files = files_of(KITCHEN, "kitchen")
    files |= {"feast.bpmn": FEAST, "serve.form": json.dumps(SERVE).encode()}
    world = World(organisation_of(KITCHEN, "kitchen"), files)
    yield world
    world.close()


def read(steps):
    source = (HEAD + steps).encode()
    return parse_scenario(source, file="f.yaml", folder="kitchen", zones={"kitchen": LONDON})


def serve(where, step="complete: serve"):
    return f"- {step}\n  by: cook\n  where: {where}\n  with: {{portions: 1}}\n"


def told(world, steps):
    return [str(failure) for failure in run(read(steps), world).failures]


def test_the_task_is_the_one_whose_variables_are_as_said(world):
    steps = (
        serve("{guest: {name: Cy}}")
        + serve("{guest: {vegetarian: false}}")
        + "- expect: {tasks: [serve], variables: {served: [Cy, Ada]}}\n"
        + serve("{guest: {diet: {nuts: false}}}")
        + "- expect: {state: completed, variables: {served: [Cy, Ada, Ben]}}\n"
    )
    assert told(world, steps) == []


def test_where_nothing_is_asked_or_several_fit_it_is_one_of_them(world):
    one_of_two = serve("{guest: {vegetarian: true}}")
    steps = one_of_two + one_of_two + "- complete: serve\n  by: cook\n  with: {portions: 1}\n"
    ran = run(read(steps + "- expect: {state: completed}\n"), world)
    assert ran.failures == ()
    served = ran.situation.variables["served"]
    assert (set(served[:2]), served[2]) == ({"Ben", "Cy"}, "Ada")


def test_a_refusal_chooses_in_the_same_way(world):
    steps = (
        "- refused: complete serve\n  by: cook\n  where: {guest: {seat: 2}}\n  with: {}\n"
        "  fields: [portions]\n"
    )
    assert told(world, steps) == []


@pytest.mark.parametrize(
    "where",
    ["{guest: {name: Eve}}", "{guest: {name: Ada, seat: 2}}", "{host: Ada}", "{guest: Ada}"],
)
def test_a_task_that_is_not_there_is_told(world, where):
    assert told(world, serve(where)) == [
        f"f.yaml:13: no open task serve is the one where {where}; 3 of that element are open."
    ]


def test_where_holds_names_with_values():
    with pytest.raises(ScenarioRefused, match="keys with values"):
        read("- complete: serve\n  by: cook\n  where: Ada\n")


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ({}, True),
        ({"seat": 2}, True),
        ({"seat": Decimal("2.0")}, True),
        ({"seat": True}, False),
        ({"due": "2026-12-24"}, True),
        ({"due": "2026-12-25"}, False),
        ({"dishes": ["soup"]}, True),
        ({"dishes": []}, False),
        ({"host": None}, True),
        ({"nobody": None}, False),
    ],
)
def test_values_are_compared_as_in_an_expectation(written, answer):
    guest = {
        "seat": Decimal(2),
        "due": from_json(date(2026, 12, 24)),
        "dishes": ["soup"],
        "host": None,
    }
    assert holds(written, guest, LONDON) is answer
