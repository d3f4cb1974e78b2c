"""A token goes along the flows, waits at user tasks, and the instance ends with its last token."""

from __future__ import annotations

import pytest

from engine.execution import TokenNotWaiting
from tests.unit.execution.diagrams import begin, flows, process, start_end, user


def test_an_instance_waits_at_its_first_user_task_and_ends_after_its_last() -> None:
    world = begin(process(start_end(), user("a", "b"), flows("start a b end")))
    assert world.open() == ["a"]
    world.complete("a", amount=3, by="ada")
    assert world.open() == ["b"]
    assert world.state == "running"
    world.complete("b")
    assert world.state == "completed"
    assert world.waits() == []
    assert str(world.outcome.variables["amount"]) == "3"


def test_a_task_completed_twice_is_refused() -> None:
    world = begin(process(start_end(), user("a", "b"), flows("start a b end")))
    token = world.waits()[0].token_id
    world.complete("a")
    with pytest.raises(TokenNotWaiting):
        world.step(lambda e: e.complete_user_task(token, {}))
    with pytest.raises(TokenNotWaiting):
        world.step(lambda e: e.complete_user_task("0" * 32, {}))
