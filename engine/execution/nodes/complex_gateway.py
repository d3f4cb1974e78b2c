"""Complex gateways: joins that go on when their activation condition says so, then wait for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.execution.nodes.flow_node import Route
from engine.execution.nodes.gateways import CONSUMED, InclusiveGateway, places
from engine.execution.token import Token
from engine.feel import Expression

if TYPE_CHECKING:
    from engine.execution.instance import Instance

COUNT = "activationCount"
WAITING = "waitingForStart"
OWN_NAMES = frozenset({COUNT, WAITING})
"""What its expressions can read of the gateway itself (BPMN 2.0 §10.6.5)."""


class ComplexGateway(InclusiveGateway):
    """BPMN 2.0 §13.4.5: a gateway with two phases.

    While it waits for its start it goes on as soon as the activation condition is true of the
    tokens that have come. Then it waits for a token on every other incoming flow by which one can
    still come, consumes those and starts anew. Each time it takes the outgoing flows whose
    condition is true; the second time there may be none, and a default flow is not taken.
    """

    activation: Expression | None = None

    def arrive(self, instance: Instance, scope: Token, flow_id: str | None) -> None:
        if len(self.incoming) <= 1 or flow_id is None:
            self._send(instance, scope, 1, waiting=True)
            return
        counts = scope.arrived.setdefault(self.name, {})
        counts[flow_id] = counts.get(flow_id, 0) + 1
        instance.joining[scope.id] = scope
        self._try(instance, scope)

    def _try(self, instance: Instance, scope: Token) -> None:
        """Go on if this is the first phase and the activation condition is true."""
        counts = scope.arrived[self.name]
        if self.activation is None or any(flow.startswith(CONSUMED) for flow in counts):
            return
        # It sees the gateway's own facts without keeping the scope alive.
        asking = Token(instance, self, scope, armed=True)
        asking.data = {COUNT: Decimal(len(counts)), WAITING: True}
        active = instance.evaluate(self.activation, asking) is True
        instance.remove(asking)
        if not active:
            return
        number = len(counts)
        for flow in list(counts):
            self._consume(counts, flow)
            counts[CONSUMED + flow] = 1
        self._send(instance, scope, number, waiting=True)

    def released(self, instance: Instance, scope: Token) -> bool:
        """End the second phase when no token can come any more by a flow that lacks one."""
        counts = scope.arrived[self.name]
        done = [flow for flow in self.incoming if CONSUMED + flow in counts]
        if not done:
            return False
        rest = [flow for flow in self.incoming if flow not in done]
        here = [flow for flow in rest if flow in counts]
        empty = [flow for flow in rest if flow not in counts]
        if any(
            self._reaches(place, empty) and not self._reaches(place, [*here, *done])
            for place in places(scope, self.name)
        ):
            return False
        for flow in here:
            self._consume(counts, flow)
        for flow in done:
            del counts[CONSUMED + flow]
        self._send(instance, scope, len(here), waiting=False)
        if counts:
            self._try(instance, scope)
        else:
            del scope.arrived[self.name]
            if not scope.arrived:
                instance.joining.pop(scope.id, None)
        return True

    def choose(self, token: Token) -> Sequence[Route]:
        if token.data.get(WAITING) is True:
            return super().choose(token)
        return [
            route
            for route in self.routes
            if not route.is_default
            and (route.condition is None or self.holds(token, route.flow, route.condition))
        ]

    def _send(self, instance: Instance, scope: Token, number: int, *, waiting: bool) -> None:
        token = Token(instance, self, scope)
        token.data = {COUNT: Decimal(number), WAITING: waiting}
        self._update(token)

    @staticmethod
    def _consume(counts: dict[str, int], flow: str) -> None:
        counts[flow] -= 1
        if not counts[flow]:
            del counts[flow]
