"""One step of one process instance: start or load it, bring it what it waits for, run it, look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.execution import document
from engine.execution.errors import ReservedName, TokenNotWaiting
from engine.execution.instance import Instance
from engine.execution.nodes.gateways import waiting_at
from engine.execution.nodes.scopes import open_scope
from engine.execution.nodes.service_task import ServiceTask
from engine.execution.nodes.throwing import throw_error
from engine.execution.nodes.user_task import UserTask
from engine.execution.outcome import Outcome, all_waits, wait_of
from engine.execution.process_spec import RESERVED_NAMES, ProcessSpec
from engine.execution.state import State
from engine.execution.surroundings import Surroundings
from engine.execution.token import Home, Token
from engine.execution.variables import Variables
from engine.execution.visible import everything_visible
from engine.feel import Date, DateTime, Expression, Value
from engine.feel import instant as to_instant
from engine.model.history import HistoryKind
from engine.model.waits import ServiceTaskWait, SubscriptionWait, TimerWait, UserTaskWait, Waits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token is. `process` is the key of the process whose diagram shows the element."""

    token_id: str
    element_id: str
    type: str
    name: str
    process: str
    parent_token_id: str | None


class Execution:
    """A process instance in memory for one step.

    What is brought to a token happens at `now`, after every timer that fell due before: a task
    completed after its deadline finds it passed. A step that raises is to be thrown away whole.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def waits(self) -> Waits:
        """Return everything the instance waits for now: before `run`, what its document waited for."""
        return all_waits(self._instance)

    def run(self) -> None:
        """Fire due timers in order of due time and run what is ready, until everything waits.

        Raises HungProcess, NoFlowTaken, ValueNotUsable, RunawayProcess, or what decisions raise.
        """
        self._instance.settle()

    def complete_user_task(
        self, token_id: str, variables: Mapping[str, Value], *, by: str | None = None
    ) -> None:
        """Complete a user task. Raises TokenNotWaiting when it is not open."""
        token = self._waiting(token_id, UserTaskWait, "a user task")
        node = token.task_spec
        assert isinstance(node, UserTask)
        self._instance.take_results(token, variables, by=by)
        node.finish(token, by)

    def complete_service_task(
        self,
        token_id: str,
        variables: Mapping[str, Value],
        *,
        local: Mapping[str, Value] | None = None,
        by: str | None = None,
    ) -> None:
        """Bring a service task its result. Raises TokenNotWaiting when it is not waiting for one.

        `local` is seen by the task's output parameters alone.
        """
        token = self._waiting(token_id, ServiceTaskWait, "a service task")
        node = token.task_spec
        assert isinstance(node, ServiceTask)
        node.finish(token, variables, local=local or {}, by=by)

    def throw_bpmn_error(
        self,
        token_id: str,
        code: str,
        message: str,
        variables: Mapping[str, Value],
        *,
        by: str | None = None,
    ) -> None:
        """Have a user or service task end with a BPMN error.

        Caught by no boundary event it fails the instance. Raises TokenNotWaiting.
        """
        token = self._waiting(token_id, ServiceTaskWait | UserTaskWait, "a result")
        self._instance.write(token, variables, by=by)
        if isinstance(token.task_spec, ServiceTask):
            self._instance.record(
                HistoryKind.SERVICE_TASK_FAILED,
                token,
                by=by,
                data={"code": code, "message": message},
            )
        throw_error(token, code, message)

    def fire_timer(self, token_id: str) -> None:
        """Fire a timer that is due. Raises TokenNotWaiting when it is gone or not due yet."""
        instance = self._instance
        token = instance.find(token_id, "a timer")
        wait = token.task_spec.wait(token)
        if not isinstance(wait, TimerWait) or wait.due_at > instance.now:
            raise TokenNotWaiting(token_id, f"a timer at {instance.now.isoformat()}")
        # Settling fires it in its turn: earlier ones come first, and may take it away.
        instance.settle()

    def deliver(self, token_id: str, variables: Mapping[str, Value]) -> None:
        """Bring a message or signal to the token that waits for it. Raises TokenNotWaiting."""
        token = self._waiting(token_id, SubscriptionWait, "a message or signal")
        token.task_spec.fire(token, variables)

    def set_variables(self, variables: Mapping[str, Value], *, by: str | None = None) -> None:
        """Set process variables. Raises ReservedName."""
        self._instance.write(self._instance.task_tree, variables, by=by)

    def cancel(self, reason: str, *, by: str | None = None) -> None:
        """End the instance before its time; every task, timer and subscription goes."""
        self._instance.by = by
        self._instance.stop(
            State.CANCELLED, HistoryKind.PROCESS_INSTANCE_CANCELLED, {"reason": reason}
        )

    def places(self) -> tuple[Place, ...]:
        """Return where the tokens are, oldest first, those held at a join included."""
        instance = self._instance
        instance.dormant.wake_all(instance)
        tokens = [token for token in instance.tasks.values() if token.scope is not None]
        tokens.sort(key=lambda token: instance.dormant.add(token.id))
        places = [_place(token, token.task_spec.element) for token in tokens if token.keeps_alive]
        for scope in instance.joining.values():
            home = scope.home or scope.surrounding_home
            for gateway, arrived in scope.arrived.items():
                element = home.spec.elements[gateway]
                places += [
                    Place(
                        token_id=scope.id,
                        element_id=gateway,
                        type=element.type,
                        name=element.name,
                        process=home.spec.key,
                        parent_token_id=scope._parent,
                    )
                ] * waiting_at(arrived)
        return tuple(places)

    def variables(self, token_id: str | None = None) -> dict[str, Value]:
        """Return the instance's variables, or with a token all that it sees where it is.

        Raises TokenNotWaiting when there is no such token.
        """
        instance = self._instance
        if token_id is None:
            home = instance.task_tree.home
            assert home is not None
            return home.variables.values()
        token = instance.find(token_id)
        return everything_visible(token, instance.surroundings.new_evaluation())

    def known(self) -> dict[str, Value]:
        """Return the instance's variables, with what only the processes that it calls know so far.

        A called process gives back what it has learned when it ends, which may be months later.
        Where several know a variable, the outermost counts, and of those side by side the one that
        began first; null is not known.
        """
        instance = self._instance
        instance.dormant.wake_all(instance)
        found = self.variables()
        called = [token for token in instance.tasks.values() if token.home is not None]
        called.sort(key=lambda token: (instance.call_depth(token), instance.dormant.add(token.id)))
        for token in called:
            assert token.home is not None
            for name, value in token.home.variables.values().items():
                if found.get(name) is None:
                    found[name] = value
        return found

    def clock_started(self, token_id: str) -> tuple[tuple[str, datetime], ...]:
        """Return from what a user task's due time is counted, by the variable's name.

        The instants before the due time that its expression reads; none for a fixed time.
        """
        instance = self._instance
        token = instance.find(token_id, "a user task")
        said = getattr(token.task_spec, "due_date", None)
        due = token.internal_data.get("due")
        if due is None or not isinstance(said, Expression):
            return ()
        evaluation = instance.surroundings.new_evaluation()
        seen = everything_visible(token, evaluation)
        started = [
            (name, to_instant(value, evaluation.zone))
            for name in sorted(said.free_names)
            if isinstance(value := seen.get(name), DateTime | Date)
        ]
        return tuple(one for one in started if one[1] < datetime.fromisoformat(due))

    def process_of(self, token_id: str) -> ProcessSpec:
        """Return the process whose diagram shows where a token is; raises TokenNotWaiting."""
        return self._instance.find(token_id).surrounding_home.spec

    def outcome(self) -> Outcome:
        """Settle what is still ready and return what the step came to."""
        if self._instance.ready:
            self._instance.settle()
        return Outcome(self._instance)

    def _waiting(self, token_id: str, kind: Any, what: str) -> Token:
        """Return a token that waits in this way, once everything due has happened."""
        instance = self._instance
        instance.settle()
        token = instance.find(token_id, what)
        if not isinstance(token.task_spec.wait(token), kind):
            raise TokenNotWaiting(token_id, what)
        return token


def _place(token: Token, element: Any) -> Place:
    return Place(
        token_id=token.id,
        element_id=element.id,
        type=element.type,
        name=element.name,
        process=token.surrounding_home.spec.key,
        parent_token_id=token._parent,
    )


def start(
    spec: ProcessSpec,
    *,
    variables: Mapping[str, Value],
    surroundings: Surroundings,
    instance: Mapping[str, Any],
    start_event: str | None = None,
    by: str | None = None,
) -> Execution:
    """Begin a process instance: its first token stands at the start event until `run`.

    `instance` is what expressions read as `process_instance`. `start_event` is for a message,
    signal or timer start, `by` is who begins it. Raises ReservedName, ValueError for a start event there is not.
    """
    for name in variables:
        if name in RESERVED_NAMES:
            raise ReservedName(name)
    identity = {name: _plain(value) for name, value in instance.items()}
    begun = document.start(spec, surroundings, Home(spec, Variables(), {}, identity))
    root = begun.task_tree
    node = spec.graph.start.begins_at
    if start_event is not None:
        node = spec.graph.task_specs.get(start_event)
        element = spec.elements.get(start_event)
        if element is None or element.type != "startEvent" or element.parent_id != spec.key:
            raise ValueError(f"{spec.key} has no start event {start_event}.")
    if node is None:
        raise ValueError(f"{spec.key} has no plain start event: say at which event to begin.")
    begun.record(
        HistoryKind.PROCESS_INSTANCE_STARTED,
        root,
        by=by,
        data={**identity, "process": spec.key, "version": spec.version, "start": node.element.id},
    )
    begun.write(root, variables, by=by)
    open_scope(root)
    node.arrive(begun, root, None)
    return Execution(begun)


def load(spec: ProcessSpec, document_text: str, surroundings: Surroundings) -> Execution:
    """Take up a stored process instance. Raises DocumentNotReadable."""
    return Execution(document.read(spec, document_text, surroundings))


def _plain(value: Any) -> Any:
    """Return an instance's fact as it is stored: instants as ISO text, FEEL's too."""
    if isinstance(value, DateTime):
        value = to_instant(value, ZoneInfo("UTC"))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, str | bool | int) else str(value)


__all__ = ["Execution", "Place", "load", "start", "wait_of"]
