"""Which names an expression reads from its surroundings. Looks at trees only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.feel.builtins import BUILTINS
from engine.feel.syntax import (
    Binding,
    ContextLiteral,
    Filter,
    For,
    FunctionDefinition,
    Literal,
    Name,
    Node,
    Quantified,
)

_NEVER_FREE = frozenset(BUILTINS) | {"?"}
# Nodes inside which names are bound; the children of all others are read in any order.
_BINDERS = (Filter, For, Quantified, FunctionDefinition, ContextLiteral)
_IN_FILTER = (
    "[item]"  # bound like a name while inside the condition of a filter; no name has brackets
)


@dataclass(frozen=True, slots=True)
class Reads:
    """The names read that are neither built in nor bound inside.

    `certain` come from the surroundings; `possible` are read inside filters, where each may be an entry of an
    item instead.
    """

    certain: frozenset[str]
    possible: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Bound:
    """A step of the walk: a name begins (1) or ceases (-1) to be bound."""

    name: str
    change: int


def reads(tree: Node) -> Reads:
    """Return what an expression reads from its surroundings."""
    certain: set[str] = set()
    possible: set[str] = set()
    bound: Counter[str] = Counter()
    waiting: list[Node | _Bound] = [tree]
    while waiting:
        step = waiting.pop()
        if isinstance(step, Literal):
            continue
        if isinstance(step, Name):
            if not bound[step.name] and step.name not in _NEVER_FREE:
                (possible if bound[_IN_FILTER] else certain).add(step.name)
        elif isinstance(step, _Bound):
            bound[step.name] += step.change
        elif isinstance(step, _BINDERS):
            waiting.extend(reversed(list(_steps(step))))
        else:
            waiting.extend(step.children())
    return Reads(frozenset(certain), frozenset(possible))


def _steps(node: Node) -> Iterator[Node | _Bound]:
    """Yield the children of a binder in reading order, with what is bound around them."""
    match node:
        case Filter(source=source, condition=condition):
            yield source
            yield from _within(("item", _IN_FILTER), [condition])
        case For(iterators=iterators, body=body):
            yield from _loop(iterators, body, "partial")
        case Quantified(iterators=iterators, condition=condition):
            yield from _loop(iterators, condition)
        case FunctionDefinition(parameters=parameters, body=body):
            yield from _within([parameter.name for parameter in parameters], [body])
        case ContextLiteral(entries=entries):
            for entry in entries:
                if isinstance(entry.value, FunctionDefinition):
                    yield from _within([entry.key], [entry.value])
                else:
                    yield entry.value
                yield _Bound(entry.key, 1)
            yield from (_Bound(entry.key, -1) for entry in entries)


def _within(names: Iterable[str], nodes: Iterable[Node | _Bound]) -> Iterator[Node | _Bound]:
    names = tuple(names)
    yield from (_Bound(name, 1) for name in names)
    yield from nodes
    yield from (_Bound(name, -1) for name in names)


def _loop(iterators: tuple[Binding, ...], body: Node, *more: str) -> Iterator[Node | _Bound]:
    for binding in iterators:
        yield binding.source
        yield _Bound(binding.name, 1)
    yield from _within(more, [body])
    yield from (_Bound(binding.name, -1) for binding in iterators)
