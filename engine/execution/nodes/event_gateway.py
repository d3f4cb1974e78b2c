"""Event-based gateways: several events are armed, the first to happen takes the token."""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.token import Token
from engine.model.history import HistoryKind


class EventGateway(FlowNode):
    """Its token holds one armed token for each event that may come."""

    holds_tokens = True

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(TaskState.WAITING)
        for route in self.routes:
            route.target._update(Token(my_task.workflow, route.target, my_task, attached=True))
        return False

    @staticmethod
    def leave_gateway(token: Token) -> None:
        """Put the token of the event that happened in place of its gateway's, if it has one."""
        gateway = token.scope
        if gateway is None or not isinstance(gateway.task_spec, EventGateway):
            return
        node = gateway.task_spec
        instance = token.workflow
        taken = [route.flow.id for route in node.routes if route.target is token.task_spec]
        instance.record(HistoryKind.ELEMENT_COMPLETED, gateway, data={"flows": taken[:1]})
        for other in gateway.children:
            if other is not token:
                other.cancel()
        scope = token.flow_scope
        gateway._children.pop(token.id)
        token.scope, token._parent, token.attached = scope, scope.id, False
        scope._children[token.id] = None
        scope.inner += 1
        gateway._set_state(TaskState.COMPLETED)
        instance.remove(gateway)
