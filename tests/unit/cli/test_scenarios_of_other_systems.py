"""Scenarios say what another system answers: the real connector runs, and nothing leaves the building."""

from __future__ import annotations

import pytest

from tests.integration.engine.acme import (
    END,
    ORGANISATION,
    START,
    boundary_timer,
    diagram,
    flow,
    service_task,
    user_task,
)
from web.organisation_files import files_of, organisation_of
from web.scenarios import report
from web.scenarios.reading import ScenarioRefused, parse_scenario
from web.scenarios.runner import run
from web.scenarios.world import World

CONNECTORS = """
demo_people:
  - {username: wes, name: Wes, roles: [worker]}
connector_hosts: [register.example.org]
connector_secrets:
  - {name: register, description: The key of the register}
connectors:
  - topic: register.report
    description: Tells the register
    method: POST
    url: "https://register.example.org/v1/events/{{ process_instance.business_key }}"
    secret: {name: register}
    body: '= {severity: severity, kind: kind}'
    answer:
      receipt: = answer.body.id
      trace: = get value(answer.headers, "x-trace")
    errors:
      - {when: '= answer.status = 409', code: known_already, message: It was reported before}
"""
CAUGHT = (
    '<bpmn:boundaryEvent id="known" attachedToRef="report">'
    '<bpmn:errorEventDefinition id="known_e" errorRef="e"/></bpmn:boundaryEvent>'
    '<bpmn:boundaryEvent id="unable" attachedToRef="assess">'
    '<bpmn:errorEventDefinition id="unable_e" errorRef="u"/></bpmn:boundaryEvent>'
)
PROCESS = diagram(
    START
    + service_task("report", "register.report", {"kind": "near miss"})
    + boundary_timer("late", "report", "PT1H")
    + service_task("assess", "outside")
    + CAUGHT
    + user_task("after")
    + user_task("otherwise")
    + user_task("chase")
    + END
    + flow("start", "report", "assess", "after", "end")
    + flow("known", "otherwise", "end")
    + flow("unable", "otherwise")
    + flow("late", "chase", "end"),
    before='<bpmn:error id="e" name="e" errorCode="known_already"/>'
    '<bpmn:error id="u" name="u" errorCode="unable"/>',
)
EACH = diagram(
    START + '<bpmn:serviceTask id="report" name="report" camunda:type="external" '
    'camunda:topic="register.report"><bpmn:multiInstanceLoopCharacteristics '
    'camunda:collection="= [&quot;near&quot;, &quot;far&quot;]" camunda:elementVariable="kind"/>'
    "</bpmn:serviceTask>" + END + flow("start", "report", "end"),
    key="each",
)
HEAD = """\
scenario: A report
process: PROCESS
now: Thu 24 Dec 2026 12:00
start: {business_key: K/1, variables: {severity: high}}
steps:
"""
SENT = "https://register.example.org/v1/events/K%2F1"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("content")
    home = folder / "bpmn" / "acme"
    home.mkdir(parents=True)
    (folder / "dmn").mkdir()
    (home / "organisation.yaml").write_text(ORGANISATION + CONNECTORS)
    (home / "p.bpmn").write_bytes(PROCESS)
    (home / "each.bpmn").write_bytes(EACH)
    world = World(organisation_of(folder, "acme"), files_of(folder, "acme"))
    yield world
    world.close()


@pytest.fixture
def outcome(world):
    """Return a function that runs steps after the usual head."""

    def run_steps(steps, *, process="p", judge=True):
        text = HEAD.replace("PROCESS", process) + steps
        zones = {"acme": world.organisation.calendar.zone}
        scenario = parse_scenario(text.encode(), file="m.yaml", folder="acme", zones=zones)
        return run(scenario, world, judge=judge)

    return run_steps


def told(outcome):
    return [str(failure) for failure in outcome.failures]


def test_the_answer_that_a_scenario_gives_is_taken_over_by_the_real_connector(outcome):
    ran = outcome(
        "- answer: report\n  status: 201\n  headers: {X-Trace: t-1}\n  body: {id: R-1}\n"
        "- expect:\n    state: running\n    tasks: []\n    dead_letters: []\n"
        "    variables: {receipt: R-1, trace: t-1}\n"
        f"    asked: [{{task: report, method: POST, url: '{SENT}', "
        "body: {severity: high, kind: near miss}}]\n"
        "- perform: assess\n  with: {assessed: true}\n"
        "- expect: {tasks: [after], asked: [], variables: {assessed: true}}\n"
    )
    assert told(ran) == []


def test_an_answer_that_the_content_calls_an_error_is_one_in_the_diagram(outcome):
    ran = outcome(
        "- answer: report\n  status: 409\n  body: {id: R-0}\n"
        "- expect: {tasks: [otherwise], dead_letters: [], variables: {receipt: R-0}}\n"
    )
    assert told(ran) == []


def test_failures_are_tried_again_at_their_own_times_until_a_person_has_to(outcome):
    ran = outcome(
        "- answer: report\n  status: 503\n"
        "- expect: {dead_letters: [], tasks: []}\n"
        "- no_answer: report\n  times: 3\n"
        "- expect: {dead_letters: [report], asked: [report, report, report]}\n"
        "- retry: report\n"
        "- answer: report\n  status: 200\n"
        "- expect: {dead_letters: [], asked: [report], variables: {receipt: null}}\n"
    )
    assert told(ran) == []
    # 10 seconds, a minute and ten minutes later, as without a failedJobRetryTimeCycle of its own.
    assert ran.situation.now.isoformat() == "2026-12-24T12:11:10+00:00"


def test_a_system_that_says_when_to_come_again_is_asked_then(outcome):
    ran = outcome(
        "- answer: report\n  status: 429\n  headers: {Retry-After: 1800}\n"
        "- answer: report\n  status: 200\n"
    )
    assert told(ran) == []
    assert ran.situation.now.isoformat() == "2026-12-24T12:30:00+00:00"


def test_while_nobody_answers_the_timers_of_the_diagram_fire(outcome):
    ran = outcome(
        "- move_clock: {by: PT2H}\n"
        "- expect: {tasks: [chase], asked: []}\n"
        "- answer: report\n  status: 200\n"
    )
    assert told(ran) == []


def test_a_program_outside_may_end_its_task_with_an_error_of_the_diagram(outcome):
    ran = outcome(
        "- answer: report\n  status: 200\n"
        "- perform: assess\n  error: unable\n  with: {why: closed}\n"
        "- expect: {tasks: [otherwise], variables: {why: closed}}\n"
    )
    assert told(ran) == []


def test_where_says_which_of_several_is_answered(outcome):
    ran = outcome(
        "- answer: report\n  where: {kind: far}\n  status: 200\n  body: {id: R-far}\n"
        "- expect: {state: running, asked: [{task: report, body: {severity: high, kind: far}}]}\n"
        "- answer: report\n  status: 200\n"
        "- expect: {state: completed}\n",
        process="each",
    )
    assert told(ran) == []


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (
            "- answer: assess\n  status: 200\n",
            "m.yaml:6: assess does not wait for another system; what waits now: report.",
        ),
        (
            "- perform: report\n",
            "m.yaml:6: report asks another system: write 'answer: report'.",
        ),
        (
            "- answer: report\n  status: 200\n- answer: assess\n  status: 200\n",
            "m.yaml:8: assess is the work of a program outside: write 'perform: assess'.",
        ),
        ("- retry: report\n", "m.yaml:6: report is no dead letter: it waits to be answered."),
        (
            "- no_answer: report\n  times: 5\n",
            "m.yaml:6: report is a dead letter; 'retry: report' has it tried again.",
        ),
        (
            "- answer: report\n  status: 200\n  where: {kind: other}\n",
            "m.yaml:6: no service task report is the one where {kind: other}; "
            "1 of that element wait.",
        ),
        (
            "- expect: {asked: [report]}\n",
            "m.yaml:6: report should have asked another system; what asked since the last look: none.",
        ),
        (
            "- answer: report\n  status: 200\n- expect: {asked: []}\n",
            f"m.yaml:8: report asked another system but is not expected to: POST {SENT}.",
        ),
        (
            "- answer: report\n  status: 200\n"
            "- expect: {asked: [{task: report, method: PUT, body: {severity: low}}]}\n",
            "m.yaml:8: report should ask by PUT, but it asked by POST.",
        ),
        (
            "- expect: {dead_letters: [report]}\n",
            "m.yaml:6: the dead letters should be report, but they are none.",
        ),
    ],
)
def test_what_another_system_cannot_have_done_is_told_with_its_line(outcome, steps, says):
    assert told(outcome(steps))[0] == says


def test_a_request_that_cannot_be_made_fails_the_scenario_with_the_reason(world, outcome):
    begin = HEAD.replace("business_key: K/1, ", "").replace("PROCESS", "p")
    zones = {"acme": world.organisation.calendar.zone}
    text = begin + "- answer: report\n  status: 200\n"
    scenario = parse_scenario(text.encode(), file="m.yaml", folder="acme", zones=zones)
    [failure] = told(run(scenario, world))
    assert failure.startswith(
        "m.yaml:6: report asks nothing: ConnectorNotAsked: The address needs"
    )


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("- answer: report\n", "'status' is missing"),
        ("- answer: report\n  status: 99\n", "a whole number from 100 to 599"),
        ("- answer: report\n  status: OK\n", "a whole number from 100 to 599"),
        ("- answer: report\n  status: true\n", "a whole number from 100 to 599"),
        ("- no_answer: report\n  status: 200\n", "'status' is not known here"),
        ("- no_answer: report\n  times: 0\n", "a whole number from 1 to 1000"),
        ("- perform: assess\n  by: worker\n", "'by' is not known here"),
    ],
)
def test_a_step_that_says_too_little_or_what_is_not_known_is_refused(outcome, steps, says):
    with pytest.raises(ScenarioRefused, match=says):
        outcome(steps)


def test_simulating_shows_what_was_asked_and_what_waits(outcome):
    ran = outcome("- answer: report\n  status: 503\n  body: closed\n", judge=False)
    shown = report.as_json(ran)
    assert shown["asked"] == [
        {
            "element_id": "report",
            "method": "POST",
            "url": SENT,
            "headers": {},
            "body": {"severity": "high", "kind": "near miss"},
        }
    ]
    [waiting] = shown["waiting"]
    assert (waiting["element_id"], waiting["attempts"], waiting["dead_letter"]) == (
        "report",
        1,
        False,
    )
    assert f"asked: report: POST {SENT}" in report.as_text(ran)
    assert (
        "waits for another system: report (register.report), again Thu 24 Dec 2026 12:00:10: "
        "ConnectorFailed: register.example.org answered 503. closed" in report.as_text(ran)
    )
