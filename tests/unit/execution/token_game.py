"""A token game played by the BPMN 2.0 standard (§13), to compare the engine with. Shares no code with it.

It reads the small diagrams that the random tests draw: tasks, timers, messages, gateways, loops,
sub-processes, multi-instance activities, boundary timers and event sub-processes. Tokens are plain
objects, everything is searched anew at every step: slow and simple on purpose. Time is in minutes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.unit.execution.token_game_drawing import BPMN, Drawing, minutes

CONDITION = re.compile(r"= modulo\(n, (\d+)\) = (\d+)")


@dataclass(eq=False)
class Token:
    """A token at a node. One at an activity may have scopes inside it and events on it."""

    node: str
    scope: Scope
    age: int
    inner: list[Scope] = field(default_factory=list)
    due: int | None = None
    events: list[Token] = field(default_factory=list)
    """Boundary events on an activity, or the events that an event-based gateway waits for."""

    left: int = 0
    """Instances of a sequential multi-instance activity that have not begun."""

    ready: bool = False


@dataclass(eq=False)
class Scope:
    """A process or a sub-process that runs."""

    element: ET.Element
    owner: Token | None
    tokens: list[Token] = field(default_factory=list)
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Tokens at joins, by gateway and incoming flow."""

    armed: list[Token] = field(default_factory=list)
    """Event sub-processes that wait for their start."""


class Game:
    """One instance of the first process of a file."""

    def __init__(self, source: str, *, n: int, length: int) -> None:
        self.n, self.length, self.now, self.age = n, length, 0, 0
        self.passed: Counter[str] = Counter()
        self.ready: deque[Token] = deque()
        self.drawing = Drawing(source)
        self.nodes = self.drawing.nodes
        self.root: Scope | None = self._open(self.drawing.process, None)
        self._settle()

    # What can be done

    def waiting(self) -> list[tuple[str, str, int | None]]:
        """Return what waits: element, kind and when it is due, sorted."""
        found: list[tuple[str, str, int | None]] = []
        for token in self._all():
            if token.due is not None:
                found.append((token.node, "timer", token.due))
            elif self.drawing.kind(token.node) == "userTask" and not token.inner:
                found.append((token.node, "user", None))
            elif self.drawing.is_conditional(token.node):
                found.append((token.node, "condition", None))
            elif self.drawing.is_message(token.node):
                found.append((token.node, "message", None))
        return sorted(found, key=str)

    def complete(self, node: str, n: int) -> None:
        """Complete the oldest user task of a node."""
        token = self._oldest(node)
        self.n = n
        self._end_activity(token)
        self._settle()

    def deliver(self, node: str, n: int) -> None:
        """Deliver to the oldest event of a node that waits for a message."""
        token = self._oldest(node)
        self.n = n
        self._happen(token)
        self._settle()

    def change(self, n: int) -> None:
        """Change the variable that conditions read."""
        self.n = n
        self._settle()

    def advance(self, now: int) -> None:
        """Move the clock; timers happen one after another, in the order of their instants."""
        self.now = now
        while True:
            due = [t for t in self._all() if t.due is not None and t.due <= now]
            if not due:
                return
            token = min(due, key=lambda token: (token.due, token.age))
            token.due = None
            self._happen(token)
            self._settle()

    # Tokens

    def _all(self) -> Iterator[Token]:
        waiting = [self.root] if self.root else []
        while waiting:
            scope = waiting.pop()
            for token in [*scope.tokens, *scope.armed]:
                yield token
                yield from token.events
                waiting.extend(token.inner)

    def _oldest(self, node: str) -> Token:
        found = [token for token in self._all() if token.node == node and not token.inner]
        return min(found, key=lambda token: token.age)

    def _token(self, node: str, scope: Scope) -> Token:
        self.age += 1
        token = Token(node, scope, self.age)
        if self.drawing.is_timer(node):
            token.due = self.now + minutes(self.nodes[node].findtext(f".//{BPMN}timeDuration", ""))
        return token

    # Moving

    def _open(self, element: ET.Element, owner: Token | None) -> Scope:
        scope = Scope(element, owner)
        if owner is not None:
            owner.inner.append(scope)
        for child in element.findall(f"{BPMN}subProcess"):
            if child.get("triggeredByEvent") == "true":
                start = child.find(f"{BPMN}startEvent")
                assert start is not None
                scope.armed.append(self._token(start.get("id", ""), scope))
        self._begin(element, scope)
        return scope

    def _begin(self, element: ET.Element, scope: Scope) -> None:
        start = element.find(f"{BPMN}startEvent")
        assert start is not None
        self._arrive(start.get("id", ""), scope, None)

    def _arrive(self, node: str, scope: Scope, flow: str | None) -> None:
        kind = self.drawing.kind(node)
        if kind in ("parallelGateway", "inclusiveGateway") and len(self.drawing.into(node)) > 1:
            scope.arrived[node, flow or ""] += 1
            if all(scope.arrived[node, incoming] for incoming in self.drawing.into(node)):
                self._join(node, scope)
            return
        self._stand(node, scope)

    def _stand(self, node: str, scope: Scope) -> Token:
        token = self._token(node, scope)
        scope.tokens.append(token)
        for host, boundary in self.drawing.hosts:
            if host == node:
                event = self._token(boundary.get("id", ""), scope)
                token.events.append(event)
        if self.drawing.kind(node) == "eventBasedGateway":
            for flow in self.drawing.out(node):
                token.events.append(self._token(flow.get("targetRef", ""), scope))
        elif self._waits(token):
            pass
        else:
            token.ready = True
            self.ready.append(token)
        return token

    def _waits(self, token: Token) -> bool:
        kind = self.drawing.kind(token.node)
        if kind == "userTask":
            return self.drawing.loop(token.node) is None
        return kind == "intermediateCatchEvent"

    def _settle(self) -> None:
        """Move every token that can, then let inclusive joins go on that wait for nothing."""
        while True:
            if self._meet_a_condition():
                continue
            if self.ready:
                token = self.ready.popleft()
                if token.ready:
                    token.ready = False
                    self._run(token)
                continue
            if not (self._close_a_scope() or self._release_a_join()):
                return

    def _run(self, token: Token) -> None:
        if self.drawing.kind(token.node) != "subProcess":
            self._leave(token)
            return
        element = self.nodes[token.node]
        loop = self.drawing.loop(token.node)
        if loop is None or loop.tag.endswith("standardLoopCharacteristics"):
            self._open(element, token)
        elif loop.get("isSequential") == "true":
            token.left = self.length - 1
            self._open(element, token)
        else:
            for _ in range(self.length):
                self._open(element, token)

    def _close_a_scope(self) -> bool:
        """Complete one scope without tokens; say whether there was one."""
        for scope in self._scopes():
            if scope.tokens or +scope.arrived:
                continue
            owner = scope.owner
            if owner is None:
                self.root = None
                return True
            owner.inner.remove(scope)
            self._scope_ended(owner, scope)
            return True
        return False

    def _scopes(self) -> list[Scope]:
        found = [self.root] if self.root else []
        for scope in found:
            for token in scope.tokens:
                found.extend(token.inner)
        # The innermost first.
        return found[::-1]

    def _scope_ended(self, owner: Token, scope: Scope) -> None:
        loop = self.drawing.loop(owner.node)
        if loop is None:
            self._end_activity(owner)
            return
        self.passed[owner.node] += 1
        if loop.tag.endswith("standardLoopCharacteristics"):
            if self._holds(loop.findtext(f"{BPMN}loopCondition", "")):
                self._open(scope.element, owner)
                return
        elif owner.left:
            owner.left -= 1
            self._open(scope.element, owner)
            return
        if not owner.inner:
            self._end_activity(owner)

    def _end_activity(self, token: Token) -> None:
        token.events.clear()
        self._leave(token)

    def _holds(self, condition: str) -> bool:
        match = CONDITION.fullmatch(condition)
        assert match, condition
        return self.n % int(match[1]) == int(match[2])

    def _leave(self, token: Token) -> None:
        """Take a token away and put one on each flow that is taken."""
        token.scope.tokens.remove(token)
        self._go_on(token.node, token.scope)

    def _go_on(self, node: str, scope: Scope) -> None:
        self.passed[node] += 1
        flows = self.drawing.out(node)
        if self.drawing.kind(node) in ("exclusiveGateway", "inclusiveGateway") and len(flows) > 1:
            default = self.nodes[node].get("default")
            taken = [
                flow
                for flow in flows
                if flow.get("id") != default
                and self._holds(
                    flow.findtext(f"{BPMN}conditionExpression") or "= modulo(n, 1) = 0"
                )
            ]
            if self.drawing.kind(node) == "exclusiveGateway":
                taken = taken[:1]
            flows = taken or [flow for flow in flows if flow.get("id") == default]
        for flow in flows:
            self._arrive(flow.get("targetRef", ""), scope, flow.get("id"))

    def _cancel(self, token: Token) -> None:
        token.ready = False
        token.scope.tokens.remove(token)
        for scope in token.inner:
            for inner in list(scope.tokens):
                self._cancel(inner)

    # Events

    def _happen(self, token: Token) -> None:
        """A timer or message that a token waits for has come."""
        if self.drawing.kind(token.node) == "boundaryEvent":
            self._happen_on_boundary(token)
        elif self.drawing.kind(token.node) == "startEvent":
            self._happen_in_scope(token)
        else:
            if token not in token.scope.tokens:
                gateway = next(t for t in token.scope.tokens if token in t.events)
                self.passed[gateway.node] += 1
                token.scope.tokens.remove(gateway)
                token.scope.tokens.append(token)
            token.ready = True
            self.ready.append(token)

    def _meet_a_condition(self) -> bool:
        """Let one conditional event happen whose condition is true; say whether one was."""
        true = [
            token
            for token in self._all()
            if self.drawing.is_conditional(token.node)
            and not token.ready
            and self._holds(self.nodes[token.node].findtext(f".//{BPMN}condition", ""))
        ]
        if true:
            self._happen(min(true, key=lambda token: token.age))
        return bool(true)

    def _happen_on_boundary(self, token: Token) -> None:
        host = next(t for t in token.scope.tokens if token in t.events)
        if self.nodes[token.node].get("cancelActivity") == "false":
            if not self.drawing.is_message(token.node):
                host.events.remove(token)
        else:
            self._cancel(host)
        self._go_on(token.node, token.scope)

    def _happen_in_scope(self, token: Token) -> None:
        scope = token.scope
        element = next(
            child
            for child in scope.element.findall(f"{BPMN}subProcess")
            if child.find(f"{BPMN}startEvent[@id='{token.node}']") is not None
        )
        if self.nodes[token.node].get("isInterrupting") != "false":
            for other in list(scope.tokens):
                self._cancel(other)
            scope.arrived.clear()
            scope.armed.clear()
        elif not self.drawing.is_message(token.node):
            scope.armed.remove(token)
        handler = self._token(element.get("id", ""), scope)
        scope.tokens.append(handler)
        self._open(element, handler)

    # Joins

    def _join(self, node: str, scope: Scope) -> None:
        for flow in self.drawing.into(node):
            if scope.arrived[node, flow]:
                scope.arrived[node, flow] -= 1
        scope.arrived = +scope.arrived
        self._go_on(node, scope)

    def _release_a_join(self) -> bool:
        """Let one inclusive join go on by §13.4.3; say whether one could."""
        for scope in self._scopes():
            for node in {node for node, _ in +scope.arrived}:
                if self.drawing.kind(node) == "inclusiveGateway" and self._may_go_on(node, scope):
                    self._join(node, scope)
                    return True
        return False

    def _may_go_on(self, gateway: str, scope: Scope) -> bool:
        places = {token.node for token in scope.tokens}
        places |= {node for node, _ in +scope.arrived if node != gateway}
        has = {flow for node, flow in +scope.arrived if node == gateway}
        for place in places:
            reached = self.drawing.flows_reached(place, gateway)
            if reached - has and not reached & has:
                return False
        return True
