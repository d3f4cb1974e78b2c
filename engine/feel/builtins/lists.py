"""Built-in functions that look into lists, cut and join them. Positions count from 1, or back from -1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import equal, less
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault, apply
from engine.feel.values import Function

_CHAPTER = "List"


def _place(position: Decimal, size: int) -> int:
    """Return the index of a position of 1 to size or -1 to -size; the part after the point is ignored."""
    place = int(position) if abs(position) <= size else 0
    if place == 0:
        raise Fault(f"The list of {size} has no position {position}")
    return place - 1 if place > 0 else size + place


def _index(items: list[Any], value: Any, evaluation: Evaluation) -> Iterator[int]:
    for at, item in enumerate(items):
        evaluation.spend()
        if equal(item, value, evaluation):
            yield at


@builtin("list contains(list: list, element: Any) -> boolean", chapter=_CHAPTER)
def list_contains(evaluation: Evaluation, items: list[Any], element: Any) -> Any:
    """Whether an item of the list equals the element.

    Examples:
    list contains([1, 2, 3], 2) = true
    list contains([1, null], null) = true
    """
    return any(True for _ in _index(items, element, evaluation))


@builtin("count(list: list) -> number", chapter=_CHAPTER)
def count(evaluation: Evaluation, items: list[Any]) -> Any:
    """How many items a list has.

    Examples:
    count([1, 2, 3]) = 3
    count([]) = 0
    """
    return Decimal(len(items))


@builtin("sublist(list: list, start position: number, length?: number) -> list", chapter=_CHAPTER)
def sublist(
    evaluation: Evaluation, items: list[Any], start: Decimal, length: Decimal | None = None
) -> Any:
    """The part that begins at a position, `length` items or to the end.

    Examples:
    sublist([4, 5, 6], 1, 2) = [4, 5]
    sublist([4, 5, 6], -2) = [5, 6]
    """
    begin = _place(start, len(items))
    if length is not None and length < 0:
        raise Fault("A length cannot be negative")
    found = items[begin:] if length is None else items[begin : begin + int(length)]
    evaluation.allocate(len(found))
    return found


@builtin("append(list: list, item...: Any) -> list", chapter=_CHAPTER)
def append(evaluation: Evaluation, items: list[Any], *more: Any) -> Any:
    """The list with the items after it, each as one item.

    Examples:
    append([1], 2, 3) = [1, 2, 3]
    append([1], [2]) = [1, [2]]
    """
    evaluation.allocate(len(items) + len(more))
    return [*items, *more]


@builtin("concatenate(list...: list) -> list", chapter=_CHAPTER)
def concatenate(evaluation: Evaluation, *lists: list[Any]) -> Any:
    """The lists one after another as one list.

    Examples:
    concatenate([1, 2], [3]) = [1, 2, 3]
    """
    evaluation.allocate(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: Any) -> list", chapter=_CHAPTER)
def insert_before(evaluation: Evaluation, items: list[Any], position: Decimal, item: Any) -> Any:
    """The list with an item inserted before the one at a position.

    Examples:
    insert before([1, 3], 1, 2) = [2, 1, 3]
    """
    at = _place(position, len(items))
    evaluation.allocate(len(items) + 1)
    return [*items[:at], item, *items[at:]]


@builtin("remove(list: list, position: number) -> list", chapter=_CHAPTER)
def remove(evaluation: Evaluation, items: list[Any], position: Decimal) -> Any:
    """The list without the item at a position.

    Examples:
    remove([1, 2, 3], 2) = [1, 3]
    """
    at = _place(position, len(items))
    evaluation.allocate(len(items))
    return [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list, position: number, newItem: Any) -> list", chapter=_CHAPTER)
def replace_at(evaluation: Evaluation, items: list[Any], position: Decimal, item: Any) -> Any:
    """The list with another item at a position.

    Examples:
    list replace([2, 4, 7, 8], 3, 6) = [2, 4, 6, 8]
    """
    at = _place(position, len(items))
    evaluation.allocate(len(items))
    return [*items[:at], item, *items[at + 1 :]]


@builtin("list replace(list: list, match: function, newItem: Any) -> list", chapter=_CHAPTER)
def replace_where(evaluation: Evaluation, items: list[Any], match: Function, item: Any) -> Any:
    """With a function of an item and the new item, every item for which it is true is replaced.

    Examples:
    list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) = [5, 5, 7, 8]
    """
    if len(match.parameters) != 2:
        raise Fault("match takes two arguments: an item and the new item")
    evaluation.allocate(len(items))
    made = []
    for old in items:
        answer = apply(match, [old, item], evaluation)
        if not isinstance(answer, bool):
            raise Fault("match must answer true or false for every item")
        made.append(item if answer else old)
    return made


@builtin("reverse(list: list) -> list", chapter=_CHAPTER)
def reverse(evaluation: Evaluation, items: list[Any]) -> Any:
    """The list from its end to its beginning.

    Examples:
    reverse([1, 2, 3]) = [3, 2, 1]
    """
    evaluation.allocate(len(items))
    return items[::-1]


@builtin("index of(list: list, match: Any) -> list<number>", chapter=_CHAPTER)
def index_of(evaluation: Evaluation, items: list[Any], match: Any) -> Any:
    """The positions of all items equal to a value.

    Examples:
    index of([1, 2, 3, 2], 2) = [2, 4]
    """
    found = [Decimal(at + 1) for at in _index(items, match, evaluation)]
    evaluation.allocate(len(found))
    return found


@builtin("union(list...: list) -> list", chapter=_CHAPTER)
def union(evaluation: Evaluation, *lists: list[Any]) -> Any:
    """The lists one after another, each value once.

    Examples:
    union([1, 2], [2, 3]) = [1, 2, 3]
    """
    return _distinct((item for items in lists for item in items), evaluation)


@builtin("distinct values(list: list) -> list", chapter=_CHAPTER)
def distinct_values(evaluation: Evaluation, items: list[Any]) -> Any:
    """The list with each value once, where it came first.

    Examples:
    distinct values([1, 2, 3, 2, 1]) = [1, 2, 3]
    """
    return _distinct(items, evaluation)


@builtin("flatten(list: list) -> list", chapter=_CHAPTER)
def flatten(evaluation: Evaluation, items: list[Any]) -> Any:
    """The list with the items of the lists in it, at every depth, in place of those lists.

    Examples:
    flatten([[1, 2], [[3]], 4]) = [1, 2, 3, 4]
    """
    flat: Any = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            evaluation.spend()
            if isinstance(item, type(flat)):
                waiting.append(iter(item))
                break
            evaluation.allocate(1)
            flat.append(item)
        else:
            waiting.pop()
    return flat


@builtin("sort(list: list, precedes?: function?) -> list", chapter=_CHAPTER)
def sort(evaluation: Evaluation, items: list[Any], precedes: Function | None = None) -> Any:
    """The list in order: `precedes` says whether its first argument comes before its second; else ascending.

    Examples:
    sort([3, 1, 5, 4], function(x, y) x > y) = [5, 4, 3, 1]
    sort([3, 1, 2]) = [1, 2, 3]
    """

    def before(first: Any, second: Any) -> bool:
        evaluation.spend()
        if precedes is None:
            answer = less(first, second)
        else:
            answer = apply(precedes, [first, second], evaluation)
        if not isinstance(answer, bool):
            raise Fault("The order of sort must be true or false for every two items")
        return answer

    def compare(first: Any, second: Any) -> int:
        if before(first, second):
            return -1
        return 1 if before(second, first) else 0

    evaluation.allocate(len(items))
    return sorted(items, key=cmp_to_key(compare))


def _distinct(items: Iterable[Any], evaluation: Evaluation) -> list[Any]:
    kept: list[Any] = []
    simple: set[tuple[type, Any]] = set()
    others: list[Any] = []
    for item in items:
        evaluation.spend()
        if isinstance(item, Decimal | str | bool | None):
            if (type(item), item) in simple:
                continue
            simple.add((type(item), item))
        else:
            if any(True for _ in _index(others, item, evaluation)):
                continue
            others.append(item)
        evaluation.allocate(1)
        kept.append(item)
    return kept
