"""What the Derby diagrams name exists, and every clause they must execute is cited."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from lxml import etree

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "bpmn" / "derby"
TABLES = ROOT / "dmn" / "derby"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
DIAGRAMS = {path.stem: etree.parse(path).getroot() for path in sorted(CONTENT.glob("*.bpmn"))}
BEGUN_FROM_OUTSIDE = {"serious_incident", "need_to_know", "annual_review"}
SHARED = {path.stem for path in sorted((ROOT / "bpmn" / "shared").glob("*.bpmn"))}


def elements(kind: str) -> Iterator[etree._Element]:
    for root in DIAGRAMS.values():
        yield from root.iter(f"{BPMN}{kind}")


def cited_in_diagrams() -> set[str]:
    values = (
        prop.get("value", "")
        for root in DIAGRAMS.values()
        for prop in root.iter(f"{CAMUNDA}property")
        if prop.get("name") == "clauses"
    )
    return {clause.strip() for value in values for clause in value.split(",")}


def cited_in_tables() -> set[str]:
    found: set[str] = set()
    for path in TABLES.glob("*.dmn"):
        for description in etree.parse(path).iter(f"{DMN}description"):
            for line in re.findall(r"^clauses: (.+)$", description.text or "", re.MULTILINE):
                found |= {clause.strip() for clause in line.split(",")}
    return found


def known_clauses() -> dict[str, str]:
    with (CONTENT / "clauses.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["notes"] for row in csv.DictReader(file)}


def organisation() -> dict[str, list[dict[str, str]]]:
    return yaml.safe_load((CONTENT / "organisation.yaml").read_text(encoding="utf-8"))


def test_every_core_clause_of_the_policy_is_cited_where_it_is_executed() -> None:
    core = {clause for clause, notes in known_clauses().items() if "[core]" in notes}
    assert sorted(core - cited_in_diagrams()) == []


def test_only_clauses_of_the_policy_are_cited() -> None:
    assert sorted((cited_in_diagrams() | cited_in_tables()) - set(known_clauses())) == []


def test_every_rule_of_a_table_cites_a_clause() -> None:
    for path in TABLES.glob("*.dmn"):
        for rule in etree.parse(path).iter(f"{DMN}rule"):
            assert "clauses: DERBY-" in rule.findtext(f"{DMN}description", ""), rule.get("id")


def test_every_user_task_has_its_form_and_every_form_its_task() -> None:
    asked_for = {task.get(f"{CAMUNDA}formRef") for task in elements("userTask")}
    forms = {json.loads(path.read_text())["id"]: path for path in CONTENT.glob("forms/*.form")}
    assert asked_for == set(forms)
    assert all(path.stem == key for key, path in forms.items())


def test_every_notice_has_its_template_and_every_template_its_notice() -> None:
    asked_for = {
        parameter.text
        for parameter in (
            p for root in DIAGRAMS.values() for p in root.iter(f"{CAMUNDA}inputParameter")
        )
        if parameter.get("name") == "template"
    }
    assert asked_for == {path.stem for path in CONTENT.glob("templates/*.md")}


def test_every_rule_task_has_its_table_and_every_called_process_its_diagram() -> None:
    tables = {
        d.get("id") for p in TABLES.glob("*.dmn") for d in etree.parse(p).iter(f"{DMN}decision")
    }
    assert {t.get(f"{CAMUNDA}decisionRef") for t in elements("businessRuleTask")} == tables
    called = {activity.get("calledElement") for activity in elements("callActivity")}
    assert called - SHARED == set(DIAGRAMS) - BEGUN_FROM_OUTSIDE


def test_actions_are_followed_by_the_process_that_every_organisation_shares() -> None:
    callers = {
        activity.get("id"): {
            parameter.get("target") for parameter in activity.iter(f"{CAMUNDA}in")
        }
        for activity in elements("callActivity")
        if activity.get("calledElement") == "action_plan"
    }
    assert set(callers) == {"implement_recommendations", "prevent_recurrence"}
    for given in callers.values():
        assert {"actions", "reported_by", "affected", "action_lead"} <= given


def named_in(written: str) -> set[str]:
    """Return the roles that a list or an expression names; a variable comes from a form."""
    if not written.startswith("="):
        return set(written.split(","))
    return set(re.findall(r'"(\w+)"', written)) | choices_of(written.removeprefix("=").strip())


def choices_of(variable: str) -> set[str]:
    fields = (
        component
        for path in CONTENT.glob("forms/*.form")
        for component in json.loads(path.read_text(encoding="utf-8"))["components"]
    )
    return {
        option["value"]
        for component in fields
        if component.get("key") == variable
        for option in component["values"]
    }


def test_only_roles_of_the_organisation_are_asked_or_told() -> None:
    roles = {role["id"] for role in organisation()["roles"]}
    asked = [task.get(f"{CAMUNDA}candidateGroups", "") for task in elements("userTask")]
    told = [
        parameter.text or ""
        for task in elements("sendTask")
        for parameter in task.iter(f"{CAMUNDA}inputParameter")
        if parameter.get("name") == "to"
    ]
    for written in asked + told:
        assert named_in(written), written
        assert named_in(written) <= roles, written


@pytest.mark.parametrize("process", sorted(BEGUN_FROM_OUTSIDE))
def test_a_message_that_the_organisation_names_begins_the_procedure(process: str) -> None:
    procedure = next(p for p in organisation()["procedures"] if p["key"] == process)
    names = {
        message.get("id"): message.get("name")
        for message in DIAGRAMS[process].iter(f"{BPMN}message")
    }
    begins = {
        names[definition.get("messageRef")]
        for start in DIAGRAMS[process].iter(f"{BPMN}startEvent")
        for definition in start.iter(f"{BPMN}messageEventDefinition")
    }
    assert begins == {procedure["message"]}


def test_people_report_incidents_and_alerts_but_do_not_begin_the_annual_review() -> None:
    pages = {p["key"] for p in organisation()["procedures"] if "report_page" in p}
    assert pages == {"serious_incident", "need_to_know"}


@pytest.mark.parametrize("process", DIAGRAMS)
def test_every_element_says_in_plain_words_what_the_policy_asks(process: str) -> None:
    for element in DIAGRAMS[process].iter(f"{BPMN}*"):
        kind = etree.QName(element).localname
        if kind.endswith(("Task", "Gateway", "Event", "subProcess", "callActivity", "process")):
            assert element.findtext(f"{BPMN}documentation", "").strip(), element.get("id")


@pytest.mark.parametrize("process", DIAGRAMS)
def test_timers_never_end_an_activity_because_lateness_does_not_excuse_it(process: str) -> None:
    for event in DIAGRAMS[process].iter(f"{BPMN}boundaryEvent"):
        assert event.get("cancelActivity") == "false", event.get("id")
