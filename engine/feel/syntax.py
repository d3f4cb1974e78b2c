"""The syntax tree of FEEL: what was written and where. It evaluates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple

from engine.feel.types import Type

# The fields of each class of nodes in which nodes may be, found once.
_PARTS: dict[type[Node], tuple[str, ...]] = {}


class Span(NamedTuple):
    """Where a node stands in its text: offsets, `end` after the last character."""

    position: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `span` says where it was written."""

    span: Span

    @property
    def position(self) -> int:
        """The 0-based offset of the first character."""
        return self.span.position

    @property
    def end(self) -> int:
        """The 0-based offset after the last character."""
        return self.span.end

    def children(self) -> Iterator[Node]:
        """Yield the nodes directly inside this one."""
        for name in _parts_of(type(self)):
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from _nodes_in(value)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children())


def _parts_of(node: type[Node]) -> tuple[str, ...]:
    found = _PARTS.get(node)
    if found is None:
        found = tuple(field.name for field in fields(node) if field.name != "span")
        _PARTS[node] = found
    return found


def _nodes_in(values: tuple[Any, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)


class Operator(StrEnum):
    """Operators between two values."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    POWER = "**"
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """null, a boolean, number, string, or an `@"..."` literal, as its value."""

    value: Any


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"..."` whose text is no date, time or duration: null when evaluated."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name to look up; `?` is the value under test."""

    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextEntry(Node):
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    start: Node
    end_point: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class OperatorRange(Node):
    """`(< 10)` or the test `< 10`: all values that compare so with the operand."""

    operator: Operator
    operand: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`1..3` without brackets in `for`, `some`, `every`."""

    start: Node
    end_point: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    function: Node
    positional: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...] | None


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """A chain of one precedence, from left to right: `a + b - c`."""

    first: Node
    rest: tuple[tuple[Operator, Node], ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`if c then a else if d then b else e`: the branches in order."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """`name in source` of a loop."""

    name: str
    source: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` (any) or `every` (all) ... satisfies."""

    every: bool
    iterators: tuple[Binding, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FormalParameter(Node):
    name: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    parameters: tuple[FormalParameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class AnyValue(Node):
    """The unary test `-`: everything passes."""


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The unary tests of a cell; `negated` for `not(...)`."""

    negated: bool
    tests: tuple[Node, ...]
