"""Embedded sub-processes: a scope inside the instance, with the variables of the process around it."""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.flow_node import FlowNode
from engine.execution.nodes.scopes import open_scope
from engine.execution.token import Token
from engine.model.history import HistoryKind


class SubProcess(Activity):
    """Holds the tokens of its inner nodes and completes when the last of them has gone."""

    resting = TaskState.STARTED
    holds_tokens = True

    start: FlowNode

    def _run_hook(self, my_task: Token) -> None:
        instance = my_task.workflow
        instance.record(HistoryKind.ELEMENT_ENTERED, my_task)
        open_scope(my_task)
        self.start.arrive(instance, my_task, None)

    def emptied(self, token: Token) -> None:
        token.complete()
