"""Compiles names, literals, lists and contexts: everything that makes or finds a value."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.feel.builtins.registry import BUILTINS
from engine.feel.code import Code, Frame, compile_node, compiles
from engine.feel.evaluation import Evaluation
from engine.feel.scopes import Kind, Scope
from engine.feel.syntax import (
    AtLiteral,
    ContextLiteral,
    FunctionDefinition,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    OperatorRange,
    RangeLiteral,
)
from engine.feel.values import Range, kind

_MISSING = object()


@compiles(Literal)
def literal(node: Literal, scope: Scope) -> Code:
    """Return code that answers the value itself."""
    value = node.value
    return lambda frame, evaluation: value


@compiles(AtLiteral)
def unreadable(node: AtLiteral, scope: Scope) -> Code:
    """Return code that warns each time of a literal that denotes nothing."""
    sentence = f'@"{node.text[:40]}" is not a date, time, date and time or duration'

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        evaluation.warn(node.position, sentence, "no_literal")

    return run


@compiles(Name)
def name(node: Name, scope: Scope) -> Code:
    """Return code that finds a name in the nearest scope that has it."""
    return find(node.name, node.position, scope)


def find(name: str, position: int, scope: Scope) -> Code:
    """Return code that looks a name up: inner scopes first, then variables, then built-in functions."""
    levels = 0
    while scope.parent is not None:
        if scope.kind is Kind.ITEM:
            return _above(levels, _item_entry(name, find(name, position, scope.parent)))
        if name in scope.slots:
            return _above(levels, _slot(scope.slots[name]))
        levels += 1
        scope = scope.parent
    return _above(levels, _variable(name, position))


def _above(levels: int, code: Code) -> Code:
    """Return code that runs `code` in the frame so many levels up."""
    if levels == 0:
        return code
    if levels == 1:
        return lambda frame, evaluation: code(frame[0], evaluation)
    if levels == 2:
        return lambda frame, evaluation: code(frame[0][0], evaluation)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        for _ in range(levels):
            frame = frame[0]
        return code(frame, evaluation)

    return run


def _slot(slot: int) -> Code:
    return lambda frame, evaluation: frame[slot]


def _item_entry(name: str, outer: Code) -> Code:
    if name == "item":

        def run(frame: Frame, evaluation: Evaluation) -> Any:
            item = frame[1]
            return item["item"] if isinstance(item, dict) and "item" in item else item
    else:

        def run(frame: Frame, evaluation: Evaluation) -> Any:
            item = frame[1]
            if isinstance(item, dict) and name in item:
                return item[name]
            return outer(frame[0], evaluation)

    return run


def _variable(name: str, position: int) -> Code:
    otherwise = BUILTINS.get(name, _MISSING)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = frame.get(name, otherwise)
        if value is _MISSING:
            evaluation.warn(position, f"Nothing here is called {name}", "unknown_name")
            return None
        return value

    return run


@compiles(ListLiteral)
def list_literal(node: ListLiteral, scope: Scope) -> Code:
    """Return code that makes a new list."""
    items = [compile_node(item, scope) for item in node.items]
    size = len(items)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        evaluation.allocate(size)
        return [item(frame, evaluation) for item in items]

    return run


@compiles(ContextLiteral)
def context_literal(node: ContextLiteral, scope: Scope) -> Code:
    """Return code that makes a new context; each entry may use those before it.

    The same name twice makes the whole context null (DMN 1.5 §10.3.2.6).
    """
    inner = scope.child()
    keys = [entry.key for entry in node.entries]
    codes: list[Code] = []
    for entry in node.entries:
        if isinstance(entry.value, FunctionDefinition):
            # Known already inside, so that the function can call itself.
            inner.add(entry.key)
        codes.append(compile_node(entry.value, inner))
        inner.add(entry.key)
    repeated = sorted(key for key, times in Counter(keys).items() if times > 1)
    if repeated:
        sentence = f"The context has more than one entry {', '.join(repeated)}"

        def refuse(frame: Frame, evaluation: Evaluation) -> Any:
            evaluation.warn(node.position, sentence, "repeated_entry")

        return refuse
    size = len(keys)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        evaluation.allocate(size)
        values: list[Any] = [frame]
        for code in codes:
            values.append(code(values, evaluation))
        return dict(zip(keys, values[1:], strict=True))

    return run


@compiles(RangeLiteral, Iteration)
def range_literal(node: RangeLiteral | Iteration, scope: Scope) -> Code:
    """Return code that makes a range; ends of different kinds make it null."""
    start = compile_node(node.start, scope)
    end = compile_node(node.end_point, scope)
    start_included = isinstance(node, Iteration) or node.start_included
    end_included = isinstance(node, Iteration) or node.end_included
    position = node.position
    operator = ".." if isinstance(node, Iteration) else None

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        low = start(frame, evaluation)
        high = end(frame, evaluation)
        if low is not None and high is not None and type(low) is not type(high):
            evaluation.warn(
                position,
                f"A range cannot go from a {kind(low)} to a {kind(high)}",
                "mixed_range",
            )
            return None
        return Range(low, high, start_included, end_included, operator)

    return run


@compiles(OperatorRange)
def operator_range(node: OperatorRange, scope: Scope) -> Code:
    """Return code that makes the range of a unary test written as a value, such as `(< 10)`."""
    operand = compile_node(node.operand, scope)
    operator = node.operator.value
    below = operator in ("<", "<=")
    above = operator in (">", ">=")
    included = operator in ("<=", ">=", "=")

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        end = operand(frame, evaluation)
        return Range(
            None if below else end,
            None if above else end,
            included and not below,
            included and not above,
            operator,
        )

    return run
