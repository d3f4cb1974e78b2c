"""Every hit policy turns matching rules into the result that the standard gives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.dmn import ResultNotMappable, map_result, parse
from engine.dmn.loader import load

RULES = [["<= 10", '"low"'], ["> 5", '"high"'], ["> 8", '"high"']]
ALLOWED = '"high","low"'


@pytest.fixture
def decide(dmn, evaluation):
    def run(
        value, hit_policy, aggregation="", rules=RULES, defaults=(), allowed=(ALLOWED,), kind=""
    ):
        source = dmn.model(
            dmn.decision(
                dmn.table(
                    [("n", "number")],
                    [("level", kind, *allowed)],
                    rules,
                    hit_policy,
                    aggregation,
                    defaults,
                )
            )
        )
        # Overlapping rules under UNIQUE and ANY are refused at deployment; here they run.
        model, _ = load(source, file="x.dmn")
        return model.decisions["answer"].evaluate({"n": Decimal(value)}, evaluation())

    return run


def test_unique_gives_the_one_rule_that_applies(decide):
    result = decide(3, "UNIQUE")
    assert result.value == "low"
    assert [hit.index for hit in result.rules] == [1]


def test_unique_with_several_rules_is_null_and_says_which(decide):
    result = decide(7, "UNIQUE")
    assert result.value is None
    assert result.rows == ()
    assert result.rules == ()
    assert "rules 1, 2 apply at once" in result.warnings[0].message


def test_any_gives_what_all_rules_agree_on(decide):
    result = decide(20, "ANY")
    assert result.value == "high"
    assert decide(7, "ANY").value is None


def test_first_gives_the_first(decide):
    assert decide(7, "FIRST").value == "low"
    assert decide(20, "FIRST").value == "high"


def test_priority_gives_the_best_output_of_the_list(decide):
    result = decide(7, "PRIORITY")
    assert result.value == "high"
    assert [hit.index for hit in result.rules] == [2]


def test_rule_order_lists_in_the_order_of_rules(decide):
    assert decide(9, "RULE ORDER").value == ["low", "high", "high"]


def test_output_order_lists_the_best_output_first(decide):
    result = decide(9, "OUTPUT ORDER")
    assert result.value == ["high", "high", "low"]
    assert [hit.index for hit in result.rules] == [2, 3, 1]


def test_collect_lists_every_output(decide):
    result = decide(9, "COLLECT")
    assert result.value == ["low", "high", "high"]
    assert result.rows == ({"level": "low"}, {"level": "high"}, {"level": "high"})


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("SUM", "6.6"), ("MIN", "1.1"), ("MAX", "3.3"), ("COUNT", "3")],
)
def test_collect_aggregates_exactly(decide, aggregation, expected):
    rules = [["> 0", "1.1"], ["> 0", "2.2"], ["> 0", "3.3"]]
    result = decide(1, "COLLECT", aggregation, rules, allowed=(), kind="number")
    assert result.value == Decimal(expected)
    assert result.rows == ({"level": Decimal(expected)},)


@pytest.mark.parametrize(
    ("hit_policy", "aggregation", "expected"),
    [
        ("UNIQUE", "", None),
        ("FIRST", "", None),
        ("RULE ORDER", "", []),
        ("COLLECT", "", []),
        ("COLLECT", "SUM", None),
        ("COLLECT", "MIN", None),
        ("COLLECT", "COUNT", 0),
    ],
)
def test_when_no_rule_applies(decide, hit_policy, aggregation, expected):
    result = decide(0, hit_policy, aggregation, [["> 5", "1"]], allowed=())
    assert result.value == expected
    assert result.rules == ()


def test_the_default_output_takes_the_place_of_a_missing_rule(decide):
    result = decide(0, "UNIQUE", rules=[["> 5", '"high"']], defaults=['"low"'])
    assert result.value == "low"
    assert result.rows == ({"level": "low"},)
    assert result.rules == ()
    assert result.warnings == ()


def test_several_outputs_give_a_context(dmn, evaluation):
    source = dmn.model(
        dmn.decision(
            dmn.table(
                [("n", "number")],
                [("level", "string"), ("days", "number")],
                [["< 5", '"low"', "28"], [">= 5", '"high"', "n * 2"]],
            )
        )
    )
    model, problems = parse(source, file="x.dmn")
    assert problems == []
    result = model.decisions["answer"].evaluate({"n": Decimal(6)}, evaluation())
    assert result.value == {"level": "high", "days": 12}


def test_a_boolean_input_is_not_a_number(dmn, evaluation):
    source = dmn.model(
        dmn.decision(dmn.table([("x", "")], [("y", "")], [["1", '"one"']], "COLLECT"))
    )
    model, _ = parse(source, file="x.dmn")
    assert model.decisions["answer"].evaluate({"x": True}, evaluation()).value == []
    assert model.decisions["answer"].evaluate({"x": Decimal("1.0")}, evaluation()).value == ["one"]


def test_an_input_outside_the_values_of_its_column_is_null_and_says_so(dmn, evaluation):
    source = dmn.model(
        dmn.decision(
            dmn.table(
                [("x", "string", '"a","b"')], [("y", "")], [['"a"', "1"], ["-", "2"]], "FIRST"
            )
        )
    )
    model, _ = parse(source, file="x.dmn")
    result = model.decisions["answer"].evaluate({"x": "c"}, evaluation())
    assert result.value is None
    assert "input values" in result.warnings[0].message


def test_a_wrong_type_is_null_and_a_list_of_one_is_its_item(dmn, evaluation):
    source = dmn.model(dmn.decision(dmn.table([("x", "number")], [("y", "")], [["> 1", "x"]])))
    model, _ = parse(source, file="x.dmn")
    decision = model.decisions["answer"]
    assert decision.evaluate({"x": [Decimal(5)]}, evaluation()).rules
    wrong = decision.evaluate({"x": "five"}, evaluation())
    assert wrong.value is None
    assert any("number" in warning.message for warning in wrong.warnings)


class TestMapping:
    """How a business rule task takes over a result."""

    def test_a_single_rule_maps_in_every_way(self, decide):
        result = decide(3, "UNIQUE")
        assert map_result(result, "singleEntry") == "low"
        assert map_result(result, "singleResult") == {"level": "low"}
        assert map_result(result, "collectEntries") == ["low"]
        assert map_result(result, "resultList") == [{"level": "low"}]

    def test_no_rule_maps_to_null_or_an_empty_list(self, decide):
        result = decide(0, "COLLECT", rules=[["> 5", '"high"']])
        assert map_result(result, "singleEntry") is None
        assert map_result(result, "singleResult") is None
        assert map_result(result, "collectEntries") == []
        assert map_result(result, "resultList") == []

    def test_several_rules_do_not_fit_one_place(self, decide):
        result = decide(9, "COLLECT")
        assert map_result(result, "collectEntries") == ["low", "high", "high"]
        with pytest.raises(ResultNotMappable, match="3 rules"):
            map_result(result, "singleEntry")
        with pytest.raises(ResultNotMappable):
            map_result(result, "singleResult")

    def test_several_outputs_do_not_fit_one_value(self, dmn, evaluation):
        source = dmn.model(
            dmn.decision(dmn.table([("n", "")], [("a", ""), ("b", "")], [["-", "1", "2"]]))
        )
        model, _ = parse(source, file="x.dmn")
        result = model.decisions["answer"].evaluate({"n": None}, evaluation())
        assert map_result(result, "singleResult") == {"a": 1, "b": 2}
        with pytest.raises(ResultNotMappable):
            map_result(result, "singleEntry")

    def test_an_unknown_way_is_refused(self, decide):
        with pytest.raises(ResultNotMappable, match="sometimes"):
            map_result(decide(3, "UNIQUE"), "sometimes")
