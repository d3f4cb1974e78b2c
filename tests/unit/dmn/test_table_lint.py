"""What is wrong with a table is found when it is deployed, with rules and a witness."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import parse
from engine.dmn.coverage import Coverage
from engine.dmn.regions import EVERYTHING, Kind, Region, after, before, normal


@pytest.fixture
def lint(dmn):
    def run(inputs, rules, hit_policy="UNIQUE", outputs=(("y", ""),), defaults=(), **more):
        source = dmn.model(
            dmn.decision(dmn.table(inputs, outputs, rules, hit_policy, "", defaults))
        )
        _, problems = parse(source, file="x.dmn", **more)
        return problems

    return run


def codes(problems):
    return [problem.code for problem in problems]


def test_a_sound_table_has_no_findings(lint):
    assert lint([("n", "number")], [["< 10", "1"], ["[10..20)", "2"], [">= 20", "3"]]) == []


def test_overlapping_rules_under_unique_are_named_with_a_witness(lint):
    problems = lint([("n", "number")], [["<= 10", "1"], ["[10..20]", "2"], ["> 20", "3"]])
    assert codes(problems) == ["rules_overlap"]
    assert "rules 1 and 2 both apply to n = 10" in problems[0].message
    assert problems[0].element_id == "rule2"


def test_rules_that_meet_only_in_one_column_do_not_overlap(lint):
    rules = [["< 10", '"a"', "1"], ["< 10", '"b"', "2"], [">= 10", "-", "3"]]
    problems = lint([("n", "number"), ("s", "string", '"a","b"')], rules)
    assert problems == []


def test_any_allows_overlap_with_equal_outputs_only(lint):
    inputs = [("n", "number")]
    assert lint(inputs, [["< 10", "1"], ["> 5", "1"]], "ANY") == []
    assert codes(lint(inputs, [["< 10", "1"], ["> 5", "2"]], "ANY")) == ["rules_overlap"]


def test_a_rule_that_earlier_ones_cover_together_is_never_reached(lint):
    rules = [["< 5", "1"], [">= 5", "2"], ["[0..10]", "3"]]
    problems = lint([("n", "number")], rules, "FIRST")
    assert codes(problems) == ["rule_never_reached"]
    assert "rule 3 can never apply" in problems[0].message


def test_one_earlier_rule_with_a_hole_covers_what_lies_around_its_hole(lint):
    columns = [("a", "string"), ("b", "string")]
    rules = [["-", 'not("x")', "1"], ['"u"', '"y", "z"', "2"], ['"v"', '? != "x"', "3"]]
    problems = lint(columns, [*rules, ["-", "-", "4"]], "FIRST")
    assert ["rule 2" in problems[0].message, "rule 3" in problems[1].message] == [True, True]


def test_under_priority_a_rule_is_never_reached_behind_better_outputs(dmn):
    def never(rules):
        outputs = [("o", "string", '"high","low"')]
        source = dmn.model(dmn.decision(dmn.table([("n", "number")], outputs, rules, "PRIORITY")))
        return [
            p.message for p in parse(source, file="x.dmn")[1] if p.code == "rule_never_reached"
        ]

    assert "rule 1 can never apply" in never([["> 5", '"low"'], ["> 3", '"high"']])[0]
    assert "rule 2 can never apply" in never([["> 3", '"low"'], ["> 5", '"low"']])[0]
    assert never([["> 3", '"low"'], ["> 5", '"high"']]) == []


def test_a_witness_is_written_in_feel(lint):
    rules = [["not(1)", 'duration("P1D")', "1"], ["null", 'duration("P1D")', "2"]]
    message = lint([("n", "number"), ("d", "dayTimeDuration")], rules)[0].message
    assert 'n = null, d = duration("P1D")' in message


def test_a_catch_all_after_complete_rules_still_takes_null(lint):
    assert lint([("n", "number")], [["< 5", "1"], [">= 5", "2"], ["-", "3"]], "FIRST") == []


def test_a_gap_is_a_warning_with_an_input_that_no_rule_takes(lint):
    problems = lint(
        [("n", "number"), ("b", "boolean")], [["< 5", "-", "1"], [">= 5", "true", "2"]]
    )
    assert codes(problems) == ["table_incomplete"]
    assert problems[0].severity == "warning"
    assert "n = 5, b = false" in problems[0].message


def test_a_default_output_closes_every_gap(lint):
    assert lint([("n", "number")], [["< 5", "1"]], defaults=["0"]) == []


def test_no_rule_is_no_gap_where_a_list_is_expected(lint):
    assert lint([("n", "number")], [["< 5", "1"]], "COLLECT") == []


def test_declared_values_bound_what_must_be_covered(lint):
    inputs = [("s", "string", '"a","b","c"')]
    assert lint(inputs, [['"a"', "1"], ['not("a")', "2"]]) == []
    problems = lint(inputs, [['"a"', "1"], ['"b"', "2"]])
    assert 's = "c"' in problems[0].message


def test_whole_numbers_have_no_gap_between_neighbours(lint):
    rules = [["<= 5", "1"], [">= 6", "2"]]
    assert lint([("n", "integer")], rules) == []
    assert codes(lint([("n", "number")], rules)) == ["table_incomplete"]


def test_dates_are_compared_by_day(lint):
    rules = [['<= date("2026-03-31")', "1"], ['>= date("2026-04-01")', "2"]]
    assert lint([("d", "date")], rules) == []
    rules = [['<= date("2026-04-01")', "1"], ['>= date("2026-04-01")', "2"]]
    assert 'd = date("2026-04-01")' in lint([("d", "date")], rules)[0].message


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("number", '"five"'), ("string", "> 5"), ("boolean", '"yes"'), ("date", "5"), ("time", "5")],
)
def test_a_cell_of_the_wrong_type_is_refused(lint, kind, cell):
    assert "cell_never_true" in codes(lint([("x", kind)], [[cell, "1"]], "COLLECT"))


def test_a_value_that_the_column_does_not_allow_is_refused(lint):
    problems = lint([("s", "string", '"low","high"')], [['"Low"', "1"]], "COLLECT")
    assert codes(problems) == ["cell_never_true"]


def test_an_empty_range_is_refused(lint):
    assert codes(lint([("n", "number")], [["(5..5)", "1"]], "COLLECT")) == ["cell_never_true"]


def test_an_output_of_the_wrong_type_is_refused(lint):
    problems = lint([("n", "")], [["-", '"x"']], outputs=[("y", "number")])
    assert codes(problems) == ["output_mismatch"]
    problems = lint([("n", "")], [["-", '"x"']], outputs=[("y", "string", '"a","b"')])
    assert codes(problems) == ["output_mismatch"]


def test_priority_needs_a_list_of_outputs(lint):
    assert codes(lint([("n", "")], [["-", "1"]], "PRIORITY")) == ["no_priorities"]


def test_cells_that_are_not_simple_tests_are_never_blamed(lint):
    rules = [["> limit", "1"], ["< limit", "2"], ["contains(?, 5)", "3"]]
    assert lint([("n", "number")], rules) == []


def test_unknown_names_are_variables_unless_something_is_declared(dmn, lint):
    rules = [["< 5", "1"], [">= 5", "other"]]
    assert lint([("n", "number")], rules) == []
    assert codes(lint([("n", "number")], rules, known_variables=["n"])) == ["unknown_name"]
    table = dmn.table([("n", "number")], [("y", "")], rules)
    source = dmn.model(dmn.input("n", "number"), dmn.decision(table, "input:n"))
    _, problems = parse(source, file="x.dmn")
    assert codes(problems) == ["unknown_name"]
    assert "rule 2" in problems[0].message
    assert "other" in problems[0].message


def test_an_input_that_is_not_connected_is_said_to_be_there(dmn):
    source = dmn.model(dmn.input("n"), dmn.decision(dmn.literal("n + 1")))
    _, problems = parse(source, file="x.dmn")
    assert codes(problems) == ["unknown_name"]
    assert "draw an arrow" in problems[0].message


# Geometry against brute force: whatever the boxes, the searches agree with trying every point.


def interval(low: int, high: int) -> Region:
    return Region({Kind.NUMBER: normal(Kind.NUMBER, [(before(low), after(high))])})


CELLS = st.one_of(
    st.just(EVERYTHING),
    st.builds(lambda a, b: interval(min(a, b), max(a, b)), st.integers(0, 5), st.integers(0, 5)),
)
# The domain has whole numbers at its cuts only, so that whole points decide everything.
DOMAIN = Region({Kind.WHOLE: normal(Kind.WHOLE, [(before(0), after(5))])})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
def test_searches_agree_with_trying_every_point(rows):
    columns = [list(column) for column in zip(*rows, strict=True)]
    coverage = Coverage(columns, [DOMAIN, DOMAIN])
    points = list(itertools.product(range(6), repeat=2))

    def takes(row, place):
        return all(region.accepts(Kind.WHOLE, key) for region, key in zip(row, place, strict=True))

    together = {
        (first, second)
        for first, second in itertools.combinations(range(len(rows)), 2)
        if any(takes(rows[first], p) and takes(rows[second], p) for p in points)
        or all(region.null for region in (*rows[first], *rows[second]))
    }
    nulls_matter = any(region.null for row in rows for region in row)
    found = {(overlap.first, overlap.second) for overlap in coverage.overlaps()}
    if not nulls_matter:
        assert found == together
    assert together <= found
    open_points = [p for p in points if not any(takes(row, p) for row in rows)]
    assert (coverage.gap() is None) == (not open_points)
    if not nulls_matter:
        hidden = {
            index
            for index, row in enumerate(rows)
            if index
            and all(
                any(takes(earlier, p) for earlier in rows[:index]) for p in points if takes(row, p)
            )
        }
        assert set(coverage.never_reached()) == hidden


def test_ten_thousand_rules_are_linted_and_decided_quickly(dmn, evaluation):
    rules = [
        [f'"code{index:05d}"', f"[{index}..{index + 1})", str(index)] for index in range(10_000)
    ]
    source = dmn.model(
        dmn.decision(dmn.table([("code", "string"), ("n", "number")], [("y", "number")], rules))
    )
    model, problems = parse(source, file="big.dmn")
    assert codes(problems) == ["table_incomplete"]
    result = model.decisions["answer"].evaluate(
        {"code": "code07000", "n": Decimal("7000.5")}, evaluation()
    )
    assert result.value == 7000
