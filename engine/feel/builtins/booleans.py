"""Built-in functions over truth values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.values import Range

_CHAPTER = "Boolean"


@builtin("not(negand: Any) -> boolean", chapter=_CHAPTER)
def negation(evaluation: Evaluation, negand: Any) -> Any:
    """The opposite of a boolean; null of anything else.

    Examples:
    not(true) = false
    not(null) = null
    """
    if isinstance(negand, bool):
        return not negand
    if negand is not None:
        raise Fault("not needs true or false")
    return None


@builtin("is(value1?: Any, value2?: Any) -> boolean", chapter=_CHAPTER)
def same(evaluation: Evaluation, value1: Any = None, value2: Any = None) -> Any:
    """Whether two values are the same, part by part: a time with an offset is not the same as one in a zone.

    Examples:
    is(1, 1.0) = true
    is(@"23:00:50Z", @"23:00:50") = false
    """
    return _identical(value1, value2, evaluation)


@builtin("all(list: list) -> boolean", "all(items...: Any) -> boolean", chapter=_CHAPTER)
def all_(evaluation: Evaluation, *items: Any) -> Any:
    """false if any item is false, else null if any is not a boolean, else true; true of an empty list.

    Examples:
    all([true, false]) = false
    all([true, null]) = null
    all([]) = true
    """
    values = _items(items)
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


@builtin("any(list: list) -> boolean", "any(items...: Any) -> boolean", chapter=_CHAPTER)
def any_(evaluation: Evaluation, *items: Any) -> Any:
    """true if any item is true, else null if any is not a boolean, else false; false of an empty list.

    Examples:
    any([false, true]) = true
    any([false, null]) = null
    any([]) = false
    """
    values = _items(items)
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def _items(items: tuple[Any, ...]) -> Any:
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def _identical(left: Any, right: Any, evaluation: Evaluation) -> bool:
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        evaluation.spend(len(left))
        return len(left) == len(right) and all(
            _identical(mine, theirs, evaluation) for mine, theirs in zip(left, right, strict=True)
        )
    if isinstance(left, dict):
        evaluation.spend(len(left))
        return left.keys() == right.keys() and all(
            _identical(value, right[key], evaluation) for key, value in left.items()
        )
    if isinstance(left, Range):
        ends = replace(left, start=None, end=None) == replace(right, start=None, end=None)
        return ends and _identical([left.start, left.end], [right.start, right.end], evaluation)
    return bool(left == right)
