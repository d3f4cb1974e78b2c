"""Scenarios of an organisation's cycles: begun by a timer, after other cases have happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import process_instances
from engine.model.pages import LARGEST_PAGE, PageRequest
from tests.integration.engine.acme import END, diagram, flow, user_task
from web.organisation_files import files_of, organisation_of
from web.scenarios.reading import ScenarioRefused, read_scenario
from web.scenarios.runner import run
from web.scenarios.world import World

KITCHEN = Path(__file__).parent / "kitchen"
TIMER = (
    '<bpmn:startEvent id="month_ends" name="Month ends"><bpmn:timerEventDefinition id="t">'
    '<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R/2026-01-01T00:00:00Z/P1M</bpmn:timeCycle>'
    "</bpmn:timerEventDefinition></bpmn:startEvent>"
)
STOCKTAKE = diagram(
    TIMER
    + user_task("count", 'camunda:candidateGroups="cook"')
    + END
    + flow("month_ends", "count", "end"),
    key="stocktake",
)
MEAL = """\
scenario: {name}
process: meal
now: {now}
start: {{business_key: {key}, variables: {{guests: 2}}}}
steps:
- expect: {{state: suspended}}
- complete: cook
  by: cook
- move_clock: {{by: PT1M}}
"""
COUNTED = """\
scenario: The month is counted
process: stocktake
{after}
now: Thu 31 Dec 2026 12:00
start: {{timer: {timer}}}
steps:
- expect:
    state: running
    tasks: [count]
"""


@pytest.fixture(scope="module")
def world():
    files = {**files_of(KITCHEN, "kitchen"), "stocktake.bpmn": STOCKTAKE}
    world = World(organisation_of(KITCHEN, "kitchen"), files)
    yield world
    world.close()


@pytest.fixture
def outcome(world, tmp_path):
    """Return a function that writes scenario files by name and runs the one named `it`."""

    def run_files(**texts):
        folder = tmp_path / "kitchen"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text)
        zones = {"kitchen": world.organisation.calendar.zone}
        return run(read_scenario(folder / "it.yaml", zones=zones), world)

    return run_files


def it(after="", timer="month_ends"):
    return COUNTED.format(after=after, timer=timer)


def told(outcome):
    return [str(failure).split(": ", 1)[1] for failure in outcome.failures]


def meals(world):
    page = PageRequest(LARGEST_PAGE)
    found = process_instances.listing(
        world.engine, by=world.actor, page=page, process_definition_key="meal"
    )
    return sorted((one.business_key, str(one.state)) for one in found.items)


def meal(key, now):
    return MEAL.format(name=f"Meal {key}", key=key, now=now)


def test_a_timer_begins_it_at_its_next_occurrence(outcome):
    ran = outcome(it=it())
    assert told(ran) == []
    assert ran.situation.now.isoformat() == "2027-01-01T00:00:00+00:00"


def test_what_happened_before_is_there_when_it_begins_and_gone_when_it_has_ended(
    outcome, world, monkeypatch
):
    there = []
    forgets = World.forgets

    def looks(self):
        there.append(meals(self))
        forgets(self)

    monkeypatch.setattr(World, "forgets", looks)
    ran = outcome(
        it=it(after="after: [christmas, november]"),
        christmas=meal("MEAL-9", "Thu 24 Dec 2026 12:00"),
        november=meal("MEAL-8", "Mon 30 Nov 2026 12:00"),
    )
    assert told(ran) == []
    assert there == [[("MEAL-8", "completed"), ("MEAL-9", "completed")]]
    assert meals(world) == []


def test_no_other_scenario_meets_what_a_calendar_begins(world, outcome):
    outcome(it=meal("MEAL-1", "Thu 24 Dec 2026 12:00").replace("PT1M", "P90D"))
    with world.engine.reading("kitchen") as tx:
        assert tx.jobs.starts() == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (it(after="after: [nobody]"), "after: there is no scenario nobody.yaml in this folder."),
        (it(after="after: [../it]"), "after: there is no scenario ../it.yaml in this folder."),
        (it(after="after: [it]"), "it has an 'after' of its own"),
        (it().replace("{timer: month_ends}", "{timer: month_ends, business_key: A}"), "no key"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused_with_the_reason(outcome, text, says):
    with pytest.raises(ScenarioRefused) as refused:
        outcome(it=text)
    assert says in str(refused.value)


def test_a_timer_there_is_not_is_told(outcome):
    assert told(outcome(it=it(timer="year_ends"))) == ["the timer year_ends begins nothing."]


def test_a_case_that_outlasts_the_beginning_is_told(outcome):
    ran = outcome(
        it=it(after="after: [long]"),
        long=meal("MEAL-2", "Thu 24 Dec 2026 12:00").replace("PT1M", "P9D"),
    )
    assert told(ran) == [
        "Meal MEAL-2: it goes on until Sat 2 Jan 2027 12:00, when this has begun."
    ]
