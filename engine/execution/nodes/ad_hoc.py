"""Ad-hoc sub-processes: activities that people choose, in any order and as often as they like."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.scopes import clear, open_scope
from engine.execution.nodes.subprocess import SubProcess
from engine.execution.token import Token
from engine.feel import Expression
from engine.model.history import HistoryKind

CLOSING = "closing"
"""Kept once the completion condition is true and what was begun may still be finished."""


class AdHocSubProcess(SubProcess):
    """BPMN 2.0 §13.2.5: activities without an incoming flow are offered until the condition is true.

    Offering is a user task or receive task that waits; doing it is what chooses it. Each is
    offered again as soon as it is done. After every activity the completion condition is asked:
    when it is true nothing is offered any more, and what else was begun is taken away, or, without
    `cancels_rest`, finished first.
    """

    enabled: tuple[FlowNode, ...] = ()
    completion_condition: Expression
    cancels_rest: bool = True

    def _run_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        instance.record(HistoryKind.ELEMENT_ENTERED, my_task)
        open_scope(my_task)
        for node in self.enabled:
            node.arrive(instance, my_task, None)

    def inner_completed(self, token: Token, inner: Token) -> None:
        """Ask whether it is done; if not, offer again what was just done."""
        instance = token.workflow
        if CLOSING in token.internal_data:
            self._close(token)
            return
        if not isinstance(inner.task_spec, Activity):
            return
        if instance.evaluate(self.completion_condition, token) is True:
            if self.cancels_rest:
                clear(token)
                instance.empty(token)
                return
            token.internal_data[CLOSING] = True
            for child in token.children:
                if child.task_spec in self.enabled:
                    child.cancel()
            self._close(token)
        elif inner.task_spec in self.enabled:
            inner.task_spec.arrive(instance, token, None)

    def _close(self, token: Token) -> None:
        """Complete once nothing runs inside: what waits at a join there waits for nothing."""
        if token.inner == 0:
            clear(token)
            token.workflow.empty(token)
