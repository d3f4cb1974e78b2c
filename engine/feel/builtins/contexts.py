"""Built-in functions over contexts."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault

_CHAPTER = "Context"


@builtin("get value(m: context, key: string) -> Any", chapter=_CHAPTER)
def get_value(evaluation: Evaluation, m: dict[str, Any], key: str) -> Any:
    """The value of an entry; null where there is none.

    Examples:
    get value({key1: "value1"}, "key1") = "value1"
    get value({key1: "value1"}, "other") = null
    """
    return m.get(key)


@builtin("get entries(m: context) -> list", chapter=_CHAPTER)
def get_entries(evaluation: Evaluation, m: dict[str, Any]) -> Any:
    """The entries of a context as a list of contexts with key and value.

    Examples:
    get entries({a: 1}) = [{key: "a", value: 1}]
    """
    evaluation.allocate(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list) -> context", chapter=_CHAPTER)
def context(evaluation: Evaluation, entries: list[Any]) -> Any:
    """The context made of a list of contexts with key and value; null where a key comes twice.

    Examples:
    context([{key: "a", value: 1}, {key: "b", value: 2}]) = {a: 1, b: 2}
    """
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            raise Fault("context needs a list of contexts, each with key and value")
        key = entry.get("key")
        if not isinstance(key, str):
            raise Fault("context needs a string as the key of every entry")
        if key in made:
            raise Fault(f"The key {key!r} comes twice")
        made[key] = entry["value"]
    evaluation.allocate(len(made))
    return made


@builtin("context put(context: context, key: string, value: Any) -> context", chapter=_CHAPTER)
def put(evaluation: Evaluation, context: dict[str, Any], key: str, value: Any) -> Any:
    """The context with one entry more, or another value for an entry it has.

    Examples:
    context put({x: 1}, "y", 2) = {x: 1, y: 2}
    """
    evaluation.allocate(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: Any) -> context", chapter=_CHAPTER)
def put_at(evaluation: Evaluation, context: dict[str, Any], keys: list[Any], value: Any) -> Any:
    """With a list of keys, the entry is put into the context inside the context.

    Examples:
    context put({x: 1, y: {a: 0}}, ["y", "a"], 2) = {x: 1, y: {a: 2}}
    """
    if not keys:
        raise Fault("context put needs at least one key")
    made: Any = value
    inside: list[dict[str, Any]] = [context]
    for key in keys[:-1]:
        found = inside[-1].get(key) if isinstance(key, str) else None
        if not isinstance(found, dict):
            raise Fault(f"There is no context at {key}")
        inside.append(found)
    for level, key in zip(reversed(inside), reversed(keys), strict=True):
        if not isinstance(key, str):
            raise Fault("context put needs strings as keys")
        evaluation.allocate(len(level))
        made = {**level, key: made}
    return made


@builtin("context merge(contexts: list) -> context", chapter=_CHAPTER)
def merge(evaluation: Evaluation, contexts: list[Any]) -> Any:
    """One context with the entries of all; of entries with the same key, the last.

    Examples:
    context merge([{x: 1}, {y: 2}]) = {x: 1, y: 2}
    context merge([{x: 1}, {x: 2}]) = {x: 2}
    """
    made: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise Fault("context merge needs a list of contexts")
        evaluation.allocate(len(context))
        made |= context
    return made
