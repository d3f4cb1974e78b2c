"""Scenarios run on the real engine: what is as expected passes, and anything else fails in words."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from web.organisation_files import files_of, organisation_of
from web.scenarios import report
from web.scenarios.reading import parse_scenario
from web.scenarios.runner import run
from web.scenarios.suite import run_all
from web.scenarios.world import World

KITCHEN = Path(__file__).parent / "kitchen"
HEAD = """\
scenario: A meal
process: meal
now: Thu 24 Dec 2026 12:00
start: {business_key: MEAL-1, variables: {guests: 2}}
steps:
"""


@pytest.fixture(scope="module")
def world():
    world = World(organisation_of(KITCHEN, "kitchen"), files_of(KITCHEN, "kitchen"))
    yield world
    world.close()


@pytest.fixture
def outcome(world):
    """Return a function that runs steps after the usual head, or a whole scenario."""

    def run_text(text, judge=True):
        whole = text if text.startswith("scenario:") else HEAD + text
        zones = {"kitchen": world.organisation.calendar.zone}
        scenario = parse_scenario(whole.encode(), file="m.yaml", folder="kitchen", zones=zones)
        return run(scenario, world, judge=judge)

    return run_text


def told(outcome):
    return [str(failure) for failure in outcome.failures]


def test_what_is_as_expected_passes(outcome):
    ran = outcome("- complete: cook\n  by: cook\n- expect: {state: completed, tasks: []}\n")
    assert told(ran) == []
    assert ran.situation.state == "completed"


def test_each_timer_fires_at_its_own_instant_however_far_the_clock_moves(outcome):
    ran = outcome("- move_clock: {by: P30D}\n")
    assert [(t["element_id"], t["fired_at"]) for t in report.timers(ran.history)] == [
        ("late", "2026-12-24T13:00:00+00:00"),
        ("wait", "2026-12-25T13:00:00+00:00"),
    ]
    assert [notice.delivered_at for notice in ran.situation.notices] == [
        datetime(2026, 12, 24, 13, tzinfo=UTC)
    ]


def test_a_scenario_may_begin_earlier_than_the_one_before(outcome):
    outcome("- move_clock: {by: P30D}\n")
    ran = outcome("- expect: {tasks: [{task: cook, due: Thu 24 Dec 2026 13:00}]}\n")
    assert told(ran) == []


def test_an_abandoned_scenario_does_nothing_in_the_next(outcome):
    outcome("- move_clock: {by: PT1M}\n")
    ran = outcome(
        "- move_clock: {by: P2D}\n- expect: {notices: [{template: late, to: head_chef}]}\n"
    )
    assert told(ran) == []


def test_notices_and_decisions_are_those_since_the_previous_look(outcome):
    ran = outcome(
        "- expect: {decisions: [{decision: dish}]}\n"
        + "- move_clock: {by: P2D}\n"
        + "- expect: {decisions: [], notices: [{template: late, to: head_chef}]}\n"
        + "- expect: {notices: []}\n"
    )
    assert told(ran) == []


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (
            "- expect: {tasks: []}\n",
            "m.yaml:6: the task cook is open but not expected: "
            "for cook, due Thu 24 Dec 2026 13:00.",
        ),
        (
            "- complete: taste\n  by: cook\n",
            "m.yaml:6: the task taste is not open; open now: cook.",
        ),
        (
            "- complete: cook\n  by: waiter\n",
            "m.yaml:6: completing cook was refused: None of the demo people in "
            "organisation.yaml has the role 'waiter'.",
        ),
        (
            "- refused: complete cook\n  by: cook\n",
            "m.yaml:6: completing cook should be refused, but it was done.",
        ),
        (
            "- move_clock: {to: Thu 24 Dec 2026 11:00}\n",
            "m.yaml:6: the clock cannot move back from Thu 24 Dec 2026 12:00 "
            "to Thu 24 Dec 2026 11:00.",
        ),
    ],
)
def test_what_is_not_as_expected_is_told_with_its_line(outcome, steps, says):
    assert told(outcome(steps)) == [says]


def test_a_refusal_for_another_reason_is_told(outcome):
    ran = outcome("- refused: complete cook\n  by: hugo\n  code: form_refused\n")
    assert len(told(ran)) == 1
    assert "should be form_refused, but it is user_task_not_found" in told(ran)[0]


def test_a_refusal_that_is_no_forms_has_no_fields(outcome):
    ran = outcome("- refused: complete cook\n  by: hugo\n  fields: [salt]\n")
    assert "the form should be refused, but something else was" in told(ran)[0]


def test_a_message_begins_an_instance(outcome):
    ran = outcome(
        HEAD.replace(
            "start: {business_key: MEAL-1, variables: {guests: 2}}",
            "message: {name: kitchen.meal.ordered, correlation_key: M-7, variables: {guests: 9}}",
        )
        + "- expect: {decisions: [{decision: dish, outputs: {dish: Stew}, rules: [2]}]}\n"
    )
    assert told(ran) == []


def test_a_process_that_does_not_exist_is_told(outcome):
    ran = outcome(HEAD.replace("process: meal", "process: feast") + "- expect: {tasks: []}\n")
    assert "m.yaml:4: the process feast does not start" in told(ran)[0]
    assert ran.situation.state == "not started"


def test_a_message_that_nothing_wants_is_told(outcome):
    ran = outcome("- message: {name: nonsense}\n")
    assert "the message nonsense was refused" in told(ran)[0]


def test_a_job_that_fails_fails_the_scenario(outcome, world, monkeypatch):
    def broken(engine, request):
        raise ConnectionError("nobody answers")

    monkeypatch.setattr(world.engine, "handlers", {"notice": broken})
    ran = outcome("- move_clock: {by: P2D}\n")
    assert told(ran) == ["m.yaml:6: the job of tell failed: ConnectionError: nobody answers"]


def test_without_judging_everything_is_shown(outcome):
    ran = outcome("- expect: {tasks: []}\n- move_clock: {by: P2D}\n", judge=False)
    shown = report.as_json(ran)
    assert told(ran) == []
    documented = {"state", "tasks", "timers", "notices", "decisions", "history"}
    assert set(shown) == documented | {"asked", "waiting"}
    assert shown["state"] == "running"
    assert [task["element_id"] for task in shown["tasks"]] == ["cook"]
    assert [notice["to"] for notice in shown["notices"]] == ["head_chef"]
    assert shown["decisions"][0]["rules"] == [{"id": "few", "index": 1, "clauses": ["KITCHEN-1"]}]
    assert shown["history"][0]["kind"] == "process_instance_started"
    assert "notice delivered: tell (late to head_chef)" in report.as_text(ran)


def test_coverage_counts_what_was_taken_and_names_what_was_not():
    result = run_all(KITCHEN, "kitchen")
    assert (result.passed, result.failed) == (1, 0)
    assert result.coverage.elements.missing == ("ordered",)
    assert result.coverage.flows.missing == ("ordered_to_choose",)
    assert result.coverage.rules.missing == ("dish rule 2",)
    # KITCHEN-3 is cited by a template alone: that helps whoever tells, and executes nothing.
    assert result.clauses.missing == ("KITCHEN-3", "KITCHEN-4")


def changed_kitchen(tmp_path, changes):
    """Copy the kitchen with texts replaced in some of its files; the file must hold each of them."""
    copy = tmp_path / "content"
    shutil.copytree(KITCHEN, copy)
    for name, (old, new) in changes.items():
        (path,) = copy.rglob(name)
        text = path.read_text()
        assert old in text, name
        path.write_text(text.replace(old, new))
    return copy


ONLY_WHERE_NOBODY_GOES = {
    "meal.bpmn": (
        '<bpmn:startEvent id="ordered" name="A meal is ordered">',
        '<bpmn:startEvent id="ordered" name="A meal is ordered"><bpmn:extensionElements>'
        '<camunda:properties><camunda:property name="clauses" value="KITCHEN-4" />'
        "</camunda:properties></bpmn:extensionElements>",
    )
}
IN_AN_ANNOTATION = {
    "meal.bpmn": (
        "  </bpmn:process>",
        '<bpmn:textAnnotation id="note"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="clauses" value="KITCHEN-4" /></camunda:properties>'
        "</bpmn:extensionElements><bpmn:text>KITCHEN-4</bpmn:text></bpmn:textAnnotation>"
        "  </bpmn:process>",
    )
}


def traced(result, clause):
    return next(one for one in result.clauses.clauses if one.clause.id == clause)


def test_a_clause_that_no_scenario_passes_is_executed_and_not_tested(tmp_path):
    result = run_all(changed_kitchen(tmp_path, ONLY_WHERE_NOBODY_GOES), "kitchen")
    assert traced(result, "KITCHEN-4").executed
    assert traced(result, "KITCHEN-4").scenarios == ()
    assert "KITCHEN-4" in result.clauses.missing


def test_a_clause_in_an_annotation_is_not_executed(tmp_path):
    result = run_all(changed_kitchen(tmp_path, IN_AN_ANNOTATION), "kitchen")
    assert not traced(result, "KITCHEN-4").executed


def test_a_task_that_stays_open_has_not_been_passed(tmp_path):
    never_cooked = {
        "late_meal.yaml": (
            "  - complete: cook\n    by: cook\n",
            "  - refused: complete cook\n    by: hugo\n",
        )
    }
    copy = changed_kitchen(tmp_path, never_cooked)
    (scenario,) = copy.rglob("late_meal.yaml")
    scenario.write_text(
        scenario.read_text().replace(
            "state: completed, tasks: [], variables: {seasoned: true}", "state: running"
        )
    )
    result = run_all(copy, "kitchen")
    assert (result.passed, result.failed) == (1, 0)
    assert traced(result, "KITCHEN-2").scenarios == ()


def test_a_scenario_that_fails_proves_nothing(tmp_path):
    wrong = {"late_meal.yaml": ("seasoned: true}}", "seasoned: false}}")}
    result = run_all(changed_kitchen(tmp_path, wrong), "kitchen")
    assert (result.passed, result.failed) == (0, 1)
    assert result.coverage.elements.taken == 0
    assert result.clauses.tested == 0


def test_a_citation_that_is_taken_away_is_missed(tmp_path, remit, monkeypatch):
    copy = changed_kitchen(tmp_path, {"meal.bpmn": ('value="KITCHEN-2"', 'value="KITCHEN-5"')})
    monkeypatch.setenv("REMIT_CONTENT", str(copy))
    ran = remit("coverage", "kitchen", "--json")
    assert ran.code == 1
    assert "KITCHEN-2" in ran.json["missing"]
    assert "KITCHEN-2  MISSING" in remit("coverage", "kitchen").out


def test_an_id_in_two_diagrams_is_not_counted_as_taken(tmp_path):
    copy = changed_kitchen(tmp_path, {})
    diagram = next(copy.rglob("meal.bpmn"))
    other = diagram.read_text().replace('id="meal" name="Meal"', 'id="feast" name="Feast"')
    other = other.replace("kitchen.meal.ordered", "kitchen.feast.ordered")
    (diagram.parent / "feast.bpmn").write_text(other)
    elements = run_all(copy, "kitchen").coverage.elements
    assert elements.taken == 0
    assert "cook (several diagrams have one: give each its own id)" in elements.missing


def test_a_file_that_cannot_be_read_counts_as_failed(tmp_path):
    for folder in ("bpmn", "dmn"):
        (tmp_path / folder).symlink_to(KITCHEN / folder)
    scenarios = tmp_path / "tests" / "procedures" / "kitchen"
    scenarios.mkdir(parents=True)
    (scenarios / "broken.yaml").write_text("scenario: [\n")
    result = run_all(tmp_path, "kitchen")
    assert (result.passed, result.failed) == (0, 1)
    assert "broken.yaml" in str(result.unreadable[0])


class TestCommands:
    @pytest.fixture(autouse=True)
    def _kitchen(self, remit, monkeypatch):
        monkeypatch.setenv("REMIT_CONTENT", str(KITCHEN))

    def test_test_prints_the_counts_as_json(self, remit):
        ran = remit("test", "kitchen", "--coverage", "--json")
        assert ran.code == 0
        assert ran.json == {
            "scenarios": {"passed": 1, "failed": 0},
            "elements": {"taken": 9, "total": 10},
            "flows": {"taken": 7, "total": 8},
            "rules": {"taken": 1, "total": 2},
        }

    def test_test_says_what_was_not_taken(self, remit):
        out = remit("test", "--coverage").out
        assert "not taken: dish rule 2" in out
        assert out.endswith("1 passed, 0 failed\n")

    def test_an_unknown_organisation_is_a_sentence(self, remit):
        ran = remit("test", "narnia")
        assert ran.code == 1
        assert "organisations here: kitchen" in ran.err

    def test_simulate_prints_what_happened(self, remit):
        file = KITCHEN / "tests" / "procedures" / "kitchen" / "late_meal.yaml"
        ran = remit("simulate", file, "--json")
        assert ran.code == 0
        assert ran.json["state"] == "completed"

    def test_coverage_counts_core_clauses(self, remit):
        ran = remit("coverage", "--json")
        assert ran.code == 1
        assert ran.json["missing"] == ["KITCHEN-3", "KITCHEN-4"]
        kitchen = ran.json["organisations"]["kitchen"]
        assert kitchen["core"] == {"executed": 2, "tested": 2, "total": 4}

    def test_coverage_lists_what_cites_each_clause_and_which_scenarios_pass_it(self, remit):
        clauses = remit("coverage", "--json").json["organisations"]["kitchen"]["clauses"]
        assert [(one["id"], one["scenarios"]) for one in clauses] == [
            ("KITCHEN-1", ["late_meal"]),
            ("KITCHEN-2", ["late_meal"]),
            ("KITCHEN-3", []),
            ("KITCHEN-4", []),
            ("KITCHEN-5", []),
        ]
        assert clauses[0]["cited_by"] == [
            {"kind": "rule", "id": "1", "within": "dish", "executes": True}
        ]
        assert clauses[2]["cited_by"] == [
            {"kind": "template", "id": "late", "within": None, "executes": False}
        ]
        told = remit("coverage", "kitchen").out
        assert "KITCHEN-2  core  A meal is ready within an hour" in told
        assert "executed by: Cook (meal)" in told
        assert "scenarios: late_meal" in told
