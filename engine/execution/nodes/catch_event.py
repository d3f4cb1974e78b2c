"""Events and tasks that stand in the flow and wait: intermediate catch events and receive tasks."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.event_gateway import EventGateway
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.triggers import Trigger
from engine.execution.token import Token
from engine.feel import Value
from engine.model.waits import Wait


class CatchEvent(FlowNode):
    """Waits for its trigger, then lets the token go on."""

    waits = True
    trigger: Trigger

    def _update_hook(self, my_task: Token) -> bool:
        self.trigger.arm(my_task)
        my_task._set_state(TaskState.WAITING)
        return False

    def wait(self, token: Token) -> Wait | None:
        if token._state != TaskState.WAITING:
            return None
        return self.trigger.wait(token)

    def fire(self, token: Token, variables: Mapping[str, Value]) -> None:
        self.trigger.pulled(token, variables)
        EventGateway.leave_gateway(token)
        token._ready()

    def before_cancel(self, token: Token) -> None:
        if not token.attached:
            super().before_cancel(token)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.completed_now(my_task)
        self.leave(my_task)


class ReceiveTask(Activity):
    """A task that waits for a message."""

    waits = True
    trigger: Trigger

    def _update_hook(self, my_task: Token) -> bool:
        super()._update_hook(my_task)
        self.trigger.arm(my_task)
        my_task._set_state(TaskState.WAITING)
        return False

    def wait(self, token: Token) -> Wait | None:
        if token._state != TaskState.WAITING:
            return None
        return self.trigger.wait(token)

    def fire(self, token: Token, variables: Mapping[str, Value]) -> None:
        self.trigger.pulled(token, variables)
        EventGateway.leave_gateway(token)
        token._ready()

    def before_cancel(self, token: Token) -> None:
        if not token.attached:
            super().before_cancel(token)
