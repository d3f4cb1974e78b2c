"""How errors and escalations find who catches them: outward from where they are thrown, no further."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import (
    CatchingBoundary,
    ErrorBoundary,
    EscalationBoundary,
)
from engine.execution.token import Token
from engine.model.history import HistoryKind


def throw_error(token: Token, code: str, message: str) -> None:
    """Throw a BPMN error: the innermost boundary that catches it takes over.

    Caught by nobody it fails the instance, for all to see, rather than letting it go on as if
    nothing had happened.
    """
    instance = token.workflow
    instance.record(HistoryKind.ERROR_THROWN, token, data={"code": code, "message": message})
    caught = _catcher(token, ErrorBoundary, code)
    if caught is None:
        instance.fail(code, message, token)
        return
    host, boundary = caught
    boundary.catch(host, code, message)


def throw_escalation(token: Token, code: str) -> bool:
    """Throw an escalation; say whether what threw it was interrupted.

    Caught by nobody it has no effect but its history event (BPMN 2.0 §10.5.4).
    """
    instance = token.workflow
    caught = _catcher(token, EscalationBoundary, code)
    data = {"code": code, "caught_by": caught[1].element.id if caught else None}
    instance.record(HistoryKind.ESCALATION_THROWN, token, data=data)
    if caught is None:
        return False
    host, boundary = caught
    if boundary.interrupting:
        # The event has done its part; it ends with the activity around it.
        instance.record(HistoryKind.ELEMENT_COMPLETED, token, data={"flows": []})
        instance.remove(token)
    boundary.catch(host, code, "")
    return boundary.interrupting


def _catcher(
    token: Token, kind: type[CatchingBoundary], code: str
) -> tuple[Token, CatchingBoundary] | None:
    """Return the nearest host with a boundary for this code; one that names it goes first."""
    host: Token | None = token
    while host is not None:
        node = host.task_spec
        if isinstance(node, Activity):
            fitting = [b for b in node.boundaries if isinstance(b, kind) and b.catches(code)]
            if fitting:
                return host, min(fitting, key=lambda boundary: boundary.caught is None)
        host = host.scope
    return None
