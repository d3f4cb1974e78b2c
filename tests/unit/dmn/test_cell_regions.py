"""The lint's idea of a cell is exactly what FEEL does with it, whatever the cell and the value."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.cells import point, region_of
from engine.dmn.rule_index import RuleIndex
from engine.dmn.run import Run
from engine.feel import (
    Date,
    DaysTimeDuration,
    Evaluation,
    YearsMonthsDuration,
    compile_unary_tests,
)

NUMBERS = st.sampled_from(["0", "1", "2", "2.5", "-1", "10"])
STRINGS = st.sampled_from(['"a"', '"b"', '""', '"ab"'])
DATES = st.sampled_from(['date("2026-01-01")', 'date("2026-01-02")', '@"2026-02-01"'])
DURATIONS = st.sampled_from(['duration("P1D")', '@"PT2H"'])
OPERAND = st.one_of(NUMBERS, STRINGS, DATES, DURATIONS)
ORDERED = st.one_of(NUMBERS, STRINGS, DATES, DURATIONS)


@st.composite
def cells_of_one_kind(draw):
    operands = draw(st.sampled_from([NUMBERS, STRINGS, DATES, DURATIONS]))

    def one():
        shape = draw(st.sampled_from(["equal", "compare", "range", "not equal"]))
        if shape == "equal":
            return draw(operands)
        if shape == "not equal":
            return f"!= {draw(operands)}"
        if shape == "compare":
            return f"{draw(st.sampled_from(['<', '<=', '>', '>=', '=']))} {draw(operands)}"
        start, end = draw(st.sampled_from("[(]")), draw(st.sampled_from("])["))
        return f"{start}{draw(operands)}..{draw(operands)}{end}"

    def condition():
        comparison = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
        sides = [draw(operands), "?"]
        if draw(st.booleans()):
            sides.reverse()
        return f" {comparison} ".join(sides)

    if draw(st.integers(0, 3)) == 0:
        text = f" {draw(st.sampled_from(['and', 'or']))} ".join([condition(), condition()])
        return f"not({text})" if draw(st.booleans()) else text
    text = ", ".join(one() for _ in range(draw(st.integers(1, 3))))
    return f"not({text})" if draw(st.booleans()) else text


MIXED = st.one_of(
    cells_of_one_kind(),
    st.sampled_from(
        [
            "-",
            "true",
            "false",
            "null",
            "not(null)",
            "not(true)",
            '["a", "b"]',
            '1, "a"',
            "null, 1",
            "!= null",
            'not(1, "a")',
        ]
    ),
)
VALUES = st.sampled_from(
    [
        None,
        True,
        False,
        *map(Decimal, ["0", "1", "1.0", "2", "2.25", "2.5", "-1", "10", "11"]),
        "a",
        "b",
        "",
        "ab",
        "c",
        Date(2026, 1, 1),
        Date(2026, 1, 2),
        Date(2026, 1, 15),
        DaysTimeDuration.of(86_400),
        DaysTimeDuration.of(7_200),
        YearsMonthsDuration(3),
    ]
)


def evaluation() -> Evaluation:
    return Evaluation(datetime(2026, 1, 1, tzinfo=UTC))


@settings(max_examples=1500, deadline=None)
@given(MIXED, VALUES)
def test_a_region_accepts_what_the_cell_accepts(cell, value):
    tests = compile_unary_tests(cell)
    region = region_of(tests.tree, cell)
    if region is None:
        return
    hit = tests.evaluate(value, {}, evaluation()) is True
    if value is None:
        assert region.null is hit
        return
    kind, key = point(value)
    assert region.accepts(kind, key) is hit


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(MIXED, MIXED), min_size=1, max_size=12),
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6),
)
def test_looking_rules_up_finds_what_trying_each_finds(rows, inputs):
    cells = [[compile_unary_tests(cell) for cell in column] for column in zip(*rows, strict=True)]
    regions = [
        [region_of(cell.tree, text) for cell, text in zip(column, texts, strict=True)]
        for column, texts in zip(cells, zip(*rows, strict=True), strict=True)
    ]
    index = RuleIndex(cells, regions, len(rows))
    for values in inputs:
        tried = [
            rule
            for rule in range(len(rows))
            if all(
                column[rule].evaluate(value, {}, evaluation()) is True
                for column, value in zip(cells, values, strict=True)
            )
        ]
        assert index.matches(values, {}, Run(evaluation())) == tried
