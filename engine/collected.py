"""What the tasks of a diagram collect: which processes, which variables, over which period."""

from __future__ import annotations

from collections.abc import Iterator

from engine.execution import ProcessSpec, Reference

COLLECT_TOPIC = "collect"
"""The topic whose tasks collect the instances of a period."""
INPUTS = frozenset({"processes", "since", "until"})
"""What such a task must say."""


def names_in(written: object) -> tuple[str, ...]:
    """Return the names in a list, or in a text with commas between them; each once."""
    found = written.split(",") if isinstance(written, str) else written
    if not isinstance(found, list):
        return ()
    return tuple(
        dict.fromkeys(name.strip() for name in found if isinstance(name, str) and name.strip())
    )


def processes(spec: ProcessSpec) -> Iterator[Reference]:
    """Yield the processes that the diagram's tasks collect from, as far as they are written out."""
    for element_id in _collecting(spec):
        for key in names_in(spec.literal_inputs.get(element_id, {}).get("processes")):
            yield Reference(element_id, key)


def variables(spec: ProcessSpec, element_id: str) -> frozenset[str]:
    """Return the variables of other instances that a task collects; none if it collects nothing."""
    if spec.topics.get(element_id) != COLLECT_TOPIC:
        return frozenset()
    return frozenset(names_in(spec.literal_inputs.get(element_id, {}).get("variables")))


def incomplete(spec: ProcessSpec) -> Iterator[tuple[str, str]]:
    """Yield the tasks that do not say all they must, each with what to tell the process owner."""
    for element_id in _collecting(spec):
        missing = INPUTS - spec.written_names.get(element_id, frozenset())
        if missing:
            named = ", ".join(sorted(missing))
            yield element_id, f"The task collects instances, but its inputs lack {named}."


def _collecting(spec: ProcessSpec) -> Iterator[str]:
    return (element_id for element_id, topic in spec.topics.items() if topic == COLLECT_TOPIC)
