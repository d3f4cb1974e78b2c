"""A stored document is small, exact, readable in any layout, and refused when it does not fit."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import execution
from engine.execution import DocumentNotReadable, ReservedName
from engine.execution.variables import Variables
from engine.feel import Value, encode
from tests.unit.execution.diagrams import (
    World,
    begin,
    flows,
    node,
    parse,
    process,
    start_end,
    timer,
    user,
)

TWO = process(
    start_end(),
    node("parallelGateway", "s"),
    user("a", "b"),
    timer("t", "PT1H", on="a"),
    flows("start s a end", "s b end", "t end"),
)
ODD = {
    'quo"te': 1,
    "back\\slash": "x",
    "new\nline": ["a\nb", "\u2028", "\x85"],
    "},": "},",
    '"tokens":[': "]}",
    "typename": {"typename": "x", "@": 1, "$type": "decimal", "format": 9},
    "": "empty name",
    "exact": Decimal("0.10"),
    "long": Decimal("123456789012345678901234567890.25"),
    "day": date(2026, 3, 2),
    "span": timedelta(days=1, seconds=3),
    "nested": {"a": [{"b": None}, [], {}], "key with spaces": True},
}


def test_a_document_is_json_and_holds_live_tokens_only() -> None:
    world = begin(TWO, amount=1)
    content = json.loads(world.outcome.document)
    assert content["format"] == 1
    assert {row[3] for row in content["tokens"]} == {"a", "@t", "b"}
    world.complete("b")
    assert {row[3] for row in json.loads(world.outcome.document)["tokens"]} == {"a", "@t"}
    world.complete("a")
    assert json.loads(world.outcome.document)["tokens"] == []


def test_values_of_every_kind_and_odd_names_survive_storage() -> None:
    world = begin(TWO, **ODD)
    first = {name: encode(value) for name, value in world.outcome.variables.items()}
    world.complete("b", more="x")
    after = {name: encode(value) for name, value in world.outcome.variables.items()}
    assert after == {**first, "more": "x"}
    assert len(first) == len(ODD)


VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_any_variables_survive_storage(values: dict[str, Value]) -> None:
    values = {n: v for n, v in values.items() if n not in ("completed", "process_instance")}
    world = World(SPECS)
    world.execution = execution.start(
        SPECS[0], variables=values, surroundings=world.surroundings(), instance={"id": "i"}
    )
    world._settled()
    loaded = execution.load(SPECS[0], world.outcome.document, world.surroundings())
    assert loaded.outcome().variables == world.outcome.variables
    assert loaded.outcome().document == world.outcome.document


SPECS = parse(TWO)


def test_a_document_that_somebody_laid_out_anew_is_read_all_the_same() -> None:
    world = begin(TWO, amount=1)
    document = world.outcome.document
    for layout in (None, 2):
        again = json.dumps(json.loads(document), indent=layout)
        loaded = execution.load(world.specs[0], again, world.surroundings())
        assert loaded.outcome().document == document


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-5],
        lambda text: "",
        lambda text: "[]",
        lambda text: "null",
        lambda text: "{}",
        lambda text: text.replace('"format":1', '"format":2'),
        lambda text: text.replace('"process":"p"', '"process":"q"'),
        lambda text: text.replace('"a"', '"gone"'),
        lambda text: text.replace('"a",{', '"a",['),
    ],
)
def test_a_document_that_does_not_fit_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    world = begin(TWO, amount=1)
    with pytest.raises(DocumentNotReadable):
        execution.load(world.specs[0], spoil(world.outcome.document), world.surroundings()).waits()


def test_variables_stay_text_until_they_are_read() -> None:
    variables = Variables({"a": "1", "broken": "not json"})
    assert str(variables.get("a")) == "1"
    assert variables.texts()["broken"] == "not json"


def test_reserved_names_are_refused_wherever_they_come_from() -> None:
    with pytest.raises(ReservedName):
        begin(TWO, completed=1)
    world = begin(TWO)
    with pytest.raises(ReservedName):
        world.complete("a", process_instance=1)
    with pytest.raises(ReservedName):
        world.step(lambda e: e.set_variables({"completed": None}))


def test_one_specification_serves_many_instances_and_is_never_changed() -> None:
    specs = parse(TWO)
    before = {name: dict(vars(spec)) for name, spec in specs[0].graph.task_specs.items()}
    worlds = [World(specs).start() for _ in range(3)]
    for world in worlds:
        world.complete("b").later(hours=2)
        assert world.state == "completed"
    after = {name: dict(vars(spec)) for name, spec in specs[0].graph.task_specs.items()}
    assert before == after
