"""Compiles what runs over lists: `for`, `some`, `every` and filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from engine.feel.code import Code, Frame, compile_node, compiles
from engine.feel.compile_operators import a
from engine.feel.evaluation import Evaluation
from engine.feel.scopes import Scope
from engine.feel.syntax import (
    Between,
    Comparison,
    Conjunction,
    Disjunction,
    Filter,
    For,
    FunctionDefinition,
    InstanceOf,
    Literal,
    Membership,
    Name,
    Node,
    Quantified,
)
from engine.feel.temporal import Date
from engine.feel.values import Range

_ALWAYS_CONDITIONS = (
    Comparison,
    Conjunction,
    Disjunction,
    Between,
    Membership,
    InstanceOf,
    Quantified,
)


def items_of(source: Any) -> Iterable[Any] | None:
    """Return what a loop runs over: a list, the numbers or dates of a range, or one value; None for none.

    Ranges of other kinds, and those without an end, cannot be counted through.
    """
    if isinstance(source, list):
        return source
    if isinstance(source, Range):
        return _steps(source)
    return None if source is None else [source]


def _steps(range_: Range) -> Iterator[Any] | None:
    start, end = range_.start, range_.end
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start != start.to_integral_value() or end != end.to_integral_value():
            return None
        first, last = int(start), int(end)
    elif isinstance(start, Date) and isinstance(end, Date):
        first, last = start.epoch_day(), end.epoch_day()
    else:
        return None
    down = range_.operator == ".." and first > last
    if first > last and not down:
        return None
    step = -1 if down else 1
    numbers = range(
        first if range_.start_included else first + 1,
        last + step if range_.end_included else last,
        step,
    )
    if isinstance(start, Decimal):
        return map(Decimal, numbers)
    return map(Date.from_epoch_day, numbers)


def _captures(node: Node) -> bool:
    """Say whether a function inside could keep a loop's frame after its turn."""
    return any(isinstance(part, FunctionDefinition) for part in node.walk())


def _keeps_partial(body: Node) -> bool:
    """Say whether `partial` is used in other ways than taking items out of it, or later than its turn."""
    taken: set[int] = set()
    if not _captures(body):
        taken.update(id(part.source) for part in body.walk() if isinstance(part, Filter))
    return any(
        isinstance(part, Name) and part.name == "partial" and id(part) not in taken
        for part in body.walk()
    )


@compiles(For)
def for_loop(node: For, scope: Scope) -> Code:
    """Return code for `for ... return`; null where a source cannot be run over."""
    copies_partial = _keeps_partial(node.body)
    inner, sources, fresh = _loop(node.iterators, node.body, scope, "partial")
    body = compile_node(node.body, inner)
    partial = inner.slots["partial"]
    depth = len(sources)

    def turn(level: int, local: list[Any], results: list[Any], evaluation: Evaluation) -> bool:
        items = _items(sources[level], local, evaluation)
        if items is None:
            return False
        for item in items:
            evaluation.spend()
            if fresh:
                local = list(local)
            local[level + 1] = item
            if level + 1 < depth:
                if not turn(level + 1, local, results, evaluation):
                    return False
                continue
            if copies_partial:
                evaluation.allocate(len(results))
                local[partial] = list(results)
            evaluation.allocate(1)
            results.append(body(local, evaluation))
        return True

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        results: list[Any] = []
        local = [frame, *[None] * (depth + 1)]
        local[partial] = results
        return results if turn(0, local, results, evaluation) else None

    return run


@compiles(Quantified)
def quantified(node: Quantified, scope: Scope) -> Code:
    """Return code for `some` and `every`: as a chain of `or` or `and` over all combinations."""
    inner, sources, fresh = _loop(node.iterators, node.condition, scope)
    condition = compile_node(node.condition, inner)
    depth = len(sources)
    decisive = not node.every

    def turn(level: int, local: list[Any], evaluation: Evaluation) -> Any:
        items = _items(sources[level], local, evaluation)
        if items is None:
            return None
        unknown = False
        last = level + 1 == depth
        spend = evaluation.spend
        for item in items:
            spend()
            if fresh:
                local = list(local)
            local[level + 1] = item
            answer = condition(local, evaluation) if last else turn(level + 1, local, evaluation)
            if answer is decisive:
                return decisive
            if answer is not True and answer is not False:
                unknown = True
                if answer is not None:
                    evaluation.warn(
                        node.condition.position,
                        f"What is to be satisfied must be true or false, not {a(answer)}",
                        "wrong_kind",
                    )
        return None if unknown else not decisive

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        return turn(0, [frame, *[None] * depth], evaluation)

    return run


def _loop(iterators: Any, body: Node, scope: Scope, *more: str) -> Any:
    """Return the scope of a loop, the code of its sources, and whether each turn needs its own frame."""
    inner = scope.child()
    sources = []
    names = [binding.name for binding in iterators]
    for index, binding in enumerate(iterators):
        sources.append((compile_node(binding.source, inner), binding.source.position))
        # Two bindings of one name: the later hides the earlier, as nested loops would.
        inner.slots[names[index]] = index + 1
    for extra in more:
        inner.slots.setdefault(extra, len(iterators) + 1)
    return inner, sources, _captures(body) or any(_captures(b.source) for b in iterators)


def _items(source: tuple[Code, int], local: list[Any], evaluation: Evaluation) -> Any:
    code, position = source
    value = code(local, evaluation)
    items = items_of(value)
    if items is None:
        what = a(value)
        evaluation.warn(position, f"A loop cannot run over {what} like this", "not_a_list")
    return items


@compiles(Filter)
def filtered(node: Filter, scope: Scope) -> Code:
    """Return code for `list[condition]` and `list[number]` (DMN 1.5 §10.3.2.5)."""
    source = compile_node(node.source, scope)
    position = node.condition.position
    if isinstance(node.condition, Literal) and isinstance(node.condition.value, Decimal):
        index = node.condition.value

        def pick(frame: Frame, evaluation: Evaluation) -> Any:
            return item_at(_as_list(source(frame, evaluation)), index, position, evaluation)

        return pick
    condition = compile_node(node.condition, scope.item())
    never_a_number = isinstance(node.condition, _ALWAYS_CONDITIONS)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        items = _as_list(source(frame, evaluation))
        if not never_a_number:
            evaluation.mute()
            try:
                number = condition([frame, None], evaluation)
            finally:
                evaluation.unmute()
            if isinstance(number, Decimal):
                return item_at(items, number, position, evaluation)
        kept = []
        for item in items:
            evaluation.spend()
            answer = condition([frame, item], evaluation)
            if answer is True:
                kept.append(item)
            elif answer is not False and answer is not None:
                evaluation.warn(
                    position, f"A filter must be true or false, not {a(answer)}", "wrong_kind"
                )
                return None
        evaluation.allocate(len(kept))
        return kept

    return run


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def item_at(items: list[Any], number: Decimal, position: int, evaluation: Evaluation) -> Any:
    """Return the item at a place, 1 the first, -1 the last; null with a warning outside."""
    size = len(items)
    place = int(number) if number == number.to_integral_value() and abs(number) <= size else 0
    if place == 0:
        evaluation.warn(position, f"The list of {size} has no item {number}", "no_item")
        return None
    return items[place - 1 if place > 0 else place]
