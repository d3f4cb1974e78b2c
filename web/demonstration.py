"""Invented cases for a demonstration: scenarios played on the real store, up to the present, by a moved clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from engine import jobs, people, process_instances
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.process_engine import ProcessEngine
from engine.store import Store
from web.organisation_files import organisation_of, organisations
from web.scenarios.other_systems import ScriptedSystems
from web.scenarios.reading import read_scenario
from web.scenarios.runner import run
from web.scenarios.scenario import Answer, Expect, MoveClock, Refused, Retry, Scenario, Start, Step
from web.scenarios.suite import scenario_files, zones
from web.scenarios.world import World

T = TypeVar("T")

PARTS_PLAYED = (0.1, 0.45, 0.8)
"""How much of each case has happened: one has just begun, one is under way, one is nearly closed."""
AGES = (timedelta(hours=3), timedelta(days=2), timedelta(days=9))
"""For how long nothing has happened to it since: the older ones are overdue where there is a limit."""
WEEK = timedelta(days=7)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class RealWorld(World):
    """One organisation on the real store, with a clock of its own; what happens in it stays."""

    def __init__(self, store: Store, key: str, content: Path) -> None:
        self.organisation = organisation_of(content, key)
        self.clock = ManualClock(datetime.fromisoformat("2000-01-01T00:00+00:00"))
        self.systems = ScriptedSystems()
        self.engine = ProcessEngine(
            store=store, clock=self.clock, handlers=HANDLERS, connector_caller=self.systems
        )
        self.actor = replace(system_actor(key), user=people.DEMO)

    def begins_at(self, now: datetime) -> None:
        """Go to where the next case begins; on the way forward everything happens in its time."""
        if now > self.clock.now() and jobs.earliest_due(self.engine) is not None:
            self.moves_clock_to(now)
        self.clock.instant = now

    def forgets(self) -> None:
        """Leave the cases as they are: the demonstration is of cases that are under way."""


def create(store: Store, content: Path, *, now: datetime) -> int:
    """Make invented cases in every organisation that has none yet; returns how many."""
    made = 0
    for key in organisations(content):
        world = RealWorld(store, key, content)
        if not _has_cases(world):
            made += _cases_of(world, content, key, now)
    return made


def remove(engine: ProcessEngine, organisation: str) -> int:
    """Remove the invented cases of an organisation; returns how many."""
    return people.remove_demo_cases(engine, by=system_actor(organisation))


def _has_cases(world: World) -> bool:
    page = PageRequest(size=200)
    found = process_instances.listing(world.engine, by=world.actor, page=page).items
    return any(instance.started_by == people.DEMO for instance in found)


def _cases_of(world: World, content: Path, key: str, now: datetime) -> int:
    chosen = _main_cases(content, key, world)
    made = 0
    for number, (scenario, part, age) in enumerate(
        zip(chosen, PARTS_PLAYED, AGES, strict=False), start=1
    ):
        reference = f"DEMO-{now.year}-{number:03}"
        played = _until_the_present(scenario, part, now - age, reference)
        outcome = run(played, world, judge=False)
        made += outcome.situation.state != "not started"
    world.begins_at(now)
    return made


def _main_cases(content: Path, key: str, world: World) -> list[Scenario]:
    """Return the longest scenarios of the organisation's main procedures that begin by hand."""
    known = zones(content)
    main = {procedure.key for procedure in world.organisation.procedures}
    found = [read_scenario(path, zones=known) for path in scenario_files(content, key)]
    mains = [
        one
        for one in found
        if one.process in main and isinstance(one.begin, Start) and not one.after
    ]
    return sorted(mains, key=lambda one: (-len(_acts(one)), one.name))


def _acts(scenario: Scenario) -> tuple[Step, ...]:
    return tuple(step for step in scenario.steps if not isinstance(step, Expect | Refused))


def _until_the_present(scenario: Scenario, part: float, end: datetime, reference: str) -> Scenario:
    """Return the first part of a scenario, moved by whole weeks so that it ends at `end` or before."""
    acts = _acts(scenario)
    kept = acts[: max(1, round(len(acts) * part))]
    last = scenario.now
    for step in kept:
        if isinstance(step, MoveClock):
            last = step.to if step.to is not None else last + (step.by or timedelta(0))
    moved = WEEK * ((end - last) // WEEK)
    begin = scenario.begin
    assert isinstance(begin, Start)
    return replace(
        scenario,
        now=scenario.now + moved,
        begin=replace(begin, business_key=reference, variables=_moved(begin.variables, moved)),
        steps=tuple(_step_moved(step, moved) for step in kept),
    )


def _step_moved(step: Step, by: timedelta) -> Step:
    if isinstance(step, MoveClock):
        return replace(step, to=step.to + by) if step.to is not None else step
    if isinstance(step, Expect | Retry):
        return step
    if isinstance(step, Answer):
        reply = step.reply
        return (
            step
            if reply is None
            else replace(step, reply=replace(reply, body=_moved(reply.body, by)))
        )
    if isinstance(step, Refused) or hasattr(step, "values"):
        return replace(step, values=_moved(step.values, by))
    return replace(step, variables=_moved(step.variables, by))


def _moved(value: Any, by: timedelta) -> Any:
    """Return a value with every day in it moved, in texts too."""
    if isinstance(value, Mapping):
        return {name: _moved(inner, by) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(inner, by) for inner in value]
    if isinstance(value, date):
        return value + by
    if isinstance(value, str):
        return DAY.sub(lambda found: _day_moved(found[0], by), value)
    return value


def _day_moved(text: str, by: timedelta) -> str:
    try:
        return (date.fromisoformat(text) + by).isoformat()
    except ValueError:
        return text
