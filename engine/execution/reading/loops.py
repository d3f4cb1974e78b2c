"""Reads multi-instance activities: the body around the activity and what it iterates over."""

from __future__ import annotations

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.multi_instance import MultiInstance
from engine.execution.reading.activities import read_activity
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making
from engine.execution.reading.names import dialect, is_true


def read_multi_instance(making: Making) -> Activity | None:
    """Return an activity's node, inside a multi-instance body if it is drawn as one."""
    loop = next(
        (c for c in bpmn_children(making.node) if c.name == "multiInstanceLoopCharacteristics"),
        None,
    )
    if loop is None:
        return read_activity(making, making.element.id)
    inner = read_activity(making, f"{making.element.id}#each")
    body = MultiInstance(making.graph, making.element)
    drawing, owner = making.drawing, making.owner
    body.sequential = is_true(loop.get("isSequential"))
    variable = dialect(loop, "elementVariable")
    collection = dialect(loop, "collection")
    for child in bpmn_children(loop):
        text = child.text.strip()
        if child.name == "loopCardinality":
            body.cardinality = drawing.formula(
                child.text, child, owner, "The loop cardinality", bare=text.isdigit()
            )
        elif child.name == "completionCondition":
            body.completion_condition = drawing.formula(
                child.text,
                child,
                owner,
                "The completion condition",
                language=child.get("language"),
            )
        elif child.name == "loopDataInputRef":
            collection = collection or text
        elif child.name == "inputDataItem":
            variable = variable or child.get("name") or child.get("id")
    if collection is not None:
        if variable is None:
            making.error(
                "missing_element_variable",
                "The multi-instance activity has a collection but no element variable: name the "
                "variable that holds each element.",
                loop,
            )
        named = collection.strip()
        body.collection = drawing.formula(
            named, loop, owner, "The collection", bare=not named.startswith("=")
        )
        body.cardinality = None
    elif body.cardinality is None:
        making.error(
            "missing_collection",
            "The multi-instance activity says neither a collection nor a cardinality.",
            loop,
        )
    body.element_variable = drawing.writes(owner, variable, "The element variable", loop)
    if inner is None:
        return None
    body.inner = inner
    return body
