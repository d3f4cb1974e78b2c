"""Every scenario in the folders beside this file, one test each, on the content as it ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from web.organisation_files import files_of, organisation_of, organisations
from web.scenarios.reading import read_scenario
from web.scenarios.runner import run
from web.scenarios.suite import scenario_files, zones
from web.scenarios.world import World

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    pytest.param(organisation, path, id=f"{organisation}/{path.stem}")
    for organisation in organisations(ROOT)
    for path in scenario_files(ROOT, organisation)
]


@cache
def world_of(organisation):
    return World(organisation_of(ROOT, organisation), files_of(ROOT, organisation))


@pytest.mark.parametrize(("organisation", "path"), FILES)
def test_scenario(organisation, path):
    scenario = read_scenario(path, zones=zones(ROOT))
    outcome = run(scenario, world_of(organisation))
    assert outcome.passed, "\n".join([scenario.name, *map(str, outcome.failures)])
