"""Reads repeated activities: the body around the activity, and what it iterates over or how long."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.execution.nodes.activity import Activity
from engine.execution.nodes.multi_instance import MultiInstance
from engine.execution.nodes.standard_loop import StandardLoop
from engine.execution.reading.activities import read_activity
from engine.execution.reading.drawing import bpmn_children
from engine.execution.reading.making import Making
from engine.execution.reading.names import dialect, is_true, local
from engine.feel import compile_expression
from engine.model.xml_tree import Node

OUTPUT_COLLECTION = "output_collection"
OUTPUT_ELEMENT = "output_element"
_NAME = re.compile(r"[^\W\d]\w*")


def read_repeated(making: Making) -> Activity | None:
    """Return an activity's node, inside the body of its loop if it is drawn with one."""
    drawn = [child for child in bpmn_children(making.node) if child.name in _LOOPS]
    if not drawn:
        return read_activity(making, making.element.id)
    if is_true(making.node.get("triggeredByEvent")):
        making.error(
            "unsupported_element",
            "An event sub-process begins whenever its event happens and cannot be repeated "
            "besides: put a repeated sub-process into it.",
        )
        return None
    inner = read_activity(making, f"{making.element.id}#each")
    return _LOOPS[drawn[0].name](making, drawn[0], inner)


def _standard_loop(making: Making, loop: Node, inner: Activity | None) -> Activity | None:
    body = StandardLoop(making.graph, making.element)
    body.test_before = is_true(loop.get("testBefore"))
    maximum = (loop.get("loopMaximum") or "").strip()
    if maximum:
        # The schema has seen to it that this is a whole number.
        body.maximum = max(int(maximum[:9]), 0)
    for child in bpmn_children(loop):
        if child.name == "loopCondition":
            body.condition = making.drawing.formula(
                child.text,
                child,
                making.owner,
                "The loop condition",
                language=child.get("language"),
            )
    if body.condition is None and body.maximum is None:
        making.error(
            "missing_condition",
            "The loop never ends: give it a condition for going on, or a maximum.",
            loop,
        )
    if inner is None:
        return None
    body.inner = inner
    return body


def _multi_instance(making: Making, loop: Node, inner: Activity | None) -> Activity | None:
    body = MultiInstance(making.graph, making.element)
    drawing, owner = making.drawing, making.owner
    behaviour = loop.get("behavior") or "All"
    if behaviour != "All":
        making.error(
            "unsupported_attribute",
            f"The behaviour “{behaviour}” throws events as instances complete, which is not "
            "supported: throw an event in the activity itself.",
            loop,
        )
    body.sequential = is_true(loop.get("isSequential"))
    variable = dialect(loop, "elementVariable")
    collection = dialect(loop, "collection")
    output: str | None = None
    item: str | None = None
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
        elif child.name == "loopDataOutputRef":
            output = local(text)
        elif child.name == "outputDataItem":
            item = child.get("name") or child.get("id")
        elif child.name == "loopDataInputRef":
            if collection is not None:
                making.error(
                    "ambiguous_collection",
                    "The multi-instance activity names two collections: keep the camunda:collection "
                    "or the loopDataInputRef.",
                    child,
                )
            collection = collection or text
        elif child.name == "inputDataItem":
            variable = variable or child.get("name") or child.get("id")
    if collection is not None:
        if body.cardinality is not None:
            making.error(
                "ambiguous_collection",
                "The multi-instance activity has both a collection and a cardinality: keep one.",
                loop,
            )
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
    _read_outputs(making, loop, body, output, item)
    body.element_variable = drawing.writes(owner, variable, "The element variable", loop)
    if inner is None:
        return None
    body.inner = inner
    return body


def _read_outputs(
    making: Making, loop: Node, body: MultiInstance, collection: str | None, item: str | None
) -> None:
    """Read what is gathered: by the standard's references, or by extension properties.

    Modellers for Camunda 7 edit no output references: the properties `output_collection` (a
    variable) and `output_element` (FEEL) say the same.
    """
    drawing, owner = making.drawing, making.owner
    properties = making.extensions.properties
    element = properties.get(OUTPUT_ELEMENT)
    collection = collection or properties.get(OUTPUT_COLLECTION)
    if collection is None and item is None and element is None:
        return
    if not collection or not (item or element):
        making.error(
            "missing_output",
            "The multi-instance activity gathers outputs only with both: the collection that takes "
            "them and what each instance gives to it.",
            loop,
        )
        return
    body.output_collection = drawing.writes(owner, collection, "The output collection", loop)
    if element:
        body.output_element = drawing.formula(element, loop, owner, "The output element")
    elif item and _NAME.fullmatch(item):
        body.output_variable = drawing.writes(owner, item, "The output of an instance", loop)
        body.output_element = compile_expression(item)
    else:
        making.error("unknown_value", f"“{item}” is no name of a variable.", loop)


_LOOPS: dict[str, Callable[[Making, Node, Activity | None], Activity | None]] = {
    "multiInstanceLoopCharacteristics": _multi_instance,
    "standardLoopCharacteristics": _standard_loop,
}
