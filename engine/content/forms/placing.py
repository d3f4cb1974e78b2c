"""Lays a form's components out over data: one for each list row, with its full key and its scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

from engine.content.forms.components import Component, ComponentKind
from engine.content.forms.keys import MOST_ROWS, Key, look_up, put
from engine.feel import Evaluation, Expression, Value

ROUNDS = 10
"""How often conditions that depend on each other are looked at again before they stand."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A component at its place. `rows` holds the children: one tuple for a group, one per row."""

    number: int
    component: Component
    key: Key
    list_rows: tuple[Key, ...]
    rows: tuple[tuple[Placed, ...], ...] = ()


def place(
    components: Sequence[Component], data: Mapping[str, Any], *, blank_rows: bool = False
) -> tuple[Placed, ...]:
    """Return the components over `data`, which says how many rows each list has.

    With `blank_rows` a list without data has its default number of rows.
    """
    numbers = count()

    def placed(component: Component, prefix: Key, list_rows: tuple[Key, ...]) -> Placed:
        number = next(numbers)
        key = prefix + component.key
        rows: tuple[tuple[Placed, ...], ...] = ()
        if component.kind is ComponentKind.GROUP:
            rows = (tuple(placed(child, key, list_rows) for child in component.children),)
        elif component.kind is ComponentKind.DYNAMICLIST:
            held = look_up(data, key)
            size = min(len(held), MOST_ROWS) if isinstance(held, list) else 0
            if held is None and blank_rows:
                size = component.default_rows
            rows = tuple(
                tuple(
                    placed(child, (*key, row), (*list_rows, (*key, row)))
                    for child in component.children
                )
                for row in range(size)
            )
        return Placed(number, component, key, list_rows, rows)

    return tuple(placed(component, (), ()) for component in components)


def walk(tree: Sequence[Placed]) -> Iterator[Placed]:
    """Yield every placed component, parents before their children."""
    for node in tree:
        yield node
        for row in node.rows:
            yield from walk(row)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is shown, and the data that the form's expressions read."""

    tree: tuple[Placed, ...]
    hidden: frozenset[int]
    data: Mapping[str, Value]
    computed: Mapping[Key, Value]

    def visible(self) -> Iterator[Placed]:
        """Yield the components that are shown."""
        return (node for node in walk(self.tree) if node.number not in self.hidden)

    def scope(self, node: Placed) -> Mapping[str, Value]:
        """Return the names that an expression of this component may use."""
        return scope_of(self.data, node)


def scope_of(data: Mapping[str, Value], node: Placed) -> Mapping[str, Value]:
    """Return the data, in a list row with the row's own values before it.

    As in the form editor: `this` is the row, `parent` what surrounds it, `i` its number from 1.
    """
    here: dict[str, Value] = dict(data)
    names: dict[str, Value] = {**data, "this": here}
    for row in node.list_rows:
        held = look_up(data, row)
        own: dict[str, Value] = held if isinstance(held, dict) else {}
        index = row[-1]
        assert isinstance(index, int)
        names = {**names, **own, "this": own, "parent": here, "i": Decimal(index + 1)}
        here = own
    return names


def settle(
    tree: tuple[Placed, ...],
    variables: Mapping[str, Value],
    answers: Mapping[Key, Value],
    evaluation: Evaluation,
) -> Settled:
    """Decide what is hidden, given the answers, and compute the form's expressions.

    A hidden component's answer is not seen by other conditions, so the conditions are looked at
    until nothing changes, at most `ROUNDS` times.
    """
    hidden: frozenset[int] = frozenset()
    for _ in range(ROUNDS):
        data, computed = _filled(tree, variables, answers, hidden, evaluation)
        found = frozenset(_hidden(tree, data, evaluation, inside_hidden=False))
        settled = Settled(tree, hidden, data, computed)
        if found == hidden:
            break
        hidden = found
    return settled


def _filled(
    tree: tuple[Placed, ...],
    variables: Mapping[str, Value],
    answers: Mapping[Key, Value],
    hidden: frozenset[int],
    evaluation: Evaluation,
) -> tuple[dict[str, Value], dict[Key, Value]]:
    shown = [node for node in walk(tree) if node.number not in hidden]
    written = {node.key[0] for node in shown if node.key}
    data = {name: _own(held) if name in written else held for name, held in variables.items()}
    for node in shown:
        if node.component.kind is ComponentKind.DYNAMICLIST:
            put(data, node.key, [{} for _ in node.rows])
        elif node.component.is_field:
            put(data, node.key, answers.get(node.key))
    computed: dict[Key, Value] = {}
    for node in shown:
        if node.component.kind is ComponentKind.EXPRESSION and node.component.expression:
            value = node.component.expression.evaluate(scope_of(data, node), evaluation)
            computed[node.key] = value
            put(data, node.key, value)
    return data, computed


def _hidden(
    tree: Sequence[Placed],
    data: Mapping[str, Value],
    evaluation: Evaluation,
    *,
    inside_hidden: bool,
) -> Iterator[int]:
    for node in tree:
        hide = inside_hidden or is_true(node.component.hide, data, node, evaluation)
        if hide:
            yield node.number
        for row in node.rows:
            yield from _hidden(row, data, evaluation, inside_hidden=hide)


def is_true(
    condition: bool | Expression | None,
    data: Mapping[str, Value],
    node: Placed,
    evaluation: Evaluation,
) -> bool:
    """Say whether a condition of a component is true; null is not."""
    if condition is None or isinstance(condition, bool):
        return bool(condition)
    return condition.evaluate(scope_of(data, node), evaluation) is True


def _own(value: Value) -> Value:
    """Return a copy whose contexts and lists may be changed."""
    if isinstance(value, dict):
        return {key: _own(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_own(held) for held in value]
    return value
