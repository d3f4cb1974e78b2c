"""What of BPMN 2.0 runs, at which position, and what to draw instead of the rest. One table, no reading."""

from __future__ import annotations

from enum import StrEnum


class Position(StrEnum):
    """Where an event stands."""

    PROCESS_START = "start event of a process"
    SUB_PROCESS_START = "start event of a sub-process"
    EVENT_START = "start event of an event sub-process"
    CATCH = "intermediate catch event"
    THROW = "intermediate throw event"
    BOUNDARY = "boundary event"
    END = "end event"


DEFINITIONS = (
    "none",
    "message",
    "timer",
    "signal",
    "conditional",
    "error",
    "escalation",
    "compensate",
    "link",
    "cancel",
    "terminate",
    "multiple",
    "parallel multiple",
)
"""What an event can wait for or throw; `none` is a plain event."""

EVENTS_RUN: dict[Position, frozenset[str]] = {
    Position.PROCESS_START: frozenset({"none", "message", "timer", "signal", "multiple"}),
    Position.SUB_PROCESS_START: frozenset({"none"}),
    Position.EVENT_START: frozenset(
        {
            "message",
            "timer",
            "signal",
            "conditional",
            "error",
            "escalation",
            "compensate",
            "multiple",
        }
    ),
    Position.CATCH: frozenset(
        {"message", "timer", "signal", "conditional", "link", "multiple", "parallel multiple"}
    ),
    Position.THROW: frozenset(
        {"none", "message", "signal", "escalation", "compensate", "link", "multiple"}
    ),
    Position.BOUNDARY: frozenset(
        {
            "message",
            "timer",
            "signal",
            "conditional",
            "error",
            "escalation",
            "compensate",
            "cancel",
            "multiple",
        }
    ),
    Position.END: frozenset(
        {
            "none",
            "message",
            "signal",
            "error",
            "escalation",
            "compensate",
            "cancel",
            "terminate",
            "multiple",
        }
    ),
}
"""The definitions that run at each position. The reader refuses every other."""

_ADVICE = {
    "none": "It would wait for nothing: choose what it waits for.",
    "message": "Draw a message start, catch, throw, boundary or end event.",
    "timer": "Draw a timer start, catch or boundary event.",
    "signal": "Draw a signal start, catch, throw, boundary or end event.",
    "conditional": "Draw a conditional catch or boundary event, or an event sub-process.",
    "error": "Errors end what they are thrown in: draw an error end event, boundary event or event "
    "sub-process.",
    "escalation": "Draw an escalation throw, end or boundary event, or an event sub-process.",
    "compensate": "Draw a compensation throw, end or boundary event.",
    "link": "A link leads from a throw event to a catch event: draw those, or the sequence flow.",
    "cancel": "Draw a cancel end event in a transaction and a cancel event on its boundary.",
    "terminate": "Only an end event can terminate.",
    "multiple": "Draw one event for each definition.",
    "parallel multiple": "Draw a parallel gateway with one catch event for each definition.",
}
_ADVICE_AT = {
    (Position.PROCESS_START, "conditional"): (
        "Variables belong to instances, so there are none before one begins: begin by a message, "
        "signal or timer, and let a gateway or conditional catch event follow."
    ),
    (Position.PROCESS_START, "compensate"): (
        "A compensation event sub-process belongs into the sub-process that it undoes."
    ),
    **{
        (Position.SUB_PROCESS_START, definition): (
            "An embedded sub-process begins when its token comes: draw a plain start event, or an "
            "event sub-process."
        )
        for definition in DEFINITIONS
    },
}


def advice(position: Position, definition: str) -> str:
    """Say what to draw instead of a definition that does not run at a position."""
    return _ADVICE_AT.get((position, definition)) or _ADVICE[definition]


def spoken(definition: str, position: Position) -> str:
    """Name an event as people do."""
    if definition == "none":
        return f"plain {position}"
    return f"{'compensation' if definition == 'compensate' else definition} {position}"


ALWAYS_INTERRUPT = frozenset({"error", "cancel"})
"""Definitions that never run beside what they catch."""
