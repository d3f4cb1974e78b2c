"""Splits take the flows whose conditions are true; joins wait for what can still come, in loops too."""

from __future__ import annotations

import random

import pytest

from engine.execution import HungProcess, NoFlowTaken
from tests.unit.execution.diagrams import begin, flow, flows, node, process, start_end, user


@pytest.fixture(params=[True, False], ids=["stored at every step", "in memory"])
def stored(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def exclusive(id: str, default: str = "") -> str:
    return node("exclusiveGateway", id, f'default="{default}"' if default else "")


def parallel(*ids: str) -> str:
    return "".join(node("parallelGateway", id) for id in ids)


def inclusive(id: str, default: str = "") -> str:
    return node("inclusiveGateway", id, f'default="{default}"' if default else "")


LOOP_WITH_JOIN = process(
    start_end(),
    exclusive("merge"),
    parallel("split", "join"),
    user("a", "b", "review"),
    exclusive("again", default="again_end"),
    flows("start merge split a join review again end", "split b join"),
    flow("again", "merge", "= more"),
)


def test_an_exclusive_gateway_takes_the_first_true_flow_or_its_default(stored: bool) -> None:
    source = process(
        start_end(),
        exclusive("x", default="x_c"),
        user("a", "b", "c"),
        flows("start x c end", "a end", "b end"),
        flow("x", "a", "= amount > 10"),
        flow("x", "b", "= amount > 5"),
    )
    assert begin(source, stored=stored, amount=20).open() == ["a"]
    assert begin(source, stored=stored, amount=7).open() == ["b"]
    assert begin(source, stored=stored, amount=1).open() == ["c"]


def test_a_condition_that_is_not_a_boolean_does_not_hold_and_leaves_a_trace() -> None:
    source = process(
        start_end(),
        exclusive("x", default="x_b"),
        user("a", "b"),
        flows("start x b end", "a end"),
        flow("x", "a", "= unknown"),
    )
    world = begin(source)
    assert world.open() == ["b"]
    assert "expression_warning" in {event.kind for event in world.events}


def test_no_true_condition_and_no_default_undoes_the_step() -> None:
    source = process(
        start_end(),
        exclusive("x"),
        user("a", "b"),
        flows("start x", "a end", "b end"),
        flow("x", "a", "= amount > 10"),
        flow("x", "b", "= amount > 5"),
    )
    with pytest.raises(NoFlowTaken, match="amount > 5"):
        begin(source, amount=1)


@pytest.mark.parametrize("seed", range(20))
def test_a_parallel_join_in_a_loop_waits_for_both_branches_in_every_round(
    seed: int, stored: bool
) -> None:
    chance = random.Random(seed)
    world = begin(LOOP_WITH_JOIN, stored=stored, more=True)
    for round_ in range(4):
        assert world.open() == ["a", "b"]
        first, second = chance.sample(["a", "b"], 2)
        world.complete(first)
        assert world.open() == [second], f"the join fired early in round {round_}"
        world.complete(second)
        assert world.open() == ["review"]
        world.complete("review", more=round_ < 3)
    assert world.state == "completed"


def test_an_inclusive_split_and_join_waits_only_for_the_branches_taken(stored: bool) -> None:
    source = process(
        start_end(),
        inclusive("split", default="split_c"),
        inclusive("join"),
        user("a", "b", "c", "after"),
        flows("start split c join after end", "a join", "b join"),
        flow("split", "a", "= x > 1"),
        flow("split", "b", "= x > 2"),
    )
    world = begin(source, stored=stored, x=2)
    assert world.open() == ["a"]
    assert world.complete("a").open() == ["after"]
    world = begin(source, stored=stored, x=3)
    assert world.complete("b").open() == ["a"]
    assert world.complete("a").open() == ["after"]
    world = begin(source, stored=stored, x=0)
    assert world.complete("c").open() == ["after"]
    assert world.complete("after").state == "completed"


def test_an_inclusive_join_goes_on_when_the_other_branch_ends_elsewhere(stored: bool) -> None:
    source = process(
        start_end(),
        node("endEvent", "gone"),
        parallel("split"),
        inclusive("join"),
        exclusive("leave", default="leave_gone"),
        user("a", "b", "after"),
        flows("start split a join after end", "split b leave gone"),
        flow("leave", "join", "= stay"),
    )
    world = begin(source, stored=stored, stay=False)
    assert world.complete("a").open() == ["b"]
    assert world.complete("b").open() == ["after"]
    world = begin(source, stored=stored, stay=True)
    assert world.complete("a").open() == ["b"]
    assert world.complete("b").open() == ["after"]
    assert world.complete("after").state == "completed"


@pytest.mark.parametrize("seed", range(10))
def test_an_inclusive_join_in_a_loop_fires_once_a_round(seed: int, stored: bool) -> None:
    source = process(
        start_end(),
        exclusive("merge"),
        inclusive("split"),
        inclusive("join"),
        user("a", "b", "review"),
        exclusive("again", default="again_end"),
        flows("start merge split", "a join", "b join", "join review again end"),
        flow("split", "a", "= true"),
        flow("split", "b", "= both"),
        flow("again", "merge", "= more"),
    )
    chance = random.Random(seed)
    world = begin(source, stored=stored, both=True, more=True)
    for round_ in range(5):
        order = world.open()
        chance.shuffle(order)
        for index, task in enumerate(order):
            world.complete(task)
            left = list(order[index + 1 :])
            assert world.open() == (sorted(left) if left else ["review"])
        world.complete("review", more=round_ < 4, both=chance.random() < 0.5)
    assert world.state == "completed"


def test_a_step_after_which_nothing_can_happen_any_more_is_refused() -> None:
    source = process(
        start_end(),
        parallel("split", "join"),
        exclusive("x", default="x_join"),
        user("a", "b"),
        flows("start split a join end", "split b x join"),
        flow("x", "end", "= called_off"),
    )
    world = begin(source).complete("a")
    with pytest.raises(HungProcess, match=r"join.*x_join"):
        world.complete("b", called_off=True)
    assert world.outcome.state == "running"
    assert world.complete("b").state == "completed"


def test_a_task_with_two_flows_splits_and_a_merge_runs_the_next_task_twice(stored: bool) -> None:
    source = process(start_end(), user("a", "b", "c", "d"), flows("start a b d end", "a c d"))
    world = begin(source, stored=stored)
    assert world.complete("a").open() == ["b", "c"]
    assert world.complete("b").open() == ["c", "d"]
    assert world.complete("c").open() == ["d", "d"]
    assert world.complete("d").complete("d").state == "completed"


def test_conditions_on_the_flows_out_of_a_task_are_honoured() -> None:
    source = process(
        start_end(),
        user("b", "c"),
        node("userTask", "a", 'default="a_c"'),
        flows("start a c end", "b end"),
        flow("a", "b", "= x = 1"),
    )
    assert begin(source).complete("a", x=1).open() == ["b"]
    assert begin(source).complete("a", x=2).open() == ["c"]


@pytest.mark.parametrize("seed", range(15))
def test_nested_splits_end_alike_whatever_the_order_of_completion(seed: int) -> None:
    source = process(
        start_end(),
        parallel("s1", "j1", "s2", "j2"),
        inclusive("s3", default="s3_h"),
        inclusive("j3"),
        user("a", "b", "c", "d", "f", "g", "h", "last"),
        flows("start s1 a s2 b j2 d j1 last end", "s2 c j2", "s1 f s3 h j3 j1", "g j3"),
        flow("s3", "g", "= wide"),
    )
    chance = random.Random(seed)
    results = []
    for stored in (True, False):
        world = begin(source, stored=stored, wide=True)
        ran = []
        while world.state == "running":
            task = random.Random(f"{seed} {len(ran)}").choice(world.open())
            ran.append(task)
            world.complete(task)
        results.append((ran, world.passed()))
    assert results[0] == results[1]
    assert results[0][0].count("last") == 1
    assert chance is not None
