"""Reads the test files of the DMN TCK: cases, inputs, expected results. Evaluates no model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from engine.feel import Evaluation, Value, compile_expression
from engine.model.xml_tree import Node, read

NAMESPACE = "http://www.omg.org/spec/DMN/20160719/testcase"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_READERS = {
    kind: compile_expression(f"{function}(text)", ("text",))
    for kind, function in {
        "date": "date",
        "time": "time",
        "dateTime": "date and time",
        "duration": "duration",
    }.items()
}
_ANY_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Expected:
    """A result node: the decision by name, and what it must give."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. `invocable` names the service or function called instead of a decision."""

    id: str
    kind: str
    invocable: str | None
    inputs: dict[str, Value]
    expected: tuple[Expected, ...]

    @property
    def expects_value(self) -> bool:
        """Say whether any result is not null: an engine that only gives null would fail."""
        return any(result.value is not None for result in self.expected)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A test file: the model it is about, and its cases."""

    path: Path
    model: Path
    cases: tuple[Case, ...]


def case_files(directory: Path) -> Iterator[CaseFile]:
    """Yield the test files below a folder, in the order of their paths."""
    for path in sorted(directory.rglob("*.xml")):
        root = read(path.read_bytes())
        if root.name != "testCases" or root.namespace != NAMESPACE:
            continue
        model_name = root.first("modelName")
        name = model_name.text.strip() if model_name is not None else ""
        cases = tuple(_case(node) for node in root.all("testCase"))
        yield CaseFile(path, path.parent / Path(name).name, cases)


def _case(node: Node) -> Case:
    inputs = {child.get("name") or "": _value(child) for child in node.all("inputNode")}
    expected: list[Expected] = []
    for result in node.all("resultNode"):
        wanted = result.first("expected")
        value = _value(wanted) if wanted is not None else None
        expected.append(Expected(result.get("name") or "", value))
    return Case(
        node.get("id") or "",
        node.get("type") or "decision",
        node.get("invocableName"),
        inputs,
        tuple(expected),
    )


def _value(node: Node) -> Value:
    """Return the value a node holds: a list, a context of components, or one value."""
    if (node.get(f"{_XSI}nil") or "").strip() in ("true", "1"):
        return None
    items = node.first("list")
    if items is not None:
        return [_value(item) for item in items.all("item")]
    components = list(node.all("component"))
    if components:
        return {component.get("name") or "": _value(component) for component in components}
    value = node.first("value")
    return None if value is None else _simple(value)


def _simple(node: Node) -> Value:
    if (node.get(f"{_XSI}nil") or "").strip() in ("true", "1"):
        return None
    kind = (node.get(f"{_XSI}type") or "xsd:string").rpartition(":")[2]
    text = node.text
    if kind == "string":
        return text
    text = text.strip()
    if kind == "boolean":
        return text in ("true", "1")
    reader = _READERS.get(kind)
    if reader is not None:
        return reader.evaluate({"text": text}, Evaluation(_ANY_INSTANT))
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
