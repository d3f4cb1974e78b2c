"""The typed answers of a submission, or of a form that nobody has touched. Checks no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.content.forms.conversion import Unconvertible, convert
from engine.content.forms.keys import Key, look_up
from engine.content.forms.placing import Placed, walk
from engine.feel import Evaluation, Value


def starting_value(node: Placed, variables: Mapping[str, Value], evaluation: Evaluation) -> Value:
    """Return what a field holds before anybody answers: the variable's value, or its default."""
    held: Value = look_up(variables, node.key)
    if held is None and node.component.default is not None:
        return convert(node.component, node.component.default, evaluation.zone)
    return held


def answers_of(
    tree: Sequence[Placed],
    variables: Mapping[str, Value],
    submitted: Mapping[str, Any] | None,
    evaluation: Evaluation,
) -> tuple[dict[Key, Value], dict[Key, Unconvertible]]:
    """Return the typed answers by key, and those that are of the wrong type.

    Without `submitted` every field has its starting value; so has one that may only be read and
    was not sent back.
    """
    answers: dict[Key, Value] = {}
    failed: dict[Key, Unconvertible] = {}
    for node in walk(tree):
        if not node.component.is_field:
            continue
        raw = None if submitted is None else look_up(submitted, node.key)
        if submitted is None or (raw is None and node.component.read_only is not False):
            answers[node.key] = starting_value(node, variables, evaluation)
            continue
        try:
            answers[node.key] = convert(node.component, raw, evaluation.zone)
        except Unconvertible as error:
            failed[node.key] = error
    return answers, failed
