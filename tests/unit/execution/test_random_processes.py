"""Processes made at random run alike whether stored at every step or kept in memory, and always end."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from engine.model.waits import SubscriptionWait, TimerWait, UserTaskWait
from tests.unit.execution.diagrams import (
    World,
    event,
    flow,
    flows,
    node,
    parse,
    problems_of,
    process,
    timer,
)


@dataclass
class Maker:
    """Draws blocks that have one way in and one way out; `parts` gathers the XML of a scope."""

    chance: random.Random
    count: int = 0
    tasks: int = 0
    parts: list[str] = field(default_factory=list)

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, kind: str, attributes: str = "", inside: str = "") -> str:
        name = self.id(kind[:4])
        self.parts.append(node(kind, name, attributes, inside))
        return name

    def block(self, depth: int) -> tuple[str, str]:
        """Draw a block; return its first and last node."""
        kinds = [self.task, self.task, self.catch]
        if depth:
            kinds += [
                self.sequence,
                self.parallel,
                self.exclusive,
                self.inclusive,
                self.loop,
                self.sub_process,
                self.guarded,
                self.events,
                self.multi_instance,
            ]
        return self.chance.choice(kinds)(depth - 1)

    def task(self, depth: int) -> tuple[str, str]:
        self.tasks += 1
        name = self.add("userTask")
        return name, name

    def catch(self, depth: int) -> tuple[str, str]:
        name = self.id("wait")
        if self.chance.random() < 0.5:
            self.parts.append(timer(name, f"PT{self.chance.randint(1, 40)}H"))
        else:
            self.parts.append(event("intermediateCatchEvent", name, "message", "m"))
        return name, name

    def sequence(self, depth: int) -> tuple[str, str]:
        first, last = self.block(depth)
        for _ in range(self.chance.randint(1, 2)):
            following, end = self.block(depth)
            self.parts.append(flow(last, following))
            last = end
        return first, last

    def _split(self, kind: str, depth: int, conditions: bool) -> tuple[str, str]:
        split, join = self.id("split"), self.id("join")
        branches = [self.block(depth) for _ in range(self.chance.randint(2, 3))]
        default = ""
        for index, (first, last) in enumerate(branches):
            condition = None
            if conditions and index:
                condition = f"= modulo(n, {self.chance.randint(2, 4)}) = 0"
            elif conditions:
                default = f'default="{split}_{first}"'
            self.parts += [flow(split, first, condition), flow(last, join)]
        self.parts += [node(kind, split, default), node(kind, join)]
        return split, join

    def parallel(self, depth: int) -> tuple[str, str]:
        # An inclusive join waits for the same tokens as a parallel one.
        return self._split("parallelGateway", depth, conditions=False)

    def exclusive(self, depth: int) -> tuple[str, str]:
        return self._split("exclusiveGateway", depth, conditions=True)

    def inclusive(self, depth: int) -> tuple[str, str]:
        return self._split("inclusiveGateway", depth, conditions=True)

    def loop(self, depth: int) -> tuple[str, str]:
        first, last = self.block(depth)
        merge, again = self.add("exclusiveGateway"), self.id("again")
        # Every round asks anew whether there is another.
        ask, done = self.task(0)[0], self.task(0)[0]
        self.parts += [
            node("exclusiveGateway", again, f'default="{again}_{done}"'),
            flow(merge, first),
            flow(last, ask),
            flow(ask, again),
            flow(again, done),
            flow(again, merge, "= modulo(n, 3) = 1"),
        ]
        return merge, done

    def sub_process(self, depth: int, attributes: str = "") -> tuple[str, str]:
        inner = Maker(self.chance, self.count)
        start, end = inner.id("start"), inner.id("end")
        first, last = inner.block(depth)
        inner.parts += [node("startEvent", start), node("endEvent", end)]
        inner.parts += [flow(start, first), flow(last, end)]
        self.count, self.tasks = inner.count, self.tasks + inner.tasks
        name = self.add("subProcess", inside=attributes + "".join(inner.parts))
        return name, name

    def multi_instance(self, depth: int) -> tuple[str, str]:
        sequential = self.chance.choice(["true", "false"])
        return self.sub_process(
            0,
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" '
            'camunda:collection="= list" camunda:elementVariable="item"/>',
        )

    def guarded(self, depth: int) -> tuple[str, str]:
        name, _ = self.chance.choice([self.sub_process, self.task])(depth)
        guard, merge = self.id("guard"), self.add("exclusiveGateway")
        interrupting = self.chance.random() < 0.5
        self.parts.append(
            timer(guard, f"PT{self.chance.randint(1, 30)}H", on=name, interrupting=interrupting)
        )
        first, last = self.task(0)
        self.parts.append(flow(guard, first))
        if interrupting:
            self.parts.append(flow(last, merge))
        else:
            end = self.add("endEvent")
            self.parts.append(flow(last, end))
        self.parts.append(flow(name, merge))
        return name, merge

    def events(self, depth: int) -> tuple[str, str]:
        gateway, merge = self.add("eventBasedGateway"), self.add("exclusiveGateway")
        for _ in range(self.chance.randint(2, 3)):
            name, _ = self.catch(0)
            self.parts += [flow(gateway, name), flow(name, merge)]
        return gateway, merge


def drawn(seed: int) -> str:
    maker = Maker(random.Random(seed))
    first, last = maker.sequence(3)
    maker.parts += [node("startEvent", "start"), node("endEvent", "end")]
    maker.parts += [flows(f"start {first}", f"{last} end")]
    return process(*maker.parts, before='<bpmn:message id="m" name="m"/>')


def lived(source: str, seed: int, *, stored: bool) -> list[tuple[object, ...]]:
    """Run an instance to its end by random acts; return what happened, without token ids."""
    chance = random.Random(seed)
    world = World(parse(source), stored=stored).start(n=1, list=["a", "b", "c"])
    for number in range(600):
        if world.state != "running":
            break
        waits = world.waits()
        assert waits
        wait = chance.choice(waits)
        values = {"n": number % 7}
        if isinstance(wait, UserTaskWait):
            world.complete(wait.element_id, **values)
        elif isinstance(wait, SubscriptionWait):
            world.deliver(wait.element_id, **values)
        elif isinstance(wait, TimerWait) and chance.random() < 0.5:
            world.now = max(world.now, wait.due_at)
            world.step()
        else:
            world.now += timedelta(minutes=7)
            world.step()
    assert world.state == "completed"
    return [(event.kind, event.element_id, event.at) for event in world.events]


@pytest.mark.parametrize("seed", range(60))
def test_a_random_process_runs_alike_stored_and_in_memory_and_ends(seed: int) -> None:
    source = drawn(seed)
    assert not {p.code for p in problems_of(source)} & {"hangs", "may_hang"}
    assert lived(source, seed, stored=True) == lived(source, seed, stored=False)


@pytest.mark.parametrize("seed", range(20))
def test_the_change_of_the_waits_is_what_lies_between_two_documents(seed: int) -> None:
    chance = random.Random(seed)
    world = World(parse(drawn(seed))).start(n=1, list=["a", "b", "c"])
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
        expected = world.outcome.waits.since(before)
        assert set(world.change.added) == set(expected.added)
        assert set(world.change.removed) == set(expected.removed)
        assert set(world.change.changed) == set(expected.changed)
