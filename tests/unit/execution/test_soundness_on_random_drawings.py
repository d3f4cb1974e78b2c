"""The lint for hanging joins and missing synchronisation says what the token game finds, on any drawing."""

from __future__ import annotations

import os
import random
from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.execution.diagrams import (
    extension,
    flow,
    flows,
    node,
    problems_of,
    process,
    start_end,
    user,
)
from tests.unit.execution.every_choice import Choices, TooMany

RUNS = int(os.environ.get("RANDOM_RUNS", "200"))
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def wired(chance: random.Random) -> str:
    """Draw gateways and tasks with flows between them at random: most joins are wrong somehow."""
    kinds = {
        f"n{number}": chance.choice([*GATEWAYS, *GATEWAYS, "userTask"])
        for number in range(chance.randint(3, 8))
    }
    names = list(kinds)
    ways: dict[str, list[str]] = {name: [] for name in names}
    entered = {names[0]}
    for number, name in enumerate(names):
        most = 1 if kinds[name] == "userTask" else 3
        # Mostly forwards, so that there are ends; sometimes back, for loops.
        ahead = [*names[number + 1 :], "end"]
        for _ in range(chance.randint(1, most)):
            back = chance.random() < 0.12
            to = chance.choice(names if back else ahead[:4])
            if to not in ways[name]:
                ways[name].append(to)
                entered.add(to)
    for number, name in enumerate(names):
        if name not in entered:
            ways[names[chance.randrange(number)]].append(name)
    parts = [start_end(), flow("start", names[0])]
    for name, kind in kinds.items():
        default = ""
        for place, to in enumerate(ways[name]):
            condition = None
            if kind in ("exclusiveGateway", "inclusiveGateway") and len(ways[name]) > 1:
                condition = "= yes"
                if place == 0 and (kind == "exclusiveGateway" or chance.random() < 0.7):
                    condition, default = None, f'default="{name}_{to}"'
            parts.append(flow(name, to, condition))
        parts.append(node(kind, name, default))
    return process(*parts)


@settings(max_examples=RUNS, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_the_lint_finds_what_the_token_game_finds(seed: int) -> None:
    source = wired(random.Random(seed))
    found: dict[str, set[str | None]] = {}
    for problem in problems_of(source):
        found.setdefault(problem.code, set()).add(problem.element_id)
    assume("unreachable" not in found)
    try:
        told = Choices(source).told()
    except TooMany:
        assume(False)
    hanging = found.get("hangs", set()) | found.get("may_hang", set())
    assert hanging == told.stuck
    assert ("hangs" in found) == bool(told.stuck and not told.ends)
    assert ("never_ends" in found) == (not told.stuck and not told.ends)
    if "hangs" not in found:
        met = found.get("missing_synchronisation", set())
        assert met <= told.meetings
        assert bool(met) == bool(told.meetings)


def test_the_random_drawings_have_what_the_lint_looks_for() -> None:
    found = Counter(
        code
        for seed in range(60)
        for code in {problem.code for problem in problems_of(wired(random.Random(seed)))}
    )
    for code in ("hangs", "may_hang", "missing_synchronisation"):
        assert 5 < found[code] < 50


def test_a_way_that_only_leads_round_never_ends() -> None:
    gateway = node("exclusiveGateway", "again", 'default="again_end"')
    bare = [node("startEvent", "start"), user("a"), node("exclusiveGateway", "merge")]
    closed = process(*bare, flows("start merge a merge"))
    open_ended = process(
        *bare,
        gateway,
        node("endEvent", "end"),
        flows("start merge a again"),
        flow("again", "merge", "= more"),
        flow("again", "end"),
    )
    assert "never_ends" in {problem.code for problem in problems_of(closed)}
    assert "never_ends" not in {problem.code for problem in problems_of(open_ended)}


def test_branches_may_meet_unsynchronised_where_the_owner_says_so() -> None:
    said = extension(
        '<camunda:properties><camunda:property name="merges" value="each"/></camunda:properties>'
    )

    def codes(inside: str) -> set[str]:
        source = process(
            start_end(),
            node("parallelGateway", "split"),
            user("a", "b"),
            node("exclusiveGateway", "merge", inside=inside),
            flows("start split a merge end", "split b merge"),
        )
        return {problem.code for problem in problems_of(source)}

    assert "missing_synchronisation" in codes("")
    assert "missing_synchronisation" not in codes(said)
