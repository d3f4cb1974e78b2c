"""All scenarios of an organisation together: finds them, runs them, counts what they took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from engine import bundle
from engine.handlers import HANDLERS
from web.organisation_files import files_of, organisation_of, organisations
from web.scenarios.clauses import ClauseCoverage, trace
from web.scenarios.coverage import Coverage, Taken, measure
from web.scenarios.reading import ScenarioRefused, read_scenario
from web.scenarios.runner import Outcome, run
from web.scenarios.scenario import Scenario
from web.scenarios.world import World


@dataclass(frozen=True)
class SuiteResult:
    """What became of an organisation's scenarios, and what they took."""

    organisation: str
    outcomes: tuple[Outcome, ...]
    unreadable: tuple[ScenarioRefused, ...]
    coverage: Coverage
    clauses: ClauseCoverage

    @property
    def passed(self) -> int:
        return sum(outcome.passed for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        return len(self.outcomes) - self.passed + len(self.unreadable)


def scenario_files(content: Path, organisation: str) -> list[Path]:
    """Return an organisation's scenario files, in order."""
    return sorted((content / "tests" / "procedures" / organisation).glob("*.yaml"))


def zones(content: Path) -> dict[str, ZoneInfo]:
    """Return each organisation's time zone."""
    return {key: organisation_of(content, key).calendar.zone for key in organisations(content)}


@contextmanager
def world_of(content: Path, organisation: str) -> Iterator[World]:
    """Deploy an organisation in memory, for any number of scenarios one after another."""
    world = World(organisation_of(content, organisation), files_of(content, organisation))
    try:
        yield world
    finally:
        world.close()


def run_all(content: Path, organisation: str) -> SuiteResult:
    """Run an organisation's scenarios and return what became of them.

    A file that cannot be read counts as failed. Raises `DeploymentRefused` for content that cannot
    be deployed.
    """
    known = zones(content)
    scenarios: list[Scenario] = []
    unreadable: list[ScenarioRefused] = []
    for path in scenario_files(content, organisation):
        try:
            scenarios.append(read_scenario(path, zones=known))
        except ScenarioRefused as refused:
            unreadable.append(refused)
    with world_of(content, organisation) as world:
        outcomes = tuple(run(scenario, world) for scenario in scenarios)
    taken = Taken()
    for outcome in outcomes:
        if outcome.passed:
            taken.add(outcome.history)
    read = bundle.read(files_of(content, organisation), topics=HANDLERS.keys())
    return SuiteResult(
        organisation,
        outcomes,
        tuple(unreadable),
        measure(read, taken),
        trace(read, outcomes),
    )
