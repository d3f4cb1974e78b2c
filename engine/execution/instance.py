"""One running instance: a SpiffWorkflow workflow of live tokens only, and the loop that settles it."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.execution.errors import HungProcess, ReservedName, RunawayProcess, TokenNotWaiting
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.process_spec import RESERVED_NAMES, ProcessSpec, Reference
from engine.execution.state import State, Thrown
from engine.execution.surroundings import Surroundings
from engine.execution.token import ROOT_ID, Home, Token
from engine.execution.visible import visible
from engine.feel import Expression, Value, encode
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.waits import Wait

if TYPE_CHECKING:
    from engine.execution.document import StoredTokens

LONGEST_RUN = 50_000
"""The most steps an instance may take without waiting once."""

DEEPEST_CALL = 50
"""The most call activities that may be inside one another."""


class Instance(Workflow):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """The tokens of one process instance during one step.

    Nodes ask it to evaluate, to write variables and to record what happened.
    """

    tasks: dict[str, Token]
    task_tree: Token

    def __init__(
        self, spec: ProcessSpec, surroundings: Surroundings, dormant: StoredTokens
    ) -> None:
        super().__init__(spec.graph, deserializing=True)
        self.surroundings = surroundings
        self.now = surroundings.now.astimezone(UTC)
        self.dormant = dormant
        self.state = State.RUNNING
        self.ready: deque[Token] = deque()
        self.events: list[HistoryEvent] = []
        self.thrown: list[Thrown] = []
        self.waits_before: dict[str, Wait] = {}
        self.joining: dict[str, Token] = {}
        self.conditions: dict[str, None] = {}
        self.changed: set[str] = set()
        self.unseen: set[str] = set()
        self._emptied: list[Token] = []
        self._timers: list[tuple[datetime, int, Token]] = []
        self._steps = 0
        self._moved = False
        self.by: str | None = None

    # Tokens

    def grow_root(self, home: Home) -> Token:
        """Make the token that holds all others."""
        root = self.task_tree = Token(self, home.spec.graph.start, None, id=ROOT_ID)
        root.home = home
        root._set_state(root.task_spec.resting)
        return root

    def find(self, token_id: str, what: str = "anything") -> Token:
        """Return a live token. Raises TokenNotWaiting."""
        token = self.tasks.get(token_id) or self.dormant.wake(self, token_id)
        if token is None:
            raise TokenNotWaiting(token_id, what)
        return token

    def children_of(self, token: Token) -> list[Token]:
        """Return the tokens that live in a token or sit on it, oldest first."""
        if not token.children_known:
            self.dormant.wake_children(self, token)
        return [self.tasks[child] for child in token._children]

    def remove(self, token: Token) -> None:
        """Forget a token that has moved on or was taken away."""
        if self.tasks.pop(token.id, None) is None:
            return
        self._moved = True
        self.dormant.forget(token.id)
        self.joining.pop(token.id, None)
        self.conditions.pop(token.id, None)
        scope = token.scope
        if scope is None:
            return
        scope._children.pop(token.id, None)
        if token.keeps_alive:
            scope.inner -= 1
            if scope.inner == 0:
                self._emptied.append(scope)

    def empty(self, scope: Token) -> None:
        """Have a scope without tokens completed when nothing else is ready."""
        self._emptied.append(scope)

    def _task_completed_notify(self, task: Token) -> None:
        self.last_task = task
        scope = task.scope
        self.remove(task)
        if scope is not None and task.keeps_alive:
            scope.task_spec.inner_completed(scope, task)

    # Time

    def set_timer(self, token: Token, due: datetime) -> None:
        """Arm a token's timer."""
        token.due = due
        heapq.heappush(self._timers, (due, self.dormant.add(token.id), token))

    def _due_timer(self) -> Token | None:
        """Return the armed timer that fell due first, None if none has."""
        timers = self._timers
        while timers:
            due, _, token = timers[0]
            if token.due != due or token.id not in self.tasks:
                heapq.heappop(timers)
                continue
            return token if due <= self.now else None
        return None

    # Settling

    def settle(self) -> None:
        """Fire what is due, in order of due time, and run every ready token, until all wait.

        Raises HungProcess when nothing can happen any more, RunawayProcess when it never ends.
        """
        self.dormant.wake_due(self, self.now)
        while self.state is State.RUNNING:
            self._drain()
            if self.state is not State.RUNNING:
                break
            timer = self._due_timer()
            if timer is None:
                break
            timer.task_spec.fire(timer, {})
        if self.state is State.RUNNING and self._moved:
            self._check_not_hung()
            self._moved = False

    def _drain(self) -> None:
        while self.state is State.RUNNING:
            if self.changed or self.unseen:
                self._look_at_conditions()
                continue
            if self.ready:
                token = self.ready.popleft()
                if token._state == TaskState.READY and token.id in self.tasks:
                    self._count_step(token)
                    token.run()
                continue
            if self._emptied:
                scope = self._emptied.pop()
                alive = scope.id in self.tasks and not scope.inner and not scope.arrived
                if alive:
                    scope.task_spec.emptied(scope)
                continue
            if not self._fire_a_join():
                return

    def watch(self, token: Token) -> None:
        """Have a token's condition looked at now, and whenever a variable changes."""
        self.conditions[token.id] = None
        self.unseen.add(token.id)

    def _look_at_conditions(self) -> None:
        """Let the conditional events happen whose condition has become true."""
        changed, self.changed = self.changed, set()
        unseen, self.unseen = self.unseen, set()
        watching: list[Token] = []
        for token_id in self.conditions:
            token = self.tasks.get(token_id) or self.dormant.wake(self, token_id)
            if token is not None:
                watching.append(token)
        for token in sorted(watching, key=lambda token: self.dormant.add(token.id)):
            # One that happened before may have taken this one away.
            if token.id in self.tasks and token.task_spec.wait(token) is not None:
                trigger = token.task_spec.trigger
                if trigger.becomes_true(token, changed, new=token.id in unseen):
                    self._count_step(token)
                    token.task_spec.fire(token, {})

    def _fire_a_join(self) -> bool:
        """Let one inclusive join go on, now that no token can move by itself."""
        # Looking takes up stored scopes, with their joins; nothing has moved in those.
        for scope in list(self.joining.values()):
            graph = (scope.home.spec if scope.home else scope.surrounding_home.spec).graph
            for gateway in scope.arrived:
                if graph.task_specs[gateway].released(self, scope):
                    return True
        return False

    def _count_step(self, token: Token) -> None:
        self._steps += 1
        if self._steps > LONGEST_RUN:
            raise RunawayProcess(
                f"The instance took {LONGEST_RUN:,} steps without waiting, lately at "
                f"{token.task_spec.element}: a loop in the diagram has no way out. "
                "The step was undone."
            )

    def _check_not_hung(self) -> None:
        """A join that waits for a token which can no longer come stops the instance for ever."""
        if any(token.task_spec.may_free for token in self.tasks.values()):
            return
        if self.dormant.wake_one_that_waits(self):
            return
        places = []
        for scope in self.joining.values():
            graph = (scope.home.spec if scope.home else scope.surrounding_home.spec).graph
            for gateway, arrived in scope.arrived.items():
                node: FlowNode = graph.task_specs[gateway]
                missing = [flow for flow in node.incoming if flow not in arrived]
                places.append(f"{node.element} waits for a token on {', '.join(missing)}")
        raise HungProcess(places)

    def finish(self) -> None:
        """Mark the instance completed: its last token has gone."""
        for armed in self.task_tree.children:
            armed.cancel()
        self.state = State.COMPLETED
        self.completed = True
        self.record(HistoryKind.PROCESS_INSTANCE_COMPLETED, self.task_tree)

    def stop(self, state: State, kind: HistoryKind, data: Mapping[str, Any]) -> None:
        """End the instance before its time, taking every token away."""
        for token in self.task_tree.children:
            token.cancel()
        self.ready.clear()
        self._emptied.clear()
        self.task_tree.arrived.clear()
        self.joining.clear()
        self.state = state
        self.success = False
        self.completed = True
        self.record(kind, self.task_tree, data=data)

    def fail(self, code: str, message: str, token: Token) -> None:
        """End the instance because a BPMN error was caught by nobody."""
        element = token.task_spec.element
        self.stop(
            State.FAILED,
            HistoryKind.PROCESS_INSTANCE_FAILED,
            {"code": code, "message": message, "element": element.id},
        )

    # Expressions and variables

    def evaluate(
        self,
        expression: Expression,
        token: Token,
        *,
        home: Home | None = None,
    ) -> Value:
        """Evaluate FEEL as a token sees the world; what went wrong in it becomes history.

        `home` evaluates inside another run of a process: a call activity's results.
        """
        evaluation = self.surroundings.new_evaluation()
        context = visible(expression.readable_names, token, evaluation, home=home)
        value: Value = expression.evaluate(context, evaluation)
        for warning in evaluation.warnings:
            self.warn(token, expression.text, warning.message, warning.position, warning.code)
        return value

    def write(
        self,
        token: Token,
        variables: Mapping[str, Value],
        *,
        by: str | None = None,
        outside: bool = False,
    ) -> None:
        """Give variables values where a token finds them: local ones there, others process-wide.

        `outside` passes over the token's own local variables. Raises ReservedName.
        """
        if not variables:
            return
        written = {}
        home = token.surrounding_home if token.scope is not None else token.home
        assert home is not None
        for name, value in variables.items():
            if name in RESERVED_NAMES:
                raise ReservedName(name)
            holder = token.local_holder(name, outside=outside)
            written[name] = encode(value)
            if holder is None:
                home.variables.set(name, value)
            else:
                holder.data[name] = value
        if self.conditions:
            self.changed.update(written)
        self.record(HistoryKind.VARIABLES_CHANGED, token, by=by, data=written)

    def take_results(
        self, token: Token, variables: Mapping[str, Value], *, by: str | None = None
    ) -> None:
        """Write what the work of an activity gave: outside it, whatever its own inputs are called.

        Its output parameters read the results rather than inputs of the same name.
        """
        self.write(token, variables, by=by, outside=True)
        for name in variables:
            token.data.pop(name, None)

    def call_depth(self, token: Token) -> int:
        """Say how many call activities are around a token."""
        depth = 0
        scope: Token | None = token
        while scope is not None:
            depth += scope.home is not None
            scope = scope.scope
        return depth

    def called(self, reference: Reference, token: Token) -> ProcessSpec:
        """Return the process that a call activity calls. Raises RunawayProcess when too deep."""
        if self.call_depth(token) > DEEPEST_CALL:
            raise RunawayProcess(
                f"More than {DEEPEST_CALL} call activities are inside one another at "
                f"{token.task_spec.element}: processes call each other without end. "
                "The step was undone."
            )
        return self.surroundings.process(reference, token.surrounding_home.spec)

    # History

    def record(
        self,
        kind: HistoryKind,
        token: Token,
        *,
        by: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Append what happened at a token's element."""
        element = token.task_spec.element
        self.events.append(
            HistoryEvent(
                kind,
                self.now,
                element.id,
                element.name or None,
                token.id,
                by or self.by,
                element.clauses,
                data or {},
            )
        )

    def warn(
        self, token: Token, expression: str, message: str, position: int = 0, code: str = ""
    ) -> None:
        """Record that an expression did not mean what its author wanted."""
        self.record(
            HistoryKind.EXPRESSION_WARNING,
            token,
            data={
                "expression": expression,
                "message": message,
                "position": position,
                "code": code,
            },
        )

    def completed_now(self, token: Token, by: str | None = None) -> None:
        """Keep when, and by whom, an element was completed, for expressions to read."""
        home = token.surrounding_home
        home.completed[token.task_spec.element.id] = (self.now.isoformat(), by)
        if self.conditions:
            self.changed.add("completed")
