"""Decides whether one typed answer is allowed, and says in plain English why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.content.forms.choices import chosen, offered
from engine.content.forms.components import CHOICES, Component, ComponentKind, Limit
from engine.content.forms.files import is_accepted
from engine.feel import (
    Date,
    DateTime,
    Evaluation,
    Expression,
    RegularExpressionTimedOut,
    Value,
    compile_expression,
    from_instant,
    instant,
    to_text,
)

MATCHES = compile_expression("matches(answer, pattern)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer is not allowed; the message reads after the field's label."""

    code: str
    message: str


def refusal(
    component: Component, value: Value, scope: Mapping[str, Value], evaluation: Evaluation
) -> Refusal | None:
    """Return what is wrong with an answer by the form's declared rules, None if nothing is."""
    if value is None or value == [] or (component.kind is ComponentKind.CHECKBOX and not value):
        if not component.rules.required:
            return None
        if component.kind is ComponentKind.CHECKBOX:
            return Refusal("required", "must be ticked")
        return Refusal("required", "needs an answer")
    if component.kind in CHOICES:
        return _wrong_choice(component, value, scope, evaluation)
    if component.kind is ComponentKind.NUMBER:
        return _wrong_number(component, value, scope, evaluation)
    if component.kind is ComponentKind.DATETIME:
        return _past(component, value, evaluation)
    if component.kind is ComponentKind.FILEPICKER:
        return _wrong_files(component, value, scope, evaluation)
    if isinstance(value, str):
        return _wrong_text(component, value, scope, evaluation)
    return None


def as_offered(
    component: Component, value: Value, scope: Mapping[str, Value], evaluation: Evaluation
) -> Value:
    """Return an allowed choice with the type it has in the form: a page submits all as text."""
    if component.kind not in CHOICES or value is None:
        return value
    options = offered(component.options, scope, evaluation)
    if isinstance(value, list):
        return [found.value for item in value if (found := chosen(item, options))]
    found = chosen(value, options)
    return found.value if found else value


def limit(
    bound: Limit | None, scope: Mapping[str, Value], evaluation: Evaluation
) -> Decimal | None:
    """Return a limit's number; an expression that gives none sets no limit."""
    if bound is None:
        return None
    if isinstance(bound.value, Expression):
        found = bound.value.evaluate(scope, evaluation)
        return found if isinstance(found, Decimal) else None
    return bound.value


def _wrong_choice(
    component: Component, value: Value, scope: Mapping[str, Value], evaluation: Evaluation
) -> Refusal | None:
    options = offered(component.options, scope, evaluation)
    for item in value if isinstance(value, list) else [value]:
        if chosen(item, options) is None:
            return Refusal("not_an_option", "must be one of the choices offered")
    return None


def takes_many(component: Component, scope: Mapping[str, Value], evaluation: Evaluation) -> bool:
    """Say whether a question takes more than one file."""
    if isinstance(component.multiple, Expression):
        return component.multiple.evaluate(scope, evaluation) is True
    return component.multiple


def _wrong_files(
    component: Component, value: Value, scope: Mapping[str, Value], evaluation: Evaluation
) -> Refusal | None:
    files = value if isinstance(value, list) else [value]
    if len(files) > 1 and not takes_many(component, scope, evaluation):
        return Refusal("too_many", "must be one file")
    accept = component.accept.render(scope, evaluation)
    for item in files:
        if isinstance(item, dict) and not is_accepted(
            str(item["name"]), str(item["content_type"]), accept
        ):
            return Refusal("wrong_file_type", f"must be of a type that is asked for: {accept}")
    return None


def _wrong_text(
    component: Component, value: str, scope: Mapping[str, Value], evaluation: Evaluation
) -> Refusal | None:
    rules = component.rules
    shortest = limit(rules.min_length, scope, evaluation)
    if shortest is not None and len(value) < shortest:
        return Refusal("too_short", f"must be {to_text(shortest)} characters or more")
    longest = limit(rules.max_length, scope, evaluation)
    if longest is not None and len(value) > longest:
        return Refusal("too_long", f"must be {to_text(longest)} characters or fewer")
    if rules.pattern is not None and not _matches(value, rules.pattern, evaluation):
        return Refusal("pattern", rules.pattern_message or "is not written in the expected form")
    return None


def _matches(value: str, pattern: str, evaluation: Evaluation) -> bool:
    try:
        return MATCHES.evaluate({"answer": value, "pattern": pattern}, evaluation) is True
    except RegularExpressionTimedOut:
        return False


def _wrong_number(
    component: Component, value: Value, scope: Mapping[str, Value], evaluation: Evaluation
) -> Refusal | None:
    number = Decimal(value) if isinstance(value, str) else value
    assert isinstance(number, Decimal)
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # conversion lets only finite numbers through
    if component.decimal_digits is not None and -exponent > component.decimal_digits:
        places = component.decimal_digits
        return Refusal(
            "too_many_decimals",
            f"must have {places} decimal place{'s' if places != 1 else ''} or fewer"
            if places
            else "must be a whole number",
        )
    least = limit(component.rules.minimum, scope, evaluation)
    if least is not None and number < least:
        return Refusal("too_small", f"must be {to_text(least)} or more")
    most = limit(component.rules.maximum, scope, evaluation)
    if most is not None and number > most:
        return Refusal("too_large", f"must be {to_text(most)} or less")
    return None


def _past(component: Component, value: Value, evaluation: Evaluation) -> Refusal | None:
    if component.past_allowed:
        return None
    today = from_instant(evaluation.now, evaluation.zone).date
    match value:
        case Date():
            day = value
        case DateTime():
            day = from_instant(instant(value, evaluation.zone), evaluation.zone).date
        case _:
            return None
    return Refusal("in_the_past", "must not be in the past") if day < today else None
