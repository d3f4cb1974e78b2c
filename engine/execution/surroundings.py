"""What an instance may ask of the world while it runs: the time, expressions, decisions, processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.dmn import DecisionResult
from engine.execution.process_spec import ProcessSpec, Reference
from engine.feel import Evaluation, Value


@dataclass
class Surroundings:
    """Handed in for one step of one instance.

    `now` is aware and UTC. `new_evaluation` gives a fresh evaluation in the organisation's zone
    and calendar. `decide` evaluates a deployed decision, `process` finds what a call activity
    calls, both by the reference's binding and as seen from the process that refers to it;
    `process_version` finds exactly what a stored document was running.
    """

    now: datetime
    new_evaluation: Callable[[], Evaluation]
    decide: Callable[[Reference, Mapping[str, Value], ProcessSpec], DecisionResult]
    process: Callable[[Reference, ProcessSpec], ProcessSpec]
    process_version: Callable[[str, int], ProcessSpec]
