"""What all flow nodes share: a token arrives, the node does its work, tokens leave by its flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.execution.errors import NoFlowTaken
from engine.execution.process_spec import Element, Flow
from engine.execution.token import Token
from engine.feel import Expression, to_text
from engine.model.history import HistoryKind
from engine.model.waits import Wait

if TYPE_CHECKING:
    from engine.execution.instance import Instance
    from engine.execution.nodes.event_subprocess import EventSubProcess


@dataclass(frozen=True, slots=True)
class Route:
    """An outgoing sequence flow as its source node sees it."""

    flow: Flow
    target: FlowNode
    condition: Expression | None = None
    is_default: bool = False


class FlowNode(BpmnSpecMixin):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A node of a process graph: a SpiffWorkflow task specification with BPMN's token semantics.

    SpiffWorkflow drives the states (`_update`, `_ready`, `run`, `complete`, `cancel`) and calls
    the hooks overridden here. Built once by the reader and shared by all instances: nothing here
    is ever written while an instance runs.
    """

    resting: ClassVar[int] = TaskState.WAITING
    """The state of a stored token on this node."""

    holds_tokens: ClassVar[bool] = False
    """Whether other tokens may live in or sit on a token of this node."""

    waits: ClassVar[bool] = False
    """Whether a token stored here waits for something from outside."""

    @property
    def may_free(self) -> bool:
        """Whether a token stored here can still bring about something for the tokens beside it."""
        return self.waits

    def __init__(self, graph: Any, element: Element, *, name: str | None = None) -> None:
        super().__init__(
            graph,
            name or element.id,
            bpmn_name=element.name,
            lane=element.lane_id,
            documentation=element.documentation,
        )
        self.element = element
        self.routes: tuple[Route, ...] = ()
        self.incoming: tuple[str, ...] = ()
        self.event_subprocesses: tuple[EventSubProcess, ...] = ()

    def lead_to(self, routes: Sequence[Route]) -> None:
        """Connect the node to where its flows go. Called by the reader, once."""
        self.routes = tuple(routes)
        for route in routes:
            self.connect(route.target)

    def arrive(self, instance: Instance, scope: Token, flow_id: str | None) -> None:
        """Take a token that comes in by a flow (None: a start event that has none)."""
        self._update(Token(instance, self, scope))

    def choose(self, token: Token) -> Sequence[Route]:
        """Say by which flows tokens leave: the unconditional ones and those whose condition holds.

        Without any, the default flow. Raises NoFlowTaken when there is none either.
        """
        routes = self.routes
        if len(routes) == 1 and routes[0].condition is None:
            return routes
        taken = [
            route
            for route in routes
            if not route.is_default
            and (route.condition is None or self.holds(token, route.flow, route.condition))
        ]
        return taken or self.default(token)

    def default(self, token: Token) -> Sequence[Route]:
        """Return the default flow when no condition holds. Raises NoFlowTaken without one."""
        if not self.routes:
            return ()
        for route in self.routes:
            if route.is_default:
                return (route,)
        raise NoFlowTaken(
            self.element.id,
            self.element.name,
            [route.condition.text for route in self.routes if route.condition is not None],
        )

    def holds(self, token: Token, flow: Flow, condition: Expression) -> bool:
        """Say whether a condition is true. Anything but a boolean is not, and is recorded."""
        value = token.workflow.evaluate(condition, token)
        if not isinstance(value, bool):
            shown = "null" if value is None else to_text(value)
            token.workflow.warn(
                token,
                condition.text,
                f"The condition of flow {flow.id} gave {shown}, neither true nor false: "
                "the flow is not taken.",
            )
        return value is True

    def leave(self, token: Token) -> None:
        """Record that the element is passed and send tokens on."""
        instance = token.workflow
        routes = self.choose(token)
        instance.record(
            HistoryKind.ELEMENT_COMPLETED,
            token,
            data={"flows": [route.flow.id for route in routes]},
        )
        if routes:
            scope = token.flow_scope
            for route in routes:
                route.target.arrive(instance, scope, route.flow.id)

    def wait(self, token: Token) -> Wait | None:
        """Say what a token here waits for, None if for nothing from outside."""
        return None

    def fire(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Take what a waiting token was waiting for."""
        raise AssertionError(f"{self.element} waits for nothing")

    def emptied(self, token: Token) -> None:
        """Called when the last token inside a token of this node has gone."""

    def inner_completed(self, token: Token, inner: Token) -> None:
        """Called when a token inside a token of this node has completed."""

    def before_cancel(self, token: Token) -> None:
        """Record that a token here is taken away before it was done."""
        token.workflow.record(HistoryKind.ELEMENT_CANCELLED, token)

    # SpiffWorkflow's hooks

    def test(self) -> None:
        """Nothing: the reader has checked the diagram, SpiffWorkflow would check at every step."""

    def _predict(self, my_task: Token, *_: Any, **__: Any) -> None:
        """Nothing: tasks that may never come about are not made."""

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.ready.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        self.leave(my_task)

    def _on_complete(self, my_task: Token) -> None:
        if my_task.id not in my_task.workflow.tasks:
            # What it did took it away: a signal can interrupt the scope that it is thrown in.
            return
        self._on_complete_hook(my_task)
        my_task.workflow._task_completed_notify(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        my_task.workflow.remove(my_task)

    def _on_error(self, my_task: Token) -> None:
        """Nothing: an exception undoes the whole step, so no stored token is in error."""


class ProcessNode(FlowNode):
    """The root of a process graph; its token holds the instance's first tokens."""

    resting = TaskState.STARTED
    holds_tokens = True

    begins_at: FlowNode | None = None
    """The none start event, where instances begin unless told otherwise."""

    def emptied(self, token: Token) -> None:
        token.workflow.finish()

    def before_cancel(self, token: Token) -> None:
        """Nothing: the instance records its own end."""
