"""Compensation and cancel events: undo what was completed, last first, then go on or leave the transaction."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import BoundaryEvent
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.scopes import clear
from engine.execution.nodes.undoing import UNDO, take_plan
from engine.execution.token import Token
from engine.feel import decode
from engine.model.history import HistoryKind

UNDOING = "undoing"
"""Kept by an event sub-process that undoes its own completed sub-process, which is no more."""

PLAN = "plan"


class CompensationThrow(FlowNode):
    """Undoes what its scope has completed, one activity after another, then lets the token go on.

    The handlers run inside its token. `activity` limits it to one element.
    """

    resting = TaskState.STARTED
    holds_tokens = True

    activity: str | None = None

    def _run_hook(self, my_task: Token) -> bool | None:
        instance = my_task.workflow
        graph = my_task.surrounding_home.spec.graph
        plan = [
            step
            for scope in _scopes_to_undo(my_task)
            for step in take_plan(scope, graph, self.activity)
        ]
        undone = [graph.task_specs[step["run"]].element.id for step in plan]
        instance.record(HistoryKind.COMPENSATION_THROWN, my_task, data={"handlers": undone})
        if not plan:
            return True
        my_task.internal_data[PLAN] = plan
        instance.empty(my_task)
        return None

    def emptied(self, token: Token) -> None:
        """Run the next handler; complete when there is none."""
        plan = token.internal_data.get(PLAN)
        if not plan:
            token.complete()
            return
        step = plan.pop(0)
        handler = token.surrounding_home.spec.graph.task_specs[step["run"]]
        variables = {name: decode(value) for name, value in step["data"].items()}
        if isinstance(handler, EventSubProcess):
            handler.begin_in(token, variables=variables, kept={UNDO: step[UNDO], UNDOING: True})
            return
        undoing = Token(token.workflow, handler, token)
        undoing.data.update(variables)
        handler._update(undoing)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.completed_now(my_task)
        self.leave(my_task)


def _scopes_to_undo(token: Token) -> Iterator[Token]:
    """Yield the scope that an event undoes; an event sub-process acts for the scope around it."""
    scope = token.flow_scope
    yield scope
    while isinstance(scope.task_spec, EventSubProcess) and UNDOING not in scope.internal_data:
        if scope.scope is None:
            return
        scope = scope.scope
        yield scope


class CancelEnd(CompensationThrow):
    """Cancels its transaction: the rest is taken away, what was completed undone, the boundary taken."""

    def _run_hook(self, my_task: Token) -> bool | None:
        my_task.workflow.record(HistoryKind.TRANSACTION_CANCELLED, my_task)
        clear(my_task.flow_scope, but=my_task)
        return super()._run_hook(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        transaction = my_task.flow_scope
        # It has done its part: only what else is in the transaction is taken away.
        my_task.workflow.remove(my_task)
        node = transaction.task_spec
        assert isinstance(node, Activity)
        boundary = next(event for event in node.boundaries if isinstance(event, CancelBoundary))
        boundary.take(transaction)


class CancelBoundary(BoundaryEvent):
    """Where a cancelled transaction leads on."""

    waits = False

    def sit_on(self, host: Token) -> None:
        """Nothing: a token is made only when the transaction is cancelled."""

    def take(self, host: Token) -> None:
        """Lead on from a transaction that was cancelled."""
        self.happen(Token(host.workflow, self, host, attached=True))


class CompensationBoundary(BoundaryEvent):
    """Names the activity that undoes its host. It never holds a token: the handler is run alone."""

    waits = False
    host: Activity | None = None

    def sit_on(self, host: Token) -> None:
        """Nothing: what can be undone is kept by the scope."""
