"""What running an instance can refuse. Nothing here is raised for a diagram: lint does that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from engine.model.errors import RemitError


class TokenNotWaiting(RemitError):
    """The token is unknown, has moved on, or does not wait for what was brought to it."""

    code: ClassVar[str] = "token_not_waiting"

    def __init__(self, token_id: str, what: str = "anything") -> None:
        super().__init__(
            f"Token {token_id} no longer waits for {what}: the instance has moved on. "
            "Look at what it waits for now."
        )
        self.token_id = token_id


class HungProcess(RemitError):
    """Nothing can happen any more, and the instance is not at its end. Nothing was stored."""

    code: ClassVar[str] = "hung_process"

    def __init__(self, places: Sequence[str]) -> None:
        listed = "; ".join(places)
        super().__init__(
            f"The instance would hang for ever: {listed}. The step was undone. Mend the diagram: "
            "a parallel join must get a token on every incoming flow."
        )
        self.places = tuple(places)


class NoFlowTaken(RemitError):
    """No outgoing flow has a true condition and there is no default flow. The step was undone."""

    code: ClassVar[str] = "no_flow_taken"

    def __init__(self, element_id: str, name: str | None, conditions: Sequence[str]) -> None:
        shown = f"“{name}” ({element_id})" if name else element_id
        tried = "; ".join(conditions)
        super().__init__(
            f"No way leads on from {shown}: no condition is true ({tried}) and there is no "
            "default flow. The step was undone."
        )
        self.element_id = element_id


class ValueNotUsable(RemitError):
    """An expression gave a value that its place in the diagram cannot use. The step was undone."""

    code: ClassVar[str] = "value_not_usable"

    def __init__(self, element_id: str, what: str, problem: str) -> None:
        super().__init__(f"{what} of {element_id}: {problem}. The step was undone.")
        self.element_id = element_id


class RunawayProcess(RemitError):
    """The instance takes step after step without ever waiting. The step was undone."""

    code: ClassVar[str] = "runaway_process"


class ReservedName(RemitError):
    """A variable may not have this name: expressions read the instance's own facts under it."""

    code: ClassVar[str] = "reserved_name"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” is reserved: in every expression it tells what the instance has done. "
            "Give the variable another name."
        )


class DocumentNotReadable(RemitError):
    """A stored document does not fit this engine or this version of the process."""

    code: ClassVar[str] = "document_not_readable"
