"""What a scenario says: values only. Never reads a file or runs anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.content import ConnectorAnswer


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a scenario file; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class AnyTime:
    """Stands for a due date that a scenario does not mention, so that none is compared."""


ANY_TIME = AnyTime()
Due = datetime | AnyTime | None


@dataclass(frozen=True, slots=True)
class ExpectedTask:
    """An open user task. What is None (or `ANY_TIME`) is not compared; `due` None means no due date."""

    place: Place
    task: str
    groups: tuple[str, ...] | None = None
    assignee: str | None = None
    due: Due = ANY_TIME
    follow_up: Due = ANY_TIME


@dataclass(frozen=True, slots=True)
class ExpectedNotice:
    """A delivered notice; one row for each receiver."""

    place: Place
    template: str
    to: str


@dataclass(frozen=True, slots=True)
class ExpectedDecision:
    """A decision that was made. `outputs` None or `rules` None is not compared."""

    place: Place
    decision: str
    outputs: Any = None
    compares_outputs: bool = False
    rules: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ExpectedRequest:
    """What another system was asked by a service task. `method`, `url` None, or a `body` that is not
    written, is not compared."""

    place: Place
    task: str
    method: str | None = None
    url: str | None = None
    body: Any = None
    compares_body: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """A person or a program starts the process by its key; or its timer start event `timer` does.

    Then the clock first moves to the next occurrence.
    """

    place: Place
    business_key: str | None = None
    timer: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message arrives; as the beginning of a scenario it starts the process."""

    place: Place
    name: str
    correlation_key: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Complete:
    """Someone with the role `by` completes the open task of element `task`.

    `where` chooses between several: variables that the task sees, each with its value.
    """

    place: Place
    task: str
    by: str
    values: Mapping[str, Any]
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Completing is refused: with exactly these wrong fields, or with the error `code`."""

    place: Place
    task: str
    by: str
    values: Mapping[str, Any]
    fields: tuple[str, ...] | None
    code: str | None
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Another system answers what the service task `task` asks; `reply` None: nobody answers.

    `times` attempts, each at its own time. `where` chooses between several, as in `Complete`.
    """

    place: Place
    task: str
    reply: ConnectorAnswer | None
    times: int = 1
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Perform:
    """A program outside does the service task `task`, or ends it with the BPMN error `error`."""

    place: Place
    task: str
    values: Mapping[str, Any]
    error: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """A person has the dead letter of the service task `task` tried again."""

    place: Place
    task: str
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Time passes, until an instant or by an elapsed time; what falls due runs at its own time."""

    place: Place
    to: datetime | None = None
    by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What must be true now. A part that is None is not compared; a list is compared exactly.

    Notices, decisions and requests are those since the previous `Expect`.
    """

    place: Place
    tasks: tuple[ExpectedTask, ...] | None = None
    notices: tuple[ExpectedNotice, ...] | None = None
    decisions: tuple[ExpectedDecision, ...] | None = None
    state: str | None = None
    variables: Mapping[str, Any] | None = None
    asked: tuple[ExpectedRequest, ...] | None = None
    dead_letters: tuple[str, ...] | None = None


Step = Complete | Refused | MoveClock | SendMessage | Answer | Perform | Retry | Expect


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case of one organisation's procedure, from its beginning.

    `after` names files beside this one: what happens in those `earlier` scenarios has happened
    before this one begins, and stays.
    """

    place: Place
    name: str
    organisation: str
    process: str
    zone: ZoneInfo
    now: datetime
    begin: Start | SendMessage
    steps: tuple[Step, ...]
    after: tuple[str, ...] = ()
    earlier: tuple[Scenario, ...] = ()
