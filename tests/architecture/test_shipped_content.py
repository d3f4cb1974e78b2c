"""What ships deploys without an error, names only what exists, and is run by scenarios."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from engine import bundle
from engine.handlers import HANDLERS
from tests.architecture.source_files import ROOT
from web.organisation_files import files_of, organisation_of, organisations
from web.organisation_reference import FOLDER, page
from web.scenarios.reading import read_scenario
from web.scenarios.scenario import Expect
from web.scenarios.suite import run_all, scenario_files, zones

ORGANISATIONS = organisations(ROOT)


@cache
def content(organisation):
    return bundle.read(files_of(ROOT, organisation), topics=HANDLERS.keys())


@cache
def result(organisation):
    return run_all(ROOT, organisation)


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_everything_deploys_without_a_warning(organisation):
    assert [str(problem) for problem in content(organisation).problems] == []


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_every_topic_that_a_diagram_names_is_served(organisation):
    outside = {topic.topic for topic in organisation_of(ROOT, organisation).external_topics}
    named = {t for spec in content(organisation).processes.values() for t in spec.topics.values()}
    assert named <= outside | HANDLERS.keys()


def test_every_handler_is_used_by_a_shipped_diagram():
    named = {
        topic
        for organisation in ORGANISATIONS
        for spec in content(organisation).processes.values()
        for topic in spec.topics.values()
    }
    assert set(HANDLERS) - named == set()


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_every_form_template_and_table_is_used(organisation):
    found = content(organisation)
    forms = {ref.key for spec in found.processes.values() for ref in spec.form_refs}
    asked = {ref.key for spec in found.processes.values() for ref in spec.decision_refs}
    required = {name for key in asked for name in found.models[key].decisions}
    forms |= {s.start_form_ref.key for s in found.processes.values() if s.start_form_ref}
    assert set(found.forms) - forms == set()
    assert set(found.models) - asked - required == set()


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_every_diagram_and_table_has_scenarios(organisation):
    found = content(organisation)
    called = {ref.key for spec in found.processes.values() for ref in spec.call_refs}
    scenarios = [
        read_scenario(path, zones=zones(ROOT)) for path in scenario_files(ROOT, organisation)
    ]
    begun = {scenario.process for scenario in scenarios}
    expected = {
        decision.decision
        for scenario in scenarios
        for step in scenario.steps
        if isinstance(step, Expect)
        for decision in step.decisions or ()
    }
    # What a decision requires is decided with it; its rules are counted below.
    required = {name for key in expected for name in found.models[key].decisions}
    assert set(found.processes) - begun - called == set()
    assert set(found.models) - expected - required == set()


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_the_scenarios_take_every_element_flow_and_rule(organisation):
    coverage = result(organisation).coverage
    assert coverage.elements.missing == ()
    assert coverage.flows.missing == ()
    assert coverage.rules.missing == ()


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_every_core_clause_is_executed_and_passed_by_a_scenario(organisation):
    assert result(organisation).clauses.missing == ()


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_no_two_diagrams_share_an_element_id(organisation):
    """History names elements without their diagram; so coverage would count one for the other."""
    seen = Counter(
        name
        for spec in content(organisation).processes.values()
        for name in (*spec.elements, *spec.flows)
    )
    assert [name for name, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_the_page_of_the_organisation_is_what_its_content_says(organisation):
    written = ROOT / FOLDER / f"{organisation}.md"
    assert written.is_file(), "python -m web.organisation_reference"
    assert written.read_text(encoding="utf-8") == page(ROOT, organisation)
