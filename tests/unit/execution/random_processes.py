"""Draws structured processes at random: blocks with one way in and one way out. Runs nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.unit.execution.diagrams import (
    condition,
    event,
    event_sub_process,
    flow,
    flows,
    node,
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

    def duration(self) -> str:
        """Return a duration; no two are alike, so that no two timers fall due together."""
        return f"PT{self.chance.randint(1, 40)}H{self.count + 1}M"

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
                self.looped,
            ]
        return self.chance.choice(kinds)(depth - 1)

    def task(self, depth: int) -> tuple[str, str]:
        self.tasks += 1
        name = self.add("userTask")
        return name, name

    def catch(self, depth: int) -> tuple[str, str]:
        name = self.id("wait")
        kind = self.chance.randrange(4)
        if kind == 0:
            said = f"= modulo(n, {self.chance.randint(2, 5)}) = {self.chance.randint(0, 1)}"
            catch = "intermediateCatchEvent"
            self.parts.append(node(catch, name, inside=condition(said, f"{name}_d")))
        elif kind < 3:
            self.parts.append(timer(name, self.duration()))
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

    def sub_process(
        self, depth: int, attributes: str = "", *, ask: bool = False
    ) -> tuple[str, str]:
        inner = Maker(self.chance, self.count)
        start, end = inner.id("start"), inner.id("end")
        first, last = inner.block(depth)
        if ask:
            # Every round asks anew whether there is another.
            question, _ = inner.task(0)
            inner.parts.append(flow(last, question))
            last = question
        inner.parts += [node("startEvent", start), node("endEvent", end)]
        inner.parts += [flow(start, first), flow(last, end)]
        if self.chance.random() < 0.3:
            inner.handler()
        self.count, self.tasks = inner.count, self.tasks + inner.tasks
        name = self.add("subProcess", inside=attributes + "".join(inner.parts))
        return name, name

    def handler(self) -> None:
        """Add an event sub-process to the scope."""
        name = self.id("handler")
        definition = '<bpmn:messageEventDefinition id="{}_d" messageRef="m"/>'
        if self.chance.random() < 0.5:
            definition = (
                '<bpmn:timerEventDefinition id="{}_d"><bpmn:timeDuration '
                'xsi:type="bpmn:tFormalExpression">'
                f"{self.duration()}</bpmn:timeDuration></bpmn:timerEventDefinition>"
            )
        interrupting = self.chance.random() < 0.5
        self.parts.append(
            event_sub_process(name, definition.format(name), interrupting=interrupting)
        )

    def looped(self, depth: int) -> tuple[str, str]:
        return self.sub_process(
            0,
            "<bpmn:standardLoopCharacteristics><bpmn:loopCondition "
            'xsi:type="bpmn:tFormalExpression">= modulo(n, 3) = 1</bpmn:loopCondition>'
            "</bpmn:standardLoopCharacteristics>",
            ask=True,
        )

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
        self.parts.append(timer(guard, self.duration(), on=name, interrupting=interrupting))
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


def drawn(chance: random.Random) -> str:
    """Return a process made at random."""
    maker = Maker(chance)
    first, last = maker.sequence(chance.randint(2, 5))
    maker.parts += [node("startEvent", "start"), node("endEvent", "end")]
    if chance.random() < 0.3:
        maker.handler()
    maker.parts += [flows(f"start {first}", f"{last} end")]
    return process(*maker.parts, before='<bpmn:message id="m" name="m"/>')
