"""The choices a field offers, and which of them a submitted value means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.content.forms.components import Options
from engine.content.forms.keys import look_up
from engine.feel import Evaluation, Value, to_text


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `text` is what a page submits for it."""

    label: str
    value: Value
    text: str
    selected: bool = False


def offered(
    options: Options, scope: Mapping[str, Value], evaluation: Evaluation
) -> tuple[Option, ...]:
    """Return a field's choices. Choices from data are values or {label, value} contexts."""
    if options.expression is not None:
        held: Value = options.expression.evaluate(scope, evaluation)
    elif options.variable is not None:
        held = look_up(scope, options.variable)
    else:
        return tuple(
            Option(option.label.render(scope, evaluation), option.value, to_text(option.value))
            for option in options.static
        )
    return tuple(_option(item) for item in held) if isinstance(held, list) else ()


def _option(item: Value) -> Option:
    if isinstance(item, dict) and "value" in item:
        value = item["value"]
        label = item.get("label")
        return Option(label if isinstance(label, str) else to_text(value), value, to_text(value))
    return Option(to_text(item), item, to_text(item))


def chosen(value: Value, options: Sequence[Option]) -> Option | None:
    """Return the choice that a submitted value means, None when it is not offered.

    Pages submit text, so a text stands for the choice that prints the same.
    """
    for option in options:
        if type(option.value) is type(value) and option.value == value:
            return option
    if isinstance(value, str):
        return next((option for option in options if option.text == value), None)
    return None
