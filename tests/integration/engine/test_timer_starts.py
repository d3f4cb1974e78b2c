"""Processes that begin by the clock: one instance for each occurrence, of the active version only."""

from __future__ import annotations

import pytest

from engine import process_definitions, process_instances
from engine.model.process_definitions import Definition
from tests.integration.engine.acme import END, EVERYTHING, Acme, diagram, flow, user_task


def every(cycle: str, name: str = "ask", kind: str = "timeCycle") -> bytes:
    return diagram(
        '<bpmn:startEvent id="start" name="start"><bpmn:timerEventDefinition id="t">'
        f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{cycle}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:startEvent>"
        + user_task("ask").replace('name="ask"', f'name="{name}"')
        + END
        + flow("start", "ask", "end")
    )


def versions_started(acme: Acme) -> list[int]:
    page = process_instances.listing(acme.engine, by=acme.by, page=EVERYTHING)
    return sorted(instance.version for instance in page.items)


def test_a_cycle_begins_an_instance_at_each_occurrence(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R/P1D"))
    assert versions_started(acme) == []
    acme.passes(hours=23)
    assert versions_started(acme) == []
    acme.passes(hours=1)
    assert versions_started(acme) == [1]
    acme.passes(days=1)
    assert versions_started(acme) == [1, 1]


def test_no_occurrence_is_skipped_because_nothing_ran_at_the_time(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R/P1M"))
    assert acme.passes(days=92) == 3
    assert versions_started(acme) == [1, 1, 1]


def test_a_cycle_with_an_end_ends(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R2/P1D"))
    acme.passes(days=10)
    assert versions_started(acme) == [1, 1]
    assert acme.jobs() == ()


def test_a_new_version_takes_the_clock_over(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R/P1D"))
    acme.passes(hours=12)
    acme.deploy(p_bpmn=every("R/P1D", name="Ask again"))
    acme.passes(hours=12)
    assert versions_started(acme) == []
    acme.passes(hours=12)
    assert versions_started(acme) == [2]


def test_deploying_the_same_again_does_not_begin_the_wait_again(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R/P1D"))
    acme.passes(hours=12)
    acme.deploy(p_bpmn=every("R/P1D"))
    acme.passes(hours=12)
    assert versions_started(acme) == [1]


@pytest.mark.parametrize("then", ["suspended", "active again"])
def test_a_suspended_version_begins_nothing_until_it_is_active_again(
    acme: Acme, then: str
) -> None:
    acme.deploy(p_bpmn=every("PT1H", kind="timeDuration"))
    process_definitions.suspend(acme.engine, by=acme.by, key="p", version=1)
    if then == "active again":
        found: Definition = process_definitions.activate(
            acme.engine, by=acme.by, key="p", version=1
        )
        assert found.version == 1
    acme.passes(hours=2)
    assert versions_started(acme) == ([1] if then == "active again" else [])


def test_a_cycle_that_began_before_it_was_deployed_makes_nothing_up(acme: Acme) -> None:
    # It is Christmas Eve 2026: eleven months of the cycle are over.
    acme.deploy(p_bpmn=every("R/2026-01-01T09:00:00Z/P1M"))
    assert acme.passes(days=7) == 0
    assert acme.passes(days=1) == 1
    assert versions_started(acme) == [1]


def test_a_new_version_of_a_cycle_does_not_begin_the_earlier_ones_again(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R/2026-12-25T09:00:00Z/P1D"))
    acme.passes(days=3)
    assert versions_started(acme) == [1, 1, 1]
    acme.deploy(p_bpmn=every("R/2026-12-25T09:00:00Z/P1D", name="Ask again"))
    acme.passes(days=1)
    assert versions_started(acme) == [1, 1, 1, 2]


def test_a_cycle_whose_times_were_all_before_begins_nothing(acme: Acme) -> None:
    acme.deploy(p_bpmn=every("R3/2026-01-01T09:00:00Z/P1M"))
    acme.passes(days=400)
    assert versions_started(acme) == []
    assert acme.jobs() == ()
