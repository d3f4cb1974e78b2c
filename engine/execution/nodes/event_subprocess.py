"""Event sub-processes: what is done in a scope when something happens, instead of the rest or beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.scopes import INTERRUPTED, clear
from engine.execution.nodes.subprocess import SubProcess
from engine.execution.nodes.triggers import Trigger
from engine.execution.token import Token
from engine.feel import Value
from engine.model.waits import Wait


class EventSubProcess(SubProcess):
    """A sub-process that begins when its start event happens, not when a token comes."""

    armed_starts: tuple[EventStart, ...] = ()
    """One for each thing from outside that begins it."""

    interrupting: bool = True
    catches_errors: bool = False
    catches_escalations: bool = False
    compensates: bool = False
    caught: str | None = None
    code_variable: str | None = None
    message_variable: str | None = None

    def arm(self, scope: Token) -> None:
        """Have the scope wait for what begins this."""
        for armed in self.armed_starts:
            armed.wait_in(scope)

    def happen(self, scope: Token) -> None:
        """Begin, once what begins it has happened in the scope."""
        self._interrupt(scope)
        self.begin_in(scope)

    def begin_in(
        self,
        scope: Token,
        *,
        variables: Mapping[str, Value] | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a token of this sub-process into a scope."""
        token = Token(scope.workflow, self, scope)
        token.data.update(variables or {})
        token.internal_data.update(kept or {})
        self._update(token)

    def takes(self, code: str, *, error: bool) -> bool:
        """Say whether an error, or else an escalation, of this code is caught here."""
        kind = self.catches_errors if error else self.catches_escalations
        return kind and (self.caught is None or self.caught == code)

    def catch(self, scope: Token, code: str, message: str) -> None:
        """Take what was thrown in the scope."""
        told: dict[str, Value] = {}
        if self.code_variable:
            told[self.code_variable] = code
        if self.message_variable:
            told[self.message_variable] = message
        self._interrupt(scope)
        token = Token(scope.workflow, self, scope)
        scope.workflow.write(token, told, outside=True)
        self._update(token)

    def _interrupt(self, scope: Token) -> None:
        if self.interrupting:
            clear(scope)
            scope.internal_data[INTERRUPTED] = self.name


class EventStart(FlowNode):
    """The start event of an event sub-process while it waits: its token is armed in the scope."""

    waits = True
    trigger: Trigger
    begins: EventSubProcess

    @property
    def may_free(self) -> bool:
        # What runs beside the rest of a scope cannot help a join that waits in it.
        return self.begins.interrupting

    def wait_in(self, scope: Token) -> None:
        """Wait in a scope that begins."""
        token = Token(scope.workflow, self, scope, armed=True)
        self.trigger.arm(token)
        token._set_state(TaskState.WAITING)

    def wait(self, token: Token) -> Wait | None:
        if token._state != TaskState.WAITING:
            return None
        return self.trigger.wait(token, interrupting=self.begins.interrupting)

    def fire(self, token: Token, variables: Mapping[str, Value]) -> None:
        scope = token.scope
        assert scope is not None
        self.trigger.pulled(token, variables)
        self.begins.happen(scope)
        if not self.begins.interrupting and not self.trigger.again(token):
            token.workflow.remove(token)

    def before_cancel(self, token: Token) -> None:
        """Nothing: an event that did not happen is no news."""
