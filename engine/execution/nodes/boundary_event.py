"""Boundary events: what sits on an activity and, when it happens, interrupts it or runs beside it."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.triggers import Trigger
from engine.execution.token import Token
from engine.feel import Value
from engine.model.waits import Wait


class BoundaryEvent(FlowNode):
    """An event with a trigger: its token sits on the activity's token and waits."""

    waits = True
    trigger: Trigger | None = None
    interrupting: bool = True
    others: tuple[BoundaryEvent, ...] = ()
    """The other nodes of the same drawn event, when it has several definitions."""

    def sit_on(self, host: Token) -> None:
        """Arm the event for one run of its activity."""
        token = Token(host.workflow, self, host, attached=True)
        assert self.trigger is not None
        self.trigger.arm(token)
        token._set_state(TaskState.WAITING)

    def wait(self, token: Token) -> Wait | None:
        if token._state != TaskState.WAITING or self.trigger is None:
            return None
        return self.trigger.wait(token, host=token._parent, interrupting=self.interrupting)

    def fire(self, token: Token, variables: Mapping[str, Value]) -> None:
        assert self.trigger is not None
        self.trigger.pulled(token, variables)
        self.happen(token)

    def happen(self, token: Token) -> None:
        """Send a token on from the activity's scope; take the activity away if it is interrupted."""
        instance = token.workflow
        host = token.scope
        assert host is not None
        instance.completed_now(token)
        if self.interrupting:
            host.cancel()
            self.leave(token)
            return
        self.leave(token)
        if self.trigger is None or not self.trigger.again(token):
            instance.remove(token)

    def before_cancel(self, token: Token) -> None:
        """Nothing: an event that did not happen is no news."""


class CatchingBoundary(BoundaryEvent):
    """An error or escalation boundary: nothing to arm, it is looked for when one is thrown.

    `caught` is the code it catches, None for any. The variables named receive what was thrown.
    """

    waits = False
    caught: str | None = None
    code_variable: str | None = None
    message_variable: str | None = None

    def sit_on(self, host: Token) -> None:
        """Nothing: a token is made only when something is thrown."""

    def catches(self, code: str) -> bool:
        """Say whether this code is caught here."""
        return self.caught is None or self.caught == code

    def catch(self, host: Token, code: str, message: str) -> None:
        """Take what was thrown inside the host."""
        token = Token(host.workflow, self, host, attached=True)
        told: dict[str, Value] = {}
        if self.code_variable:
            told[self.code_variable] = code
        if self.message_variable:
            told[self.message_variable] = message
        host.workflow.write(token, told, outside=True)
        self.happen(token)


class ErrorBoundary(CatchingBoundary):
    """Catches BPMN errors; always interrupts."""


class EscalationBoundary(CatchingBoundary):
    """Catches escalations; interrupts or runs beside what threw it."""
