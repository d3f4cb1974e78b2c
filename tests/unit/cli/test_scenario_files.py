"""Scenario files are read strictly, and what is wrong is told with its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from web.scenarios.reading import ScenarioRefused, parse_scenario
from web.scenarios.scenario import (
    ANY_TIME,
    Complete,
    Expect,
    MoveClock,
    Refused,
    SendMessage,
    Start,
)

ZONES = {"derby": ZoneInfo("Europe/London")}

HEAD = """\
scenario: A form is late
process: serious
now: Thu 24 Dec 2026 10:00
start: {business_key: SI-1, variables: {grade: 2}}
"""


def read(text, folder="derby"):
    return parse_scenario(text.encode(), file="case.yaml", folder=folder, zones=ZONES)


def refusal(text, folder="derby"):
    with pytest.raises(ScenarioRefused) as refused:
        read(text, folder)
    return str(refused.value)


def step(text):
    return read(f"{HEAD}steps:\n{text}").steps[0]


def test_the_head_says_what_begins_and_when():
    scenario = read(HEAD + "steps: []\n")
    assert scenario.name == "A form is late"
    assert scenario.organisation == "derby"
    assert scenario.now == datetime(2026, 12, 24, 10, tzinfo=UTC)
    assert isinstance(scenario.begin, Start)
    assert scenario.begin.business_key == "SI-1"
    assert scenario.begin.variables == {"grade": 2}


def test_a_message_begins_a_scenario_as_well():
    head = HEAD.replace(
        "start: {business_key: SI-1, variables: {grade: 2}}",
        "message: {name: reported, correlation_key: SI-2, variables: {grade: 1}}",
    )
    begin = read(head + "steps: []\n").begin
    assert isinstance(begin, SendMessage)
    assert (begin.name, begin.correlation_key, begin.variables) == (
        "reported",
        "SI-2",
        {"grade": 1},
    )


def test_values_of_a_form_are_what_they_look_like_and_nothing_cleverer():
    done = step(
        "- complete: record\n  by: worker\n  with: {a: yes, b: 2026-12-24, c: 10:30, d: 1.50, "
        "e: true, f: null, g: '3', h: [1, x], i: {j: 007}}\n"
    )
    assert isinstance(done, Complete)
    assert done.values == {
        "a": "yes",
        "b": "2026-12-24",
        "c": "10:30",
        "d": Decimal("1.50"),
        "e": True,
        "f": None,
        "g": "3",
        "h": [1, "x"],
        "i": {"j": "007"},
    }


def test_an_expectation_keeps_its_lines():
    expected = step(
        "- expect:\n"
        "    tasks:\n"
        "      - {task: discuss, for: [a, b], due: Thu 24 Dec 2026 12:00}\n"
        "      - {task: form, due: none}\n"
        "      - review\n"
        "    notices: [{template: late, to: [a, b]}]\n"
        "    decisions: [{decision: grade, outputs: {grade: 2}, rules: [1, 3]}]\n"
        "    state: running\n"
        "    variables: {x: 1}\n"
    )
    assert isinstance(expected, Expect)
    discuss, form, review = expected.tasks
    assert (discuss.task, discuss.groups, discuss.place.line) == ("discuss", ("a", "b"), 8)
    assert discuss.due == datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert form.due is None
    assert review.due is ANY_TIME
    assert [(notice.template, notice.to) for notice in expected.notices] == [
        ("late", "a"),
        ("late", "b"),
    ]
    assert expected.decisions[0].rules == (1, 3)
    assert expected.decisions[0].outputs == {"grade": 2}
    assert expected.variables == {"x": 1}


def test_what_is_not_mentioned_is_not_compared():
    expected = step("- expect: {state: running}\n")
    assert (expected.tasks, expected.notices, expected.decisions, expected.variables) == (
        None,
        None,
        None,
        None,
    )


def test_no_tasks_at_all_can_be_expected():
    assert step("- expect: {tasks: [], notices: []}\n").tasks == ()


def test_the_clock_moves_to_an_instant_or_by_a_time():
    assert step("- move_clock: {by: P1D}\n") == MoveClock(
        step("- move_clock: {by: P1D}\n").place, by=timedelta(days=1)
    )
    assert step("- move_clock: {to: Tue 29 Dec 2026 17:00:01}\n").to == datetime(
        2026, 12, 29, 17, 0, 1, tzinfo=UTC
    )


def test_a_refusal_names_the_task_and_the_fields():
    refused = step("- refused: complete agree\n  by: director\n  with: {d: x}\n  fields: [d]\n")
    assert isinstance(refused, Refused)
    assert (refused.task, refused.fields, refused.code) == ("agree", ("d",), None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "case.yaml:1"),
        ("- a\n", "keys with values"),
        (HEAD, "'steps' is missing"),
        (HEAD + "steps: []\nstepz: []\n", "case.yaml:6"),
        (HEAD.replace("Thu", "Fri") + "steps: []\n", "that day is a Thu"),
        (HEAD + "message: {name: x}\nsteps: []\n", "either 'start' or 'message'"),
        (HEAD + "steps:\n- finish: now\n", "case.yaml:6"),
        (HEAD + "steps:\n- complete: record\n", "'by' is missing"),
        (HEAD + "steps:\n- complete: record\n  by: worker\n  wiht: {}\n", "'wiht' is not known"),
        (HEAD + "steps:\n- expect: {}\n", "something must be expected"),
        (HEAD + "steps:\n- expect: {state: done}\n", "a state is one of"),
        (HEAD + "steps:\n- expect: {tasks: [{tusk: x}]}\n", "'tusk' is not known"),
        (HEAD + "steps:\n- expect: {decisions: [{decision: x, rules: [0]}]}\n", "row numbers"),
        (HEAD + "steps:\n- move_clock: {to: x}\n", "is not a date and time"),
        (HEAD + "steps:\n- move_clock: {}\n", "'to' an instant or 'by' a duration"),
        (HEAD + "steps:\n- refused: agree\n  by: x\n", "refused: complete"),
        (HEAD + "steps: &a [*a]\n", "anchors and aliases"),
        (HEAD + "steps: !!python/object:os.system []\n", "tag"),
        (HEAD + "steps: [\n", "not YAML"),
        (HEAD + "start: {}\nsteps: []\n", "written twice"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, says):
    message = refusal(text)
    assert says in message
    assert "case.yaml:" in message


def test_every_mistake_is_told_at_once():
    message = refusal(HEAD + "steps:\n- complete: a\n- move_clock: {by: soon}\n")
    assert len(message.splitlines()) == 2


def test_an_organisation_that_does_not_exist_is_refused():
    assert "'narnia' is not an organisation" in refusal(HEAD + "steps: []\n", folder="narnia")


def test_a_scenario_may_name_its_organisation_itself():
    assert (
        read("organisation: derby\n" + HEAD + "steps: []\n", "elsewhere").organisation == "derby"
    )
