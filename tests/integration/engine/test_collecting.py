"""A task that collects: the instances of a period, and what they hold, for a report."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from engine import deployments, process_instances
from engine.feel import Date
from engine.model.actors import system_actor
from engine.model.problems import DeploymentRefused
from tests.integration.engine.acme import (
    END,
    ONE_TASK,
    ORGANISATION,
    START,
    Acme,
    diagram,
    flow,
    user_task,
)


def report(**inputs: str) -> bytes:
    """Return a process that collects, as `collected`, and then asks somebody."""
    said = {
        "processes": "p",
        "since": '= date("2026-12-01")',
        "until": '= date("2027-01-01")',
        "variables": "severity",
        **inputs,
    }
    parameters = "".join(
        f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>'
        for name, text in said.items()
        if text
    )
    collecting = (
        '<bpmn:serviceTask id="collect" name="collect" camunda:type="external" '
        'camunda:topic="collect" camunda:resultVariable="collected"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{parameters}</camunda:inputOutput>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    return diagram(
        START + collecting + user_task("write") + END + flow("start", "collect", "write", "end"),
        key="report",
    )


@pytest.fixture
def reporting(acme: Acme) -> Acme:
    acme.deploy(p_bpmn=ONE_TASK)
    return acme


def begun(acme: Acme, at: str, key: str = "A-1", **variables: object) -> str:
    acme.clock.instant = datetime.fromisoformat(at)
    return acme.start(business_key=key, **variables).id


def collected(acme: Acme, **inputs: str) -> dict[str, Any]:
    acme.clock.instant = datetime.fromisoformat("2027-01-04T09:00+00:00")
    acme.deploy(report_bpmn=report(**inputs))
    instance = acme.start("report", business_key="R")
    acme.passes()
    found = process_instances.variables(acme.engine, by=acme.by, instance_id=instance.id)
    value = found.get("collected")
    assert isinstance(value, dict), [job.last_error for job in acme.jobs()]
    return value


def keys(found: dict[str, Any]) -> list[str]:
    return [entry["business_key"] for entry in found["instances"]]


def test_the_instances_of_the_period_are_collected_with_their_variables(reporting: Acme) -> None:
    begun(reporting, "2026-11-30T23:59:59+00:00", "before")
    first = begun(reporting, "2026-12-01T00:00+00:00", "first", severity="serious")
    begun(reporting, "2026-12-31T23:59:59+00:00", "last")
    begun(reporting, "2027-01-01T00:00+00:00", "after")
    found = collected(reporting)
    assert found["count"] == Decimal(2)
    assert keys(found) == ["first", "last"]
    assert found["since"] == Date(2026, 12, 1)
    entry = found["instances"][0]
    assert entry["process"] == "p"
    assert entry["process_instance_id"] == first
    assert entry["state"] == "running"
    assert entry["severity"] == "serious"
    assert entry["ended_at"] is None
    assert found["instances"][1]["severity"] is None


def test_a_day_begins_at_midnight_of_the_organisation_and_not_of_greenwich(
    reporting: Acme,
) -> None:
    begun(reporting, "2026-06-30T22:59:59+00:00", "June in Derby")
    begun(reporting, "2026-06-30T23:00:00+00:00", "July in Derby")
    found = collected(
        reporting, since='= date("2026-07-01")', until='= date("2026-08-01")', variables=""
    )
    assert keys(found) == ["July in Derby"]


def test_a_period_in_which_nothing_happened_says_so(reporting: Acme) -> None:
    found = collected(reporting)
    assert found["count"] == 0
    assert found["instances"] == []


def test_instances_can_be_counted_by_their_end(reporting: Acme) -> None:
    begun(reporting, "2026-11-02T09:00+00:00", "closed in December")
    reporting.clock.instant = datetime.fromisoformat("2026-12-03T09:00+00:00")
    reporting.complete("ask")
    begun(reporting, "2026-12-04T09:00+00:00", "still open")
    assert keys(collected(reporting, counted_by="ended")) == ["closed in December"]


def test_instances_can_be_counted_by_a_date_that_they_hold(reporting: Acme) -> None:
    begun(reporting, "2026-11-02T09:00+00:00", "yes", day=Date(2026, 12, 24))
    begun(reporting, "2026-12-02T09:00+00:00", "no", day=Date(2026, 11, 30))
    begun(reporting, "2026-12-03T09:00+00:00", "unknown")
    assert keys(collected(reporting, counted_by="day")) == ["yes"]


def test_what_only_a_called_process_knows_yet_is_collected_too(acme: Acme) -> None:
    learning = (
        '<bpmn:scriptTask id="learn" name="learn" scriptFormat="feel" '
        'camunda:resultVariable="severity"><bpmn:script>= "serious"</bpmn:script></bpmn:scriptTask>'
    )
    call = (
        '<bpmn:callActivity id="call" name="call" calledElement="inner"><bpmn:extensionElements>'
        '<camunda:in variables="all" /><camunda:out variables="all" />'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    acme.deploy(
        inner_bpmn=diagram(
            START + learning + user_task("ask") + END + flow("start", "learn", "ask", "end"),
            key="inner",
        ),
        p_bpmn=diagram(START + call + END + flow("start", "call", "end")),
    )
    begun(acme, "2026-12-02T09:00+00:00", severity=None)
    assert [entry["severity"] for entry in collected(acme)["instances"]] == ["serious"]
    acme.complete("ask")
    assert [entry["severity"] for entry in collected(acme)["instances"]] == ["serious"]


def test_of_called_processes_side_by_side_the_one_that_began_first_says_what_is_known(
    acme: Acme,
) -> None:
    called = "".join(
        f'<bpmn:callActivity id="{name}" name="{name}" calledElement="inner">'
        "<bpmn:extensionElements>"
        f'<camunda:in sourceExpression="= {known}" target="severity" />'
        "</bpmn:extensionElements></bpmn:callActivity>"
        for name, known in (
            ("unknowing", "null"),
            ("first", "&quot;1&quot;"),
            ("second", "&quot;2&quot;"),
        )
    )
    fork = '<bpmn:parallelGateway id="fork" />'
    drawn = START + fork + called + flow("start", "fork")
    for name in ("unknowing", "first", "second"):
        drawn += f'<bpmn:endEvent id="{name}_over" />' + flow("fork", name, f"{name}_over")
    acme.deploy(
        inner_bpmn=diagram(
            START + user_task("ask") + END + flow("start", "ask", "end"), key="inner"
        ),
        p_bpmn=diagram(drawn),
    )
    for day in range(2, 12):
        begun(acme, f"2026-12-{day:02}T09:00+00:00", str(day))
    assert [entry["severity"] for entry in collected(acme)["instances"]] == ["1"] * 10


def test_processes_may_be_a_list_and_another_process_is_left_out(reporting: Acme) -> None:
    reporting.deploy(
        q_bpmn=diagram(START + user_task("ask") + END + flow("start", "ask", "end"), key="q")
    )
    begun(reporting, "2026-12-02T09:00+00:00", "p")
    reporting.clock.instant = datetime.fromisoformat("2026-12-02T10:00+00:00")
    reporting.start("q", business_key="q")
    assert keys(collected(reporting)) == ["p"]
    assert keys(collected(reporting, processes='= ["p", "q"]')) == ["p", "q"]


def test_another_organisation_is_never_collected(reporting: Acme) -> None:
    elsewhere = Acme(reporting.engine, reporting.clock, system_actor("other"))
    deployments.deploy(
        reporting.engine,
        by=elsewhere.by,
        files={
            "organisation.yaml": ORGANISATION.replace("key: acme", "key: other").encode(),
            "p.bpmn": ONE_TASK,
        },
    )
    begun(elsewhere, "2026-12-02T09:00+00:00", "theirs")
    begun(reporting, "2026-12-02T09:00+00:00", "ours")
    assert keys(collected(reporting)) == ["ours"]


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"since": "= null"}, "names no period"),
        ({"since": '= date("2027-02-01")'}, "names no period"),
        ({"since": "last month"}, "names no period"),
        ({"processes": '= ["p", "nobody"]'}, "names nobody"),
        ({"processes": "= 7"}, "names no process"),
    ],
)
def test_what_cannot_be_collected_waits_for_a_person(
    reporting: Acme, inputs: dict[str, str], says: str
) -> None:
    reporting.deploy(report_bpmn=report(**inputs))
    reporting.start("report", business_key="R")
    reporting.passes()
    (job,) = reporting.jobs()
    assert job.last_error is not None
    assert says in job.last_error
    for _ in range(3):
        reporting.passes(days=2)
    assert [job.state for job in reporting.jobs()] == ["dead_letter"]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"processes": "p, nobody"}, "missing_process"),
        ({"until": ""}, "incomplete_collection"),
        ({"processes": ""}, "incomplete_collection"),
    ],
)
def test_a_diagram_that_collects_from_nothing_is_not_deployed(
    reporting: Acme, inputs: dict[str, str], code: str
) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        reporting.deploy(report_bpmn=report(**inputs))
    found = [(problem.code, problem.element_id) for problem in refused.value.problems]
    assert (code, "collect") in found
