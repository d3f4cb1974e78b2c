"""What a process definition says, as values for the rest of the engine. Shared by many instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.execution.timers import Timer

RESERVED_NAMES = frozenset({"completed", "process_instance"})
"""Readable in every expression, writable by nothing."""


@dataclass(frozen=True, slots=True)
class Element:
    """One thing drawn in the diagram. `type` is its BPMN name, such as `userTask`.

    `event` is what an event waits for or throws (`timer`, `message`, ...), None for a plain one.
    `lane_id` is the innermost lane; `parent_id` the sub-process or process around it. `behaviour`
    is a digest of all that the diagram says of it besides: two alike do alike.
    """

    id: str
    type: str
    name: str
    line: int
    column: int
    clauses: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str = ""
    parent_id: str | None = None
    lane_id: str | None = None
    event: str | None = None
    behaviour: str = ""

    def __str__(self) -> str:
        return f"“{self.name}” ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition_text` is FEEL without the leading `=`."""

    id: str
    source: str
    target: str
    name: str = ""
    condition_text: str | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a diagram of something deployed on its own: a form, a decision, a process.

    `binding` is `latest`, `deployment`, `version` or `versionTag`; `version` is the number or the
    tag that goes with the last two.
    """

    element_id: str
    key: str
    binding: str = "latest"
    version: str | None = None


@dataclass(frozen=True)
class ProcessSpec:
    """A process that can run. Nothing of it changes at run time; threads may share it.

    `graph` is SpiffWorkflow's specification of it. `message_starts` maps a message's name to its
    start event, `timer_starts` a start event to when it begins instances. `topics` maps service
    and send tasks to their topic, `group_elements` a candidate group to the first element that
    names it. `read_names` maps elements to the variables that their
    expressions read, `written_names` to those they write, `literal_inputs` to the input parameters
    that are plain text, `given_names` what its call activities give the processes they call.
    `version` is set by whoever deploys.
    """

    key: str
    name: str
    file: str
    graph: Any = field(repr=False, compare=False)
    version_tag: str | None = None
    documentation: str = ""
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    form_refs: tuple[Reference, ...] = ()
    decision_refs: tuple[Reference, ...] = ()
    call_refs: tuple[Reference, ...] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    candidate_groups: frozenset[str] = frozenset()
    group_elements: Mapping[str, str] = field(default_factory=dict)
    message_starts: Mapping[str, str] = field(default_factory=dict)
    signal_starts: Mapping[str, str] = field(default_factory=dict)
    timer_starts: Mapping[str, Timer] = field(default_factory=dict)
    has_none_start: bool = False
    start_form_ref: Reference | None = None
    candidate_starter_groups: tuple[str, ...] = ()
    candidate_starter_users: tuple[str, ...] = ()
    clauses: frozenset[str] = frozenset()
    read_names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    written_names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given_names: frozenset[str] = frozenset()
    literal_inputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    history_time_to_live: str | None = None
    version: int = 0

    def at_version(self, version: int) -> ProcessSpec:
        """Return the same process as the version it was deployed as."""
        return replace(self, version=version)
