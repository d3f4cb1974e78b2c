"""Which names an expression reads from its surroundings. Looks at trees only."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel.builtins import BUILTINS
from engine.feel.syntax import (
    ContextLiteral,
    Filter,
    For,
    FunctionDefinition,
    Name,
    Node,
    Quantified,
)

_ALWAYS_BOUND = frozenset(BUILTINS) | {"?"}


def free_names(tree: Node) -> frozenset[str]:
    """Return the names read that are neither built in nor bound inside, except those inside filters."""
    return frozenset(name for name, in_filter in _reads(tree) if not in_filter)


def item_names(tree: Node) -> frozenset[str]:
    """Return the names read inside filters: each may be an entry of an item or one of the surroundings."""
    return frozenset(name for name, in_filter in _reads(tree) if in_filter)


def _reads(tree: Node) -> Iterator[tuple[str, bool]]:
    """Yield each free name with whether it stands in a filter's condition."""
    waiting: list[tuple[Node, frozenset[str], bool]] = [(tree, frozenset(), False)]
    while waiting:
        node, bound, in_filter = waiting.pop()
        match node:
            case Name(name=name):
                if name not in bound and name not in _ALWAYS_BOUND:
                    yield name, in_filter
            case Filter(source=source, condition=condition):
                waiting.append((source, bound, in_filter))
                waiting.append((condition, bound | {"item"}, True))
            case (
                For(iterators=iterators, body=last)
                | Quantified(iterators=iterators, condition=last)
            ):
                for binding in iterators:
                    waiting.append((binding.source, bound, in_filter))
                    bound = bound | {binding.name}
                extra = frozenset({"partial"} if isinstance(node, For) else ())
                waiting.append((last, bound | extra, in_filter))
            case FunctionDefinition(parameters=parameters, body=body):
                names = frozenset(parameter.name for parameter in parameters)
                waiting.append((body, bound | names, in_filter))
            case ContextLiteral(entries=entries):
                for entry in entries:
                    own = bound
                    if isinstance(entry.value, FunctionDefinition):
                        own = bound | {entry.key}
                    waiting.append((entry.value, own, in_filter))
                    bound = bound | {entry.key}
            case _:
                waiting.extend((child, bound, in_filter) for child in node.children())
