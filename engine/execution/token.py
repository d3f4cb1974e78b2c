"""Tokens: SpiffWorkflow tasks that say where an instance is. Only live ones exist; none is predicted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.execution.variables import Variables
from engine.feel import Value

if TYPE_CHECKING:
    from engine.execution.instance import Instance
    from engine.execution.nodes.flow_node import FlowNode
    from engine.execution.process_spec import ProcessSpec


ROOT_ID = "0" * 32
"""The root token's id in every instance: it is where an instance is, not a place in it."""


@dataclass(slots=True)
class Home:
    """What belongs to one run of one process: its variables and what it has completed.

    The instance's root token has one, and so has every call activity for the process it calls.
    `completed` maps an element to when it was last completed (ISO text) and by whom. `identity`
    is what expressions read as `process_instance`.
    """

    spec: ProcessSpec
    variables: Variables
    completed: dict[str, tuple[str, str | None]]
    identity: dict[str, Any]


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """One place where an instance is.

    SpiffWorkflow's task without its history: a token goes when it has moved on, so an instance is
    as large as what it waits for. `scope` is the token it lives in (the root, a sub-process, a
    call activity, a multi-instance body) or, when `attached`, the token it sits on. An `armed`
    token is the start of an event sub-process: it lives in its scope without keeping it alive.
    `internal_data` is stored and holds plain JSON values; `data` holds local variables. `arrived`
    counts the tokens that wait at joins inside this one: gateway, then flow, then how many.
    """

    id: str
    workflow: Instance
    task_spec: FlowNode
    data: dict[str, Value]
    internal_data: dict[str, Any]

    def __init__(
        self,
        instance: Instance,
        node: FlowNode,
        scope: Token | None,
        *,
        id: str | None = None,
        attached: bool = False,
        armed: bool = False,
    ) -> None:
        # Task.__init__ is not called: it makes a tree by ids, reads the clock and numbers threads.
        # A contract test holds the attributes against the pinned version.
        self.id = id or uuid4().hex
        self.workflow = instance
        self.task_spec = node
        self.scope = scope
        self.attached = attached
        self.armed = armed
        self._parent = scope.id if scope is not None else None
        self._children: dict[str, None] = {}
        self._state = TaskState.FUTURE
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self.data = {}
        self.internal_data = {}
        self.inner = 0
        self.due: datetime | None = None
        self.home: Home | None = None
        self.arrived: dict[str, dict[str, int]] = {}
        self.children_known = True
        instance.tasks[self.id] = self
        if id is None:
            instance.dormant.add(self.id)
        if scope is not None:
            scope._children[self.id] = None
            if self.keeps_alive:
                scope.inner += 1

    @property
    def keeps_alive(self) -> bool:
        """Whether the scope goes on while this token is there."""
        return not (self.attached or self.armed)

    @property
    def parent(self) -> Token | None:
        """The token this one lives in or sits on."""
        return self.scope

    @property
    def children(self) -> list[Token]:
        """The tokens that live in this one or sit on it, oldest first."""
        return self.workflow.children_of(self)

    @property
    def flow_scope(self) -> Token:
        """The token in which what follows this one will live."""
        scope = self.scope
        if self.attached and scope is not None:
            scope = scope.scope
        if scope is None:
            raise AssertionError(f"{self} is the root: nothing follows it")
        return scope

    @property
    def surrounding_home(self) -> Home:
        """The run of a process whose variables this token's expressions see."""
        token: Token | None = self.flow_scope if self.scope is not None else self
        while token is not None:
            if token.home is not None:
                return token.home
            token = token.scope
        raise AssertionError("the root token always has a home")

    def local_holder(self, name: str, *, outside: bool = False) -> Token | None:
        """Return the nearest token with a local variable of this name, None if it is not local.

        `outside` leaves this token's own variables out.
        """
        token: Token | None = self.scope if self.attached or outside else self
        if outside and token is not None and token.home is not None:
            return None
        while token is not None:
            if name in token.data:
                return token
            token = token.scope
            if token is not None and token.home is not None:
                return None
        return None

    def has_locals(self) -> bool:
        """Say whether anything here is local, so that looking names up needs more than the home."""
        token: Token | None = self.scope if self.attached else self
        while token is not None:
            if token.data:
                return True
            token = token.scope
            if token is not None and token.home is not None:
                return False
        return False

    def is_descendant_of(self, task: Task) -> bool:
        """Say whether this token lives, however deep, in another one or on it."""
        token = self.scope
        while token is not None:
            if token is task:
                return True
            token = token.scope
        return False

    def cancel(self) -> None:
        """Take this token away with everything in it and on it."""
        if self.id not in self.workflow.tasks:
            return
        self.task_spec.before_cancel(self)
        for child in self.children:
            child.cancel()
        self._set_state(TaskState.CANCELLED)
        self.task_spec._on_cancel(self)

    def _set_state(self, value: int) -> None:
        # Without the log record and the clock reading that SpiffWorkflow spends on each change.
        self._state = value
