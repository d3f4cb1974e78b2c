"""Processes made at random run alike stored at every step, in memory, and by the standard's token game."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.waits import ConditionWait, SubscriptionWait, TimerWait, UserTaskWait, Wait
from tests.unit.execution.diagrams import NOW, World, parse, problems_of
from tests.unit.execution.random_processes import drawn
from tests.unit.execution.token_game import Game

RUNS = int(os.environ.get("RANDOM_RUNS", "200"))
"""How many random processes are run; the nightly run takes thousands."""

MOST_STEPS = 600
CALM = 150
"""After so many steps nothing is begun any more that would come again and again."""

LIST = ["a", "b", "c"]


def minute(instant: datetime) -> int:
    """Return an instant in minutes from the beginning."""
    return round((instant - NOW) / timedelta(minutes=1))


def told(wait: Wait) -> tuple[str, str, int | None]:
    """Return a wait as the token game tells it."""
    if isinstance(wait, TimerWait):
        return wait.element_id, "timer", minute(wait.due_at)
    if isinstance(wait, ConditionWait):
        return wait.element_id, "condition", None
    return wait.element_id, "user" if isinstance(wait, UserTaskWait) else "message", None


def passed(world: World) -> Counter[str]:
    """Return how often each element was passed."""
    return Counter(e.element_id for e in world.events if e.kind == "element_completed")


@settings(max_examples=RUNS, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_a_random_process_runs_as_the_standard_says_stored_or_not(seed: int) -> None:
    source = drawn(random.Random(seed))
    assert not {p.code for p in problems_of(source)} & {"hangs", "may_hang"}
    chance = random.Random(seed + 1)
    game = Game(source, n=1, length=len(LIST))
    specs = parse(source)
    worlds = [World(specs, stored=stored).start(n=1, list=LIST) for stored in (True, False)]
    for number in range(MOST_STEPS):
        waits = sorted((told(wait) for wait in worlds[0].waits()), key=str)
        assert waits == game.waiting()
        assert waits == sorted((told(wait) for wait in worlds[1].waits()), key=str)
        if worlds[0].state != "running":
            break
        assert waits
        if number > CALM:
            waits = [w for w in waits if not (w[0].startswith("handler") and w[1] == "message")]
        element, kind, due = chance.choice(waits)
        n = chance.randint(0, 6) if number < CALM else 0
        if kind == "user":
            game.complete(element, n)
        elif kind == "message":
            game.deliver(element, n)
        elif kind == "condition":
            n = chance.randint(0, 60)
            game.change(n)
        else:
            late = chance.random() < 0.2
            now = max(game.now, due or 0) + (chance.randint(1, 3000) if late else 0)
            if chance.random() < 0.3:
                now = game.now + 7
            game.advance(now)
        for world in worlds:
            if kind == "user":
                world.complete(element, n=n)
            elif kind == "message":
                world.deliver(element, n=n)
            elif kind == "condition":
                world.step(lambda e, n=n: e.set_variables({"n": Decimal(n)}))
            else:
                world.now = NOW + timedelta(minutes=game.now)
                world.step()
    assert [world.state for world in worlds] == ["completed", "completed"]
    assert game.root is None
    assert passed(worlds[0]) == passed(worlds[1]) == game.passed
    assert [(e.kind, e.element_id, e.at) for e in worlds[0].events] == [
        (e.kind, e.element_id, e.at) for e in worlds[1].events
    ]


@pytest.mark.parametrize("seed", range(20))
def test_the_change_of_the_waits_is_what_lies_between_two_documents(seed: int) -> None:
    chance = random.Random(seed)
    world = World(parse(drawn(random.Random(seed)))).start(n=1, list=["a", "b", "c"])
    for number in range(60):
        if world.state != "running":
            break
        before = world.outcome.waits
        wait = chance.choice(world.waits())
        if isinstance(wait, UserTaskWait):
            world.complete(wait.element_id, n=number % 7)
        elif isinstance(wait, SubscriptionWait):
            world.deliver(wait.element_id)
        elif isinstance(wait, TimerWait):
            world.now = max(world.now, wait.due_at)
            world.step()
        else:
            world.step(lambda e, n=number: e.set_variables({"n": Decimal(n)}))
        expected = world.outcome.waits.since(before)
        assert set(world.change.added) == set(expected.added)
        assert set(world.change.removed) == set(expected.removed)
        assert set(world.change.changed) == set(expected.changed)
