"""Exclusive, parallel and inclusive gateways: splits by condition, joins by counting tokens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.flow_node import FlowNode, Route
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.instance import Instance


CONSUMED = "#"
"""Put before a flow whose token a complex gateway has consumed in its first phase."""


class ExclusiveGateway(FlowNode):
    """Takes the first flow whose condition is true, else the default flow; merges without waiting."""

    def choose(self, token: Token) -> Sequence[Route]:
        for route in self.routes:
            if route.is_default:
                continue
            if route.condition is None or self.holds(token, route.flow, route.condition):
                return (route,)
        return self.default(token)


class Join(FlowNode):
    """A gateway that waits for several tokens.

    Tokens that have arrived are counted in their scope, by flow. A count is all that a join needs
    in a loop: what came in an earlier round was consumed when the join went on.
    """

    def arrive(self, instance: Instance, scope: Token, flow_id: str | None) -> None:
        if len(self.incoming) <= 1 or flow_id is None:
            super().arrive(instance, scope, flow_id)
            return
        counts = scope.arrived.setdefault(self.name, {})
        counts[flow_id] = counts.get(flow_id, 0) + 1
        if len(counts) == len(self.incoming):
            self.go_on(instance, scope)
        else:
            instance.joining[scope.id] = scope

    def go_on(self, instance: Instance, scope: Token) -> None:
        """Consume one token of each flow that has one and send one on."""
        counts = scope.arrived.pop(self.name)
        left = {flow: count - 1 for flow, count in counts.items() if count > 1}
        if left:
            scope.arrived[self.name] = left
        if not scope.arrived:
            instance.joining.pop(scope.id, None)
        else:
            instance.joining[scope.id] = scope
        self._update(Token(instance, self, scope))

    def released(self, instance: Instance, scope: Token) -> bool:
        """Let the join go on if no further token can come; say whether it did."""
        return False


class ParallelGateway(Join):
    """Waits for one token on every incoming flow, then takes every outgoing one."""

    def choose(self, token: Token) -> Sequence[Route]:
        return self.routes


class InclusiveGateway(Join):
    """Takes every flow whose condition is true; waits for every token that can still come."""

    upstream: Mapping[str, frozenset[str]]
    """For each incoming flow the nodes from which a token can reach it without passing here."""

    def released(self, instance: Instance, scope: Token) -> bool:
        """Apply BPMN 2.0 §13.4.3: a token upstream holds the join back while it can reach an
        incoming flow without a token, unless it can as well reach one that has a token.
        """
        arrived = scope.arrived[self.name]
        waiting = [flow for flow in self.incoming if flow in arrived]
        empty = [flow for flow in self.incoming if flow not in arrived]
        if any(
            self._reaches(place, empty) and not self._reaches(place, waiting)
            for place in places(scope, self.name)
        ):
            return False
        self.go_on(instance, scope)
        return True

    def _reaches(self, place: str, flows: Sequence[str]) -> bool:
        return any(place in self.upstream[flow] for flow in flows)


def places(scope: Token, gateway: str) -> Collection[str]:
    """Return the nodes of a scope at which there are tokens, leaving the asking gateway out."""
    names = {child.task_spec.name for child in scope.children if child.keeps_alive}
    names.update(name for name, counts in scope.arrived.items() if waiting_at(counts))
    names.discard(gateway)
    return names


def waiting_at(counts: Mapping[str, int]) -> int:
    """Return how many tokens wait at a join, given what it counts by flow."""
    return sum(count for flow, count in counts.items() if not flow.startswith(CONSUMED))


def upstream_of(gateway: FlowNode, nodes: Collection[FlowNode]) -> dict[str, frozenset[str]]:
    """Return, for each incoming flow of a gateway, the nodes whose tokens can come in by it.

    `nodes` are those of the gateway's scope. A path may leave an activity by its boundary events
    too: a token in the activity can come that way. Paths through the gateway itself do not count.
    """
    sources: dict[str, set[str]] = {node.name: set() for node in nodes}
    flow_sources: dict[str, str] = {}
    for node in nodes:
        for route in node.routes:
            sources[route.target.name].add(node.name)
            flow_sources[route.flow.id] = node.name
        if isinstance(node, Activity):
            for event in node.boundaries:
                if event.name in sources:
                    sources[event.name].add(node.name)
    reaching = {}
    for flow in gateway.incoming:
        found: set[str] = set()
        waiting = [flow_sources[flow]]
        while waiting:
            name = waiting.pop()
            if name not in found and name != gateway.name:
                found.add(name)
                waiting.extend(sources[name])
        reaching[flow] = frozenset(found)
    return reaching
