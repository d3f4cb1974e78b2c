"""Scopes: the process, sub-processes and called processes. Opens them, takes them away, knows their handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.execution.nodes.flow_node import FlowNode
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.nodes.event_subprocess import EventSubProcess

INTERRUPTED = "interrupted"
"""Kept by a scope that an event sub-process has taken over: none of its handlers acts again."""


def node_of(scope: Token) -> FlowNode:
    """Return the node whose inner nodes the tokens in a scope are at."""
    if scope.home is not None:
        start: FlowNode = scope.home.spec.graph.start
        return start
    return scope.task_spec


def handlers_of(scope: Token) -> tuple[EventSubProcess, ...]:
    """Return the event sub-processes of a scope, none once one of them has interrupted it."""
    if INTERRUPTED in scope.internal_data:
        return ()
    return node_of(scope).event_subprocesses


def open_scope(scope: Token) -> None:
    """Arm the event sub-processes of a scope that begins."""
    for handler in handlers_of(scope):
        handler.arm(scope)


def clear(scope: Token, *, but: Token | None = None) -> None:
    """Take away every token that lives in a scope; what sits on it stays."""
    instance = scope.workflow
    for child in scope.children:
        if child is not but and not child.attached:
            child.cancel()
    scope.arrived.clear()
    instance.joining.pop(scope.id, None)
