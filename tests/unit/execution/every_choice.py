"""Plays every choice of a small drawing in every order, by BPMN 2.0 §13. Shares no code with the engine.

The drawings have user tasks, exclusive, parallel and inclusive gateways, and one start event. A
state is how many tokens stand before each node, by the flow they came by.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.unit.execution.token_game_drawing import BPMN, Drawing

State = tuple[tuple[str, int], ...]
"""Tokens on sequence flows."""


class TooMany(Exception):
    """There are more states than are worth looking at."""


@dataclass
class Told:
    """What can become of a drawing."""

    ends: bool = False
    stuck: set[str] = field(default_factory=set)
    """Joins at which tokens wait when nothing can move any more."""

    meetings: set[str] = field(default_factory=set)
    """Nodes that do not wait and have tokens on two incoming flows at once."""


class Choices:
    """One drawing, and everything that can come of it."""

    def __init__(self, source: str, *, most: int = 1_000) -> None:
        drawing = Drawing(source)
        self.most = most
        self.target = {f.get("id", ""): f.get("targetRef", "") for f in drawing.flows}
        nodes = ["start", *set(self.target.values())]
        self.kind = {node: drawing.kind(node) for node in nodes}
        self.into = {node: drawing.into(node) for node in nodes}
        self.leaves = {node: list(self._leaves(drawing, node)) for node in nodes}
        self.reached = {
            (node, gateway): drawing.flows_reached(node, gateway)
            for gateway in nodes
            if self.kind[gateway] == "inclusiveGateway"
            for node in nodes
        }

    def told(self) -> Told:
        """Look at all states."""
        told = Told()
        first = self._state(dict.fromkeys(self.leaves["start"][0], 1))
        seen, waiting = {first}, [first]
        while waiting:
            state = waiting.pop()
            self._meet(dict(state), told)
            following = {self._state(after) for after in self._following(dict(state))}
            if not state:
                told.ends = True
            elif not following:
                told.stuck |= {self.target[flow] for flow, _ in state}
            for after in following - seen:
                seen.add(after)
                waiting.append(after)
            if len(seen) > self.most or sum(count for _, count in state) > 12:
                raise TooMany
        return told

    @staticmethod
    def _state(tokens: dict[str, int]) -> State:
        return tuple(sorted((flow, count) for flow, count in tokens.items() if count))

    def _meet(self, tokens: dict[str, int], told: Told) -> None:
        by_node: dict[str, set[str]] = {}
        for flow in tokens:
            by_node.setdefault(self.target[flow], set()).add(flow)
        for node, flows in by_node.items():
            joins = self.kind[node] in ("parallelGateway", "inclusiveGateway")
            if len(flows) > 1 and not joins and self.kind[node] != "endEvent":
                told.meetings.add(node)

    def _following(self, tokens: dict[str, int]) -> Iterator[dict[str, int]]:
        for node in {self.target[flow] for flow in tokens}:
            into = self.into[node]
            kind = self.kind[node]
            has = [flow for flow in into if tokens.get(flow)]
            if kind == "parallelGateway":
                takes = [has] if len(has) == len(into) else []
            elif kind == "inclusiveGateway":
                takes = [has] if self._may_go_on(node, set(has), tokens) else []
            else:
                takes = [[flow] for flow in has]
            for taken in takes:
                for left in self.leaves[node]:
                    after = dict(tokens)
                    for flow in taken:
                        after[flow] -= 1
                    for flow in left:
                        after[flow] = after.get(flow, 0) + 1
                    yield after

    def _may_go_on(self, gateway: str, has: set[str], tokens: dict[str, int]) -> bool:
        """§13.4.3, on the flows that hold tokens."""
        for flow in tokens:
            if self.target[flow] == gateway:
                continue
            reached = self.reached[self.target[flow], gateway]
            if reached - has and not reached & has:
                return False
        return True

    @staticmethod
    def _leaves(drawing: Drawing, node: str) -> Iterator[tuple[str, ...]]:
        """Yield the flows by which tokens can leave a node together."""
        out, kind = drawing.out(node), drawing.kind(node)
        names = [flow.get("id", "") for flow in out]
        if kind == "exclusiveGateway" and names:
            yield from ((name,) for name in names)
            return
        conditional = [f for f in out if f.find(f"{BPMN}conditionExpression") is not None]
        if kind == "parallelGateway" or not conditional:
            yield tuple(names)
            return
        default = drawing.nodes[node].get("default")
        free = [flow.get("id", "") for flow in conditional]
        always = [n for n in names if n not in free and n != default]
        for number in range(len(free) + 1):
            for chosen in itertools.combinations(free, number):
                if chosen or always:
                    yield (*always, *chosen)
                elif default:
                    yield (default,)
