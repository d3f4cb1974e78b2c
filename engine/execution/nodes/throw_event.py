"""Start, throw and end events: what happens at once when a token reaches them."""

from __future__ import annotations

from engine.execution.instance import Instance
from engine.execution.nodes.activity import Activity
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.said import Parameter, Said, text_of, value_of
from engine.execution.nodes.scopes import clear
from engine.execution.nodes.throwing import throw_error, throw_escalation
from engine.execution.nodes.triggers import is_subscribed
from engine.execution.state import Thrown
from engine.execution.token import Token
from engine.feel import Value
from engine.model.history import HistoryKind
from engine.model.waits import SubscriptionKind


class StartEvent(FlowNode):
    """Where tokens begin."""

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.completed_now(my_task)
        self.leave(my_task)


class PlainEvent(FlowNode):
    """A none throw event or a none end event: the token passes, or ends here."""

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.workflow.completed_now(my_task)
        self.leave(my_task)


class MessageThrow(PlainEvent):
    """Sends a message with its input parameters."""

    message: str = ""
    correlation_key: Said | None = None
    payload: tuple[Parameter, ...] = ()

    def _run_hook(self, my_task: Token) -> bool:
        variables: dict[str, Value] = {
            parameter.name: value_of(parameter.said, my_task) for parameter in self.payload
        }
        _send(my_task, self.message, self.correlation_key, variables)
        return True


class SendTask(Activity):
    """Sends a message with its input parameters, and goes on."""

    message: str = ""
    correlation_key: Said | None = None

    def _run_hook(self, my_task: Token) -> bool:
        _send(my_task, self.message, self.correlation_key, dict(my_task.data))
        return True


def _send(
    token: Token, message: str, correlation_key: Said | None, variables: dict[str, Value]
) -> None:
    key = text_of(correlation_key, token)
    instance = token.workflow
    instance.thrown.append(Thrown("message", message, key, variables))
    instance.record(
        HistoryKind.MESSAGE_THROWN, token, data={"name": message, "correlation_key": key}
    )


class LinkThrow(PlainEvent):
    """Goes on at the link catch event of the same name; there is no sequence flow between them."""

    target: FlowNode

    def leave(self, token: Token) -> None:
        instance = token.workflow
        instance.record(HistoryKind.ELEMENT_COMPLETED, token, data={"flows": []})
        self.target.arrive(instance, token.flow_scope, None)


class MultipleThrow(PlainEvent):
    """Throws several things at once, in the order in which they are drawn in the file."""

    parts: tuple[MessageThrow | SignalThrow | EscalationThrow, ...] = ()

    def _run_hook(self, my_task: Token) -> bool | None:
        for part in self.parts:
            if part._run_hook(my_task) is None:
                return None
            if my_task.id not in my_task.workflow.tasks:
                # What it threw took it away.
                return None
        return True


class SignalThrow(PlainEvent):
    """Sends a signal to everything that waits for it: here at once, elsewhere by the engine."""

    signal: str = ""
    payload: tuple[Parameter, ...] = ()

    def _run_hook(self, my_task: Token) -> bool:
        variables: dict[str, Value] = {
            parameter.name: value_of(parameter.said, my_task) for parameter in self.payload
        }
        instance = my_task.workflow
        instance.record(HistoryKind.SIGNAL_THROWN, my_task, data={"name": self.signal})
        instance.thrown.append(Thrown("signal", self.signal, None, variables))
        _broadcast(instance, self.signal, variables)
        return True


def _broadcast(instance: Instance, signal: str, variables: dict[str, Value]) -> None:
    """Wake every token of this instance that waits for a signal."""
    instance.dormant.wake_all(instance)
    waiting = [
        token
        for token in instance.tasks.values()
        if is_subscribed(token, SubscriptionKind.SIGNAL, signal)
    ]
    for token in waiting:
        # One that fired before may have taken this one away.
        if token.id in instance.tasks:
            token.task_spec.fire(token, variables)


class EscalationThrow(PlainEvent):
    """Throws an escalation and goes on, unless who caught it interrupted it."""

    code: str = ""

    def _run_hook(self, my_task: Token) -> bool | None:
        interrupted = throw_escalation(my_task, self.code)
        return None if interrupted else True


class ErrorEnd(FlowNode):
    """Ends its scope with an error."""

    code: str = ""
    message: str = ""

    def _run_hook(self, my_task: Token) -> None:
        my_task.workflow.record(HistoryKind.ELEMENT_COMPLETED, my_task, data={"flows": []})
        throw_error(my_task, self.code, self.message)

    def before_cancel(self, token: Token) -> None:
        """Nothing: it is taken away by the error it threw itself."""


class TerminateEnd(PlainEvent):
    """Ends its scope: every other token in it is taken away."""

    def _on_complete_hook(self, my_task: Token) -> None:
        clear(my_task.flow_scope, but=my_task)
        super()._on_complete_hook(my_task)
