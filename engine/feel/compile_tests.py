"""Compiles membership and the unary tests of decision tables: does a value pass?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.code import Code, Frame, compile_node, compiles
from engine.feel.comparison import COMPARE, any_true, passes
from engine.feel.compile_operators import DIRECT, warn_incomparable
from engine.feel.evaluation import Evaluation
from engine.feel.scopes import Scope
from engine.feel.syntax import (
    AnyValue,
    Literal,
    Membership,
    Name,
    Node,
    Operator,
    OperatorRange,
    RangeLiteral,
)

_PLAIN = (Decimal, str)


@compiles(Membership)
def membership(node: Membership, scope: Scope) -> Code:
    """Return code for `value in test` and `value in (test, ...)`."""
    value = compile_node(node.value, scope)
    inner = scope.child("?")
    tests = [test(part, inner) for part in node.tests]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        local = [frame, value(frame, evaluation)]
        if len(tests) == 1:
            return tests[0](local, evaluation)
        return any_true(one(local, evaluation) for one in tests)

    return run


def test(node: Node, scope: Scope) -> Code:
    """Return code that answers whether the value in the slot `?` passes one unary test.

    `scope` is the one with that slot. DMN 1.5 §10.3.2.13, table 55, and grammar rule 7.
    """
    if isinstance(node, AnyValue):
        return lambda frame, evaluation: True
    slot = scope.slots["?"]
    if isinstance(node, OperatorRange):
        return _compared(node, slot, scope)
    code = compile_node(node, scope)
    if any(isinstance(part, Name) and part.name == "?" for part in node.walk()):
        return _verdict(code, slot)
    general = _expected(code, slot, node.position, verdicts=not isinstance(node, Literal))
    match node:
        case Literal(value=value) if type(value) in _PLAIN:
            return _with_shortcut(general, slot, Operator.EQUAL, value)
        case RangeLiteral(
            start=Literal(value=Decimal() as low), end_point=Literal(value=Decimal() as high)
        ):
            return _within(general, slot, node, low, high)
    return general


def _compared(node: OperatorRange, slot: int, scope: Scope) -> Code:
    """Return code for a test such as `< 10`."""
    compare = COMPARE[node.operator]
    operand = compile_node(node.operand, scope)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = frame[slot]
        other = operand(frame, evaluation)
        answer = compare(value, other, evaluation)
        if answer is None:
            warn_incomparable(value, other, node.position, evaluation)
        return answer

    if isinstance(node.operand, Literal) and type(node.operand.value) in _PLAIN:
        return _with_shortcut(run, slot, node.operator, node.operand.value)
    return run


def _verdict(code: Code, slot: int) -> Code:
    """Return code for an expression that speaks of `?`: it is the answer, unless it is no boolean."""

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        answer = code(frame, evaluation)
        if answer is None or isinstance(answer, bool):
            return answer
        return passes(frame[slot], answer, evaluation)

    return run


def _expected(code: Code, slot: int, position: int, *, verdicts: bool) -> Code:
    """Return code for an expression whose value is compared with the one under test.

    With `verdicts`, a condition about something else than the input decides by itself; `true`
    written out is no condition but a value to compare with.
    """

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = frame[slot]
        expected = code(frame, evaluation)
        if verdicts and isinstance(expected, bool) and not isinstance(value, bool | list):
            return expected if value is not None else False
        answer = passes(value, expected, evaluation)
        if answer is None:
            warn_incomparable(value, expected, position, evaluation)
        return answer

    return run


def _with_shortcut(general: Code, slot: int, sign: Operator, constant: Any) -> Code:
    """Return `general`, but a value of the constant's own kind compared directly."""
    kind = type(constant)
    direct = DIRECT[sign]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = frame[slot]
        return direct(value, constant) if type(value) is kind else general(frame, evaluation)

    return run


def _within(general: Code, slot: int, node: RangeLiteral, low: Decimal, high: Decimal) -> Code:
    """Return `general`, but a number compared directly with two constant ends."""
    above = DIRECT[Operator.LESS_OR_EQUAL if node.start_included else Operator.LESS]
    below = DIRECT[Operator.LESS_OR_EQUAL if node.end_included else Operator.LESS]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        value = frame[slot]
        if type(value) is Decimal:
            return above(low, value) and below(value, high)
        return general(frame, evaluation)

    return run
