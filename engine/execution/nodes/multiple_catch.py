"""Catch events with several triggers: the first to happen, or all of them, lets the token go on."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.event_gateway import EventGateway
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.triggers import Trigger
from engine.execution.token import Token
from engine.feel import Value
from engine.model.waits import Wait


class MultipleCatch(FlowNode):
    """Its token holds one armed token for each trigger that has not happened yet."""

    holds_tokens = True

    parts: tuple[CatchPart, ...] = ()
    parallel: bool = False
    """Whether every trigger has to happen, rather than one."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(TaskState.WAITING)
        for part in self.parts:
            part.wait_on(my_task)
        return False

    def happened(self, token: Token, part: Token) -> None:
        """Take one trigger that happened; go on when that is enough."""
        instance = token.workflow
        instance.remove(part)
        waiting = token.children
        if self.parallel and waiting:
            return
        for other in waiting:
            other.cancel()
        EventGateway.leave_gateway(token)
        token._ready()

    def before_cancel(self, token: Token) -> None:
        if not token.attached:
            super().before_cancel(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.completed_now(my_task)
        self.leave(my_task)


class CatchPart(FlowNode):
    """One trigger of a catch event with several."""

    waits = True
    trigger: Trigger

    def wait_on(self, whole: Token) -> None:
        """Wait on behalf of the whole event."""
        token = Token(whole.workflow, self, whole, attached=True)
        self.trigger.arm(token)
        token._set_state(TaskState.WAITING)

    def wait(self, token: Token) -> Wait | None:
        if token._state != TaskState.WAITING:
            return None
        return self.trigger.wait(token)

    def fire(self, token: Token, variables: Mapping[str, Value]) -> None:
        self.trigger.pulled(token, variables)
        whole = token.scope
        assert whole is not None
        node = whole.task_spec
        assert isinstance(node, MultipleCatch)
        node.happened(whole, token)

    def before_cancel(self, token: Token) -> None:
        """Nothing: an event that did not happen is no news."""
