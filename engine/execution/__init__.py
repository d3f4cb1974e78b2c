"""Executes BPMN: reads diagrams, runs instances step by step, stores them. The only code that knows SpiffWorkflow."""

from engine.execution.errors import (
    DocumentNotReadable,
    HungProcess,
    NoFlowTaken,
    ReservedName,
    RunawayProcess,
    TokenNotWaiting,
    ValueNotUsable,
)
from engine.execution.execution import Execution, Place, load, start
from engine.execution.outcome import Outcome
from engine.execution.process_spec import RESERVED_NAMES, Element, Flow, ProcessSpec, Reference
from engine.execution.reading.reader import parse
from engine.execution.state import State, Thrown
from engine.execution.surroundings import Surroundings
from engine.execution.timers import NotATime, Timer, TimerKind, first_start, timer_start

__all__ = [
    "RESERVED_NAMES",
    "DocumentNotReadable",
    "Element",
    "Execution",
    "Flow",
    "HungProcess",
    "NoFlowTaken",
    "NotATime",
    "Outcome",
    "Place",
    "ProcessSpec",
    "Reference",
    "ReservedName",
    "RunawayProcess",
    "State",
    "Surroundings",
    "Thrown",
    "Timer",
    "TimerKind",
    "TokenNotWaiting",
    "ValueNotUsable",
    "first_start",
    "load",
    "parse",
    "start",
    "timer_start",
]
