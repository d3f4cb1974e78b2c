"""Compiles operators: arithmetic, comparison, logic, paths, `if` and `instance of`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.arithmetic import CALCULATE, negate
from engine.feel.code import Code, Frame, compile_node, compiles
from engine.feel.comparison import COMPARE, less_or_equal
from engine.feel.evaluation import Evaluation
from engine.feel.numbers import CONTEXT, power
from engine.feel.properties import NoSuchProperty, property_of
from engine.feel.scopes import Scope
from engine.feel.syntax import (
    Arithmetic,
    Between,
    Comparison,
    Conditional,
    Conjunction,
    Disjunction,
    InstanceOf,
    Literal,
    Negation,
    Operator,
    Path,
)
from engine.feel.types import UnknownType, is_instance
from engine.feel.values import kind

_DECIMAL_METHODS = {
    Operator.ADD: CONTEXT.add,
    Operator.SUBTRACT: CONTEXT.subtract,
    Operator.MULTIPLY: CONTEXT.multiply,
    Operator.DIVIDE: CONTEXT.divide,
    Operator.POWER: power,
}
# For two numbers or two strings Python's comparisons are FEEL's.
DIRECT: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_VERBS = {
    Operator.ADD: "add {} and {}",
    Operator.SUBTRACT: "subtract from {} {}",
    Operator.MULTIPLY: "multiply {} by {}",
    Operator.DIVIDE: "divide {} by {}",
    Operator.POWER: "raise {} to the power of {}",
}


def a(value: Any) -> str:
    """Return the kind of a value with its article."""
    name = kind(value)
    return name if name == "null" else f"a {name}"


@compiles(Arithmetic)
def arithmetic(node: Arithmetic, scope: Scope) -> Code:
    """Return code that calculates a chain from left to right."""
    code = compile_node(node.first, scope)
    if len(node.rest) == 1:
        sign, operand = node.rest[0]
        return _calculation(sign, code, compile_node(operand, scope), operand.position)
    rest = [
        (_step(sign, operand.position), compile_node(operand, scope))
        for sign, operand in node.rest
    ]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = code(frame, evaluation)
        for step, operand in rest:
            value = step(value, operand(frame, evaluation), evaluation)
        return value

    return run


def _calculation(sign: Operator, left: Code, right: Code, position: int) -> Code:
    step = _step(sign, position)
    return lambda frame, evaluation: step(
        left(frame, evaluation), right(frame, evaluation), evaluation
    )


def _step(sign: Operator, position: int) -> Callable[[Any, Any, Evaluation], Any]:
    """Return a function of two values and the evaluation: the fast way for numbers, else the table."""
    calculate = CALCULATE[sign]
    decimals = _DECIMAL_METHODS[sign]

    def step(left: Any, right: Any, evaluation: Evaluation) -> Any:
        if type(left) is Decimal and type(right) is Decimal:
            value: Any = decimals(left, right)
            if value.is_finite():
                return value
            value = None
        else:
            value = calculate(left, right)
            if type(value) is str:
                evaluation.allocate(len(value))
        if value is None:
            _warn_about(sign, left, right, position, evaluation)
        return value

    return step


def _warn_about(
    sign: Operator, left: Any, right: Any, position: int, evaluation: Evaluation
) -> None:
    if type(left) is Decimal and type(right) is Decimal:
        sentence = (
            "Nothing can be divided by zero"
            if sign is Operator.DIVIDE and not right
            else f"{left} {sign} {right} is not a number that FEEL can hold"
        )
        evaluation.warn(position, sentence, "no_number")
    else:
        sentence = f"Cannot {_VERBS[sign].format(a(left), a(right))}"
        evaluation.warn(position, sentence, "wrong_kind")


@compiles(Negation)
def negation(node: Negation, scope: Scope) -> Code:
    """Return code for the minus sign before a number or duration."""
    operand = compile_node(node.operand, scope)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = operand(frame, evaluation)
        negative = negate(value)
        if negative is None:
            evaluation.warn(node.position, f"{a(value)} has no negative", "wrong_kind")
        return negative

    return run


@compiles(Comparison)
def comparison(node: Comparison, scope: Scope) -> Code:
    """Return code that compares; the common kinds directly, the rest by FEEL's tables."""
    left = compile_node(node.left, scope)
    if isinstance(node.right, Literal) and type(node.right.value) in (str, Decimal):
        return _comparison_with(node, left, node.right.value)
    right = compile_node(node.right, scope)
    compare = COMPARE[node.operator]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        first = left(frame, evaluation)
        second = right(frame, evaluation)
        answer = compare(first, second, evaluation)
        if answer is None:
            warn_incomparable(first, second, node.position, evaluation)
        return answer

    return run


def _comparison_with(node: Comparison, left: Code, value: Any) -> Code:
    """Return code that compares with a constant number or string."""
    expected = type(value)
    compare = COMPARE[node.operator]
    direct = DIRECT[node.operator]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        first = left(frame, evaluation)
        if type(first) is expected:
            return direct(first, value)
        answer = compare(first, value, evaluation)
        if answer is None:
            warn_incomparable(first, value, node.position, evaluation)
        return answer

    return run


def warn_incomparable(left: Any, right: Any, position: int, evaluation: Evaluation) -> None:
    """Record that two values have no order, or are of kinds that are never equal."""
    if kind(left) == kind(right):
        sentence = f"These two values of kind {kind(left)} cannot be compared"
    else:
        sentence = f"Cannot compare {a(left)} with {a(right)}"
    evaluation.warn(position, sentence, "incomparable")


@compiles(Conjunction)
def conjunction(node: Conjunction, scope: Scope) -> Code:
    """Return code for `and`: false wins, then null (DMN 1.5 §10.3.2.12, table 49)."""
    operands = [compile_node(operand, scope) for operand in node.operands]
    if len(operands) == 2:
        first, second = operands

        def both(frame: Frame, evaluation: Evaluation) -> Any:
            left = first(frame, evaluation)
            if left is False:
                return False
            right = second(frame, evaluation)
            if right is False:
                return False
            return True if left is True and right is True else None

        return both

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        unknown = False
        for operand in operands:
            value = operand(frame, evaluation)
            if value is False:
                return False
            unknown = unknown or value is not True
        return None if unknown else True

    return run


@compiles(Disjunction)
def disjunction(node: Disjunction, scope: Scope) -> Code:
    """Return code for `or`: true wins, then null (DMN 1.5 §10.3.2.12, table 49)."""
    operands = [compile_node(operand, scope) for operand in node.operands]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        unknown = False
        for operand in operands:
            value = operand(frame, evaluation)
            if value is True:
                return True
            unknown = unknown or value is not False
        return None if unknown else False

    return run


@compiles(Between)
def between(node: Between, scope: Scope) -> Code:
    """Return code for `value between low and high`, both included."""
    value = compile_node(node.value, scope)
    low = compile_node(node.low, scope)
    high = compile_node(node.high, scope)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        middle = value(frame, evaluation)
        first = low(frame, evaluation)
        last = high(frame, evaluation)
        above = less_or_equal(first, middle)
        below = less_or_equal(middle, last)
        if above is None or below is None:
            wrong = first if above is None else last
            warn_incomparable(middle, wrong, node.position, evaluation)
            return None
        return above and below

    return run


@compiles(Path)
def path(node: Path, scope: Scope) -> Code:
    """Return code for `value.name`; of a list, the list of its items' (DMN 1.5 §10.3.2.5)."""
    source = compile_node(node.source, scope)
    name = node.name

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = source(frame, evaluation)
        if type(value) is dict and name in value:
            return value[name]
        return step_into(value, name, node.position, evaluation)

    return run


def step_into(value: Any, name: str, position: int, evaluation: Evaluation) -> Any:
    """Return what `name` is in a value, null with a warning where it has none."""
    if isinstance(value, list):
        evaluation.spend(len(value))
        evaluation.allocate(len(value))
        return [_quietly(item, name, evaluation) for item in value]
    try:
        return property_of(value, name)
    except NoSuchProperty as error:
        evaluation.warn(position, str(error), "no_property")
        return None


def _quietly(item: Any, name: str, evaluation: Evaluation) -> Any:
    if isinstance(item, list):
        return step_into(item, name, 0, evaluation)
    try:
        return property_of(item, name)
    except NoSuchProperty:
        return None


@compiles(Conditional)
def conditional(node: Conditional, scope: Scope) -> Code:
    """Return code for `if`: anything but true goes on to `else` (DMN 1.5 §10.3.2.13, table 47)."""
    branches = [
        (compile_node(condition, scope), compile_node(value, scope), condition.position)
        for condition, value in node.branches
    ]
    otherwise = compile_node(node.otherwise, scope)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        for condition, value, position in branches:
            answer = condition(frame, evaluation)
            if answer is True:
                return value(frame, evaluation)
            if answer is not None and answer is not False:
                evaluation.warn(
                    position, f"A condition must be true or false, not {a(answer)}", "wrong_kind"
                )
        return otherwise(frame, evaluation)

    return run


@compiles(InstanceOf)
def instance_of(node: InstanceOf, scope: Scope) -> Code:
    """Return code for `value instance of type`."""
    value = compile_node(node.value, scope)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        tested = value(frame, evaluation)
        evaluation.check_size(tested)
        try:
            return is_instance(tested, node.type, evaluation.types)
        except UnknownType as error:
            evaluation.warn(node.position, f"There is no type {error}", "unknown_type")
            return None

    return run
