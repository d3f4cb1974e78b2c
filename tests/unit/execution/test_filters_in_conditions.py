"""What a filter inside an expression reads: the item, and the variables around it."""

from __future__ import annotations

import pytest

from tests.unit.execution.diagrams import (
    begin,
    condition,
    flow,
    flows,
    node,
    process,
    start_end,
    user,
)

STORED = pytest.mark.parametrize(
    "stored", [True, False], ids=["stored at every step", "in memory"]
)


def caught(said: str) -> str:
    return node("intermediateCatchEvent", "c", inside=condition(said))


@STORED
def test_a_filter_reads_the_variables_around_it(stored: bool) -> None:
    drawn = process(
        start_end(),
        node("exclusiveGateway", "g"),
        user("a", "b"),
        flow("start", "g"),
        flow("g", "a", "= count(wanted[not(list contains(there, item))]) = 1"),
        flow("g", "b", "= count(wanted[not(list contains(there, item))]) != 1"),
        flows("a end", "b end"),
    )
    assert begin(drawn, stored=stored, wanted=["x", "y"], there=["x"]).open() == ["a"]
    assert begin(drawn, stored=stored, wanted=["x", "y"], there=["z"]).open() == ["b"]


@STORED
def test_a_condition_waits_for_a_variable_that_only_its_filter_reads(stored: bool) -> None:
    world = begin(
        process(
            start_end(),
            node("parallelGateway", "split"),
            caught("= count([1, 2, 3][item > least]) = 1"),
            user("a", "b"),
            flows("start split c b end", "split a end"),
        ),
        stored=stored,
        least=0,
    )
    assert world.open() == ["a"]
    world.complete("a", least=2)
    assert world.open() == ["b"]
