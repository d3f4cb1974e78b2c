"""What differs from an expectation is told in one plain sentence, and nothing is overlooked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel import Evaluation, compile_expression
from engine.model.notices import Notice
from engine.model.user_tasks import UserTask, UserTaskState
from web.scenarios.expectations import failures
from web.scenarios.scenario import Expect, ExpectedDecision, ExpectedNotice, ExpectedTask, Place
from web.scenarios.situation import MadeDecision, RuleTaken, Situation

NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
HERE = Place("case.yaml", 7)


def task(element_id, *, groups=("worker",), due=None):
    return UserTask(
        id=f"{element_id}-1",
        process_instance_id="i",
        process_definition_key="p",
        business_key=None,
        element_id=element_id,
        name=element_id.title(),
        assignee=None,
        candidate_users=(),
        candidate_groups=groups,
        created_at=NOON,
        due_at=due,
        follow_up_at=None,
        priority=50,
        form_ref=None,
        clauses=(),
        state=UserTaskState.OPEN,
        version=1,
    )


def notice(template, to):
    return Notice("j", to, "i", "e", template, "inbox", "s", "b", (), NOON)


def decision(name, result, rows, rules):
    taken = tuple(RuleTaken(name, f"r{index}", index, ()) for index in rules)
    return MadeDecision(name, "e", NOON, result, tuple(rows), taken)


def situation(*, state="running", tasks=(), notices=(), decisions=(), variables=None):
    return Situation(NOON, state, tuple(tasks), tuple(notices), tuple(decisions), variables or {})


def told(there, **expected):
    return [str(failure) for failure in failures(Expect(HERE, **expected), there, LONDON)]


def test_what_is_as_expected_says_nothing():
    there = situation(
        tasks=[task("a", due=NOON), task("b")],
        notices=[notice("late", "head")],
        decisions=[decision("grade", None, [{"grade": Decimal(2)}], [1])],
        variables={"x": Decimal("1.50")},
    )
    assert (
        told(
            there,
            state="running",
            tasks=(ExpectedTask(HERE, "b"), ExpectedTask(HERE, "a", ("worker",), due=NOON)),
            notices=(ExpectedNotice(HERE, "late", "head"),),
            decisions=(ExpectedDecision(HERE, "grade", {"grade": 2}, True, (1,)),),
            variables={"x": Decimal("1.5")},
        )
        == []
    )


def test_a_missing_and_a_surplus_task_are_both_told():
    assert told(situation(tasks=[task("b", due=NOON)]), tasks=(ExpectedTask(HERE, "a"),)) == [
        "case.yaml:7: the task a should be open; open now: b.",
        "case.yaml:7: the task b is open but not expected: for worker, due Thu 24 Dec 2026 12:00.",
    ]


def test_the_same_task_twice_is_not_the_same_task_once():
    assert told(situation(tasks=[task("a")]), tasks=(ExpectedTask(HERE, "a"),) * 2) == [
        "case.yaml:7: the task a should be open; open now: a."
    ]


def test_each_difference_of_a_task_is_told():
    expected = ExpectedTask(HERE, "a", ("head",), assignee="wendy", due=NOON, follow_up=NOON)
    there = situation(tasks=[task("a", due=NOON + timedelta(seconds=1))])
    assert told(there, tasks=(expected,)) == [
        "case.yaml:7: the task a should be for head, but it is for worker.",
        "case.yaml:7: the task a should be assigned to wendy, but it is assigned to nobody.",
        "case.yaml:7: the task a should be due Thu 24 Dec 2026 12:00, "
        "but that is Thu 24 Dec 2026 12:00:01.",
        "case.yaml:7: the task a should be followed up Thu 24 Dec 2026 12:00, "
        "but that is without a time.",
    ]


def test_no_due_date_can_be_expected():
    there = situation(tasks=[task("a", due=NOON)])
    assert told(there, tasks=(ExpectedTask(HERE, "a", due=None),)) == [
        "case.yaml:7: the task a should be due without a time, but that is Thu 24 Dec 2026 12:00."
    ]


def test_notices_are_counted():
    there = situation(notices=[notice("late", "head")] * 2 + [notice("new", "worker")])
    assert told(
        there, notices=(ExpectedNotice(HERE, "late", "head"), ExpectedNotice(HERE, "x", "head"))
    ) == [
        "case.yaml:7: the notice x should have gone to head; notices since the last look: "
        "late to head, late to head, new to worker.",
        "case.yaml:7: the notice late went to head but is not expected.",
        "case.yaml:7: the notice new went to worker but is not expected.",
    ]


def test_a_decision_is_compared_with_its_rows_and_rules():
    there = situation(decisions=[decision("grade", "high", [{"grade": "high"}], [2])])
    assert told(
        there, decisions=(ExpectedDecision(HERE, "grade", {"grade": "low"}, True, (1, 2)),)
    ) == [
        "case.yaml:7: the decision grade should give {grade: low}, but it gave high.",
        "case.yaml:7: the decision grade should take the rules 1, 2, but it took 2.",
    ]


@pytest.mark.parametrize("outputs", ["high", {"grade": "high"}, [{"grade": "high"}]])
def test_an_output_may_be_written_as_value_row_or_rows(outputs):
    there = situation(decisions=[decision("grade", "high", [{"grade": "high"}], [2])])
    assert told(there, decisions=(ExpectedDecision(HERE, "grade", outputs, True),)) == []


def test_decisions_that_were_not_made_or_not_expected_are_told():
    there = situation(decisions=[decision("scope", True, [], [1])])
    assert told(there, decisions=(ExpectedDecision(HERE, "grade"),)) == [
        "case.yaml:7: the decision grade should have been made; made since the last look: scope.",
        "case.yaml:7: the decision scope was made but is not expected: true, rules 1.",
    ]


def test_the_state_is_compared():
    assert told(situation(state="completed"), state="running") == [
        "case.yaml:7: the instance should be running, but it is completed."
    ]


def feel(text):
    return compile_expression(text).evaluate({}, Evaluation(now=NOON))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-12-24", 'date("2026-12-24")'),
        ("Thu 24 Dec 2026 12:00", 'date and time("2026-12-24T12:00:00Z")'),
        ("Wed 1 Jul 2026 12:00", 'date and time("2026-07-01T12:00:00@Europe/London")'),
        ("P1D", 'duration("P1D")'),
        (True, "true"),
        (None, "null"),
        ([1, {"a": "b"}], '[1, {a: "b"}]'),
    ],
)
def test_a_variable_is_the_value_that_was_written(written, value):
    assert told(situation(variables={"x": feel(value)}), variables={"x": written}) == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-12-25", 'date("2026-12-24")'),
        (1, "true"),
        (True, "1"),
        ("1", "1"),
        (1, '"1"'),
        ({"a": 1}, "{a: 1, b: 2}"),
        ([1, 2], "[2, 1]"),
        (None, "0"),
    ],
)
def test_a_variable_with_another_value_is_told(written, value):
    assert len(told(situation(variables={"x": feel(value)}), variables={"x": written})) == 1


def test_a_variable_that_is_not_there_is_told():
    assert told(situation(), variables={"x": 1}) == [
        "case.yaml:7: the variable x should be 1, but there is no such variable."
    ]


def test_the_rules_of_required_tables_are_named_with_their_table():
    taken = (RuleTaken("criteria", "a", 2, ()), RuleTaken("child_criteria", "b", 4, ()))
    made = MadeDecision("criteria", "e", NOON, None, (), taken)
    assert made.rules_in_words() == ("2", "4 of child_criteria")
