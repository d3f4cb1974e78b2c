"""What a handler is asked to do for a service task, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.model.notices import Notice


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """Work for a handler. `job_id` is the same at every attempt: the idempotency key outside."""

    job_id: str
    organisation: str
    process_instance_id: str
    token_id: str
    business_key: str | None
    element_id: str
    topic: str
    variables: Mapping[str, Any]
    clauses: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class ResultWarning:
    """Why a variable of a result is not what its expression wanted; the instance's history keeps it."""

    variable: str
    expression: str
    message: str
    position: int
    code: str


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """What the instance takes over: variables, and notices that were delivered."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    warnings: tuple[ResultWarning, ...] = ()


class BpmnError(Exception):
    """A failure that the diagram knows: caught by an error boundary event with this code."""

    def __init__(
        self, error_code: str, message: str = "", variables: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message or error_code)
        self.error_code = error_code
        self.message = message
        self.variables = dict(variables or {})
