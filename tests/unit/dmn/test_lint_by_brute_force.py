"""What the lint says of whole tables, written and read as files, is what trying every value shows."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import load
from engine.feel import Date, Evaluation, compile_expression, compile_unary_tests

NOW = datetime(2026, 12, 24, tzinfo=UTC)
OUTPUTS = ('"x"', '"y"', '"z"')
CELLS = {
    "number": """
        -; [{a}..{b}]; ({a}..{b}]; [{a}..{b}); < {a}; >= {a}; {a}; {a},{b}; < {a}, > {b}; not({a});
        not([{a}..{b}]); ? > {a} and ? < {b}; ? < {a} or ? > {b}; [{a}, {b}]; != {a}; -{a}; null; {b} > ?;
        > {a}/2; ]{a}..{b}[
    """,
    "string": """
        -; "{s}"; "{s}","{t}"; not("{s}"); not("{s}","{t}"); ["{s}","{t}"]; ? = "{s}"; ? != "{s}"; >= "{s}";
        null; not(null)
    """,
    "boolean": "-; true; false; not(true); ? = true; true, false; null",
    "date": """
        -; [date("2020-01-0{c}")..date("2020-01-0{d}")]; < date("2020-01-0{c}"); >= @"2020-01-0{d}";
        date("2020-01-0{c}"); date("2020-01-0{c}"), date("2020-01-0{d}")
    """,
}
CELLS["integer"] = CELLS["number"]
VALUES = {
    "number": [Decimal(quarter) / 4 for quarter in range(-32, 36)],
    "integer": [Decimal(number) for number in range(-9, 12)],
    "string": ["", "a", "ab", "b", "bb", "c", "cc", "A", "zz"],
    "boolean": [True, False],
    "date": [Date(2019, 12, 30), *(Date(2020, 1, day) for day in range(1, 9))],
}


@st.composite
def cells(draw, kind):
    low = draw(st.integers(0, 6))
    written = draw(st.sampled_from([text.strip() for text in CELLS[kind].split(";")]))
    return written.format(
        a=low,
        b=draw(st.integers(low + 1, 7)),
        c=low // 2 + 1,
        d=low // 2 + 2,
        s=draw(st.sampled_from("abc")),
        t=draw(st.sampled_from("abc")),
    )


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3))
    rows = st.tuples(*(cells(kind) for kind in kinds), st.sampled_from(OUTPUTS))
    return kinds, [list(row) for row in draw(st.lists(rows, min_size=1, max_size=6))]


def evaluated(text):
    return compile_expression(text).evaluate({}, Evaluation(NOW))


def verdicts(kinds, rules):
    """Return for each combination of values (None for null) which rules take it."""
    tests = [[compile_unary_tests(cell) if cell != "-" else None for cell in r] for r in rules]
    values = [[*VALUES[kind], None] for kind in kinds]
    passes = [
        [
            [test is None or test.evaluate(value, {}, Evaluation(NOW)) is True for value in column]
            for test, column in zip(row, values, strict=True)
        ]
        for row in tests
    ]
    found = {
        tuple(column[index] for column, index in zip(values, place, strict=True)): [
            all(cell[index] for cell, index in zip(row, place, strict=True)) for row in passes
        ]
        for place in itertools.product(*(range(len(column)) for column in values))
    }
    return found, any(not any(cell) for row in passes for cell in row)


def expected_findings(hit_policy, kinds, rules):
    conditions = [rule[:-1] for rule in rules]
    found, some_cell_is_never_true = verdicts(kinds, conditions)
    outputs = [rule[-1] for rule in rules]
    codes = {"cell_never_true"} if some_cell_is_never_true else set()
    if hit_policy == "UNIQUE" and any(sum(hits) > 1 for hits in found.values()):
        codes.add("rules_overlap")
    if hit_policy == "ANY" and any(
        len(set(itertools.compress(outputs, hits))) > 1 for hits in found.values()
    ):
        codes.add("rules_overlap")
    if hit_policy in ("FIRST", "PRIORITY"):
        order = list(range(len(rules)))
        if hit_policy == "PRIORITY":
            order.sort(key=lambda rule: OUTPUTS.index(outputs[rule]))
        winners = {next((rule for rule in order if hits[rule]), None) for hits in found.values()}
        if not set(order) <= winners:
            codes.add("rule_never_reached")
    if not all(any(hits) for place, hits in found.items() if None not in place):
        codes.add("table_incomplete")
    return codes


def witness(message, conditions):
    """Return which rules take the values that a finding names."""
    named = re.findall(
        r'v\d = (date\("[^"]*"\)|"[^"]*"|[^,;]+?)(?=, v\d|, and|, with|\. Add)', message
    )
    values = ["any" if text == "any value" else evaluated(text) for text in named]
    return [
        all(
            cell == "-" or compile_unary_tests(cell).evaluate(value, {}, Evaluation(NOW)) is True
            for cell, value in zip(row, values, strict=True)
        )
        for row in conditions
    ]


@pytest.mark.parametrize("hit_policy", ["UNIQUE", "ANY", "FIRST", "PRIORITY"])
@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_the_lint_finds_what_trying_every_value_finds(dmn, hit_policy, table):
    kinds, rules = table
    columns = [(f"v{number}", kind) for number, kind in enumerate(kinds)]
    source = dmn.model(
        *(dmn.input(name, kind) for name, kind in columns),
        dmn.decision(
            dmn.table(columns, [("o", "string", ",".join(OUTPUTS))], rules, hit_policy),
            *(f"input:{name}" for name, _ in columns),
        ),
    )
    _, problems = load(source, file="x.dmn")
    found = {problem.code for problem in problems}
    expected = expected_findings(hit_policy, kinds, rules)
    if "cell_never_true" in expected:
        # Such a rule is never reached either; whether that is said too does not matter.
        found.discard("rule_never_reached")
        expected.discard("rule_never_reached")
    assert found == expected
    conditions = [rule[:-1] for rule in rules]
    for problem in problems:
        if problem.code == "table_incomplete":
            assert not any(witness(problem.message, conditions))
        pair = re.search(r"rules (\d+) and (\d+) both apply", problem.message)
        if pair:
            takes = witness(problem.message, conditions)
            assert takes[int(pair[1]) - 1]
            assert takes[int(pair[2]) - 1]
