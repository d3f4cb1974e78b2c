"""A running procedure: one process instance, its state and what guards it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError
from engine.model.states import move


class InstanceState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    FAILED = "failed"


_MOVES = {
    InstanceState.RUNNING: frozenset(InstanceState),
    InstanceState.SUSPENDED: frozenset(
        {InstanceState.RUNNING, InstanceState.SUSPENDED, InstanceState.CANCELLED}
    ),
    InstanceState.COMPLETED: frozenset[InstanceState](),
    InstanceState.CANCELLED: frozenset[InstanceState](),
    InstanceState.FAILED: frozenset({InstanceState.CANCELLED}),
}


@dataclass(frozen=True, slots=True)
class ProcessInstance:
    """One run of a process definition. `revision` guards it against two steps at once (law 2)."""

    id: str
    process_definition_id: str
    process_definition_key: str
    version: int
    business_key: str | None
    state: InstanceState
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    revision: int
    document: str
    history_length: int
    history_hash: str

    def check_runs(self) -> None:
        """Raise ProcessInstanceNotRunning unless the instance may take a step."""
        if self.state is not InstanceState.RUNNING:
            raise ProcessInstanceNotRunning(self)

    def check_move(self, wanted: InstanceState) -> InstanceState:
        """Return `wanted` if the instance may become it; raise IllegalMove otherwise."""
        return move("process instance", self.state, wanted, _MOVES)


class ProcessInstanceNotFound(RemitError):
    """There is no such process instance, or not in this organisation."""

    code: ClassVar[str] = "process_instance_not_found"

    def __init__(self, instance_id: str) -> None:
        super().__init__(f"There is no process instance {instance_id} here.")


class ProcessInstanceNotRunning(RemitError):
    """The instance has ended or is suspended: nothing of it moves."""

    code: ClassVar[str] = "process_instance_not_running"

    def __init__(self, instance: ProcessInstance) -> None:
        super().__init__(
            f"Process instance {instance.id} is {instance.state}: nothing of it moves now."
        )


class ProcessInstanceMoved(RemitError):
    """Another step changed the instance at the same time; nothing of this one was kept."""

    code: ClassVar[str] = "process_instance_moved"

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"Process instance {instance_id} was changed by another step at the same moment. "
            "Nothing of this one was kept: read it again and retry."
        )
