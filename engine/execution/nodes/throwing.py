"""How errors and escalations find who catches them: outward from where they are thrown, no further."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.boundary_event import (
    CatchingBoundary,
    ErrorBoundary,
    EscalationBoundary,
)
from engine.execution.nodes.event_subprocess import EventSubProcess
from engine.execution.nodes.scopes import handlers_of
from engine.execution.token import Token
from engine.model.history import HistoryKind

Catcher = CatchingBoundary | EventSubProcess


def throw_error(token: Token, code: str, message: str) -> None:
    """Throw a BPMN error: the innermost boundary or event sub-process that catches it takes over.

    Caught by nobody it fails the instance, for all to see, rather than letting it go on as if
    nothing had happened.
    """
    instance = token.workflow
    instance.record(HistoryKind.ERROR_THROWN, token, data={"code": code, "message": message})
    caught = _catcher(token, code, error=True)
    if caught is None:
        instance.fail(code, message, token)
        return
    where, catcher = caught
    catcher.catch(where, code, message)


def throw_escalation(token: Token, code: str) -> bool:
    """Throw an escalation; say whether what threw it was interrupted.

    Caught by nobody it has no effect but its history event (BPMN 2.0 §10.5.4).
    """
    instance = token.workflow
    caught = _catcher(token, code, error=False)
    data = {"code": code, "caught_by": caught[1].element.id if caught else None}
    instance.record(HistoryKind.ESCALATION_THROWN, token, data=data)
    if caught is None:
        return False
    where, catcher = caught
    if catcher.interrupting:
        # The event has done its part; it ends with the activity around it.
        instance.record(HistoryKind.ELEMENT_COMPLETED, token, data={"flows": []})
        instance.remove(token)
    catcher.catch(where, code, "")
    return catcher.interrupting


def _catcher(token: Token, code: str, *, error: bool) -> tuple[Token, Catcher] | None:
    """Return who catches a code, and the token it is caught at; one that names it goes first.

    Going outward, a scope's event sub-processes come before the events on its boundary. What is
    thrown in an event sub-process is not caught by the same one.
    """
    kind = ErrorBoundary if error else EscalationBoundary
    inner: Token | None = None
    where: Token | None = token
    while where is not None:
        node = where.task_spec
        handlers: list[Catcher] = [
            handler
            for handler in handlers_of(where)
            if handler.takes(code, error=error)
            and (inner is None or inner.task_spec is not handler)
        ]
        boundaries: list[Catcher] = []
        if isinstance(node, Activity):
            boundaries += [b for b in node.boundaries if isinstance(b, kind) and b.catches(code)]
        fitting = handlers or boundaries
        if fitting:
            return where, min(fitting, key=lambda catcher: catcher.caught is None)
        inner, where = where, where.scope
    return None
