"""Says which values a table cell accepts when it is a simple test. Gives up on anything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from engine.dmn.regions import (
    EVERYTHING,
    LEFT_END,
    LINE,
    RIGHT_END,
    Interval,
    Key,
    Kind,
    Region,
    after,
    before,
    complement,
    intersection,
    normal,
    union,
)
from engine.feel import (
    Date,
    DaysTimeDuration,
    Evaluation,
    Value,
    YearsMonthsDuration,
    compile_expression,
)
from engine.feel.syntax import (
    AnyValue,
    Arithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    Invocation,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Node,
    Operator,
    OperatorRange,
    RangeLiteral,
    Tests,
)

# Functions of their arguments alone: with constant arguments their value is known beforehand.
_PURE: Final = frozenset({"date", "duration", "years and months duration", "number"})
# No constant reads the time of its evaluation, so any instant serves.
_TIMELESS: Final = datetime(2000, 1, 1, tzinfo=UTC)
# What says more of a value than that it equals or lies in something: negated, it is not followed.
_CONDITIONS: Final = (ListLiteral, Comparison, Conjunction, Disjunction)
_MIRRORED: Final = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.NOT_EQUAL: Operator.NOT_EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
}
ALL_KINDS: Final = tuple(kind for kind in Kind if kind is not Kind.WHOLE)


def region_of(tests: Tests, text: str) -> Region | None:
    """Return exactly what a cell's unary tests accept, or None when that cannot be known.

    None means that the cell depends on other values or on functions, or tests what has no order.
    """
    if not tests.negated and any(isinstance(test, AnyValue) for test in tests.tests):
        return EVERYTHING
    parts = [_test(test, text) for test in tests.tests]
    if any(part is None for part in parts):
        return None
    regions = [part for part in parts if part is not None]
    return _negated(tests.tests, regions) if tests.negated else union(regions)


def point(value: Value) -> tuple[Kind, Key] | None:
    """Return where a value lies; None for values without a line of their own."""
    match value:
        case bool():
            return Kind.BOOLEAN, int(value)
        case Decimal():
            return Kind.NUMBER, value
        case str():
            return Kind.STRING, value
        case Date():
            return Kind.DATE, value.epoch_day()
        case DaysTimeDuration():
            return Kind.DAYS_TIME, value.nanoseconds
        case YearsMonthsDuration():
            return Kind.YEARS_MONTHS, value.months
    return None


def constant(node: Node, text: str) -> tuple[Value] | None:
    """Return the value of an expression that depends on nothing, in a tuple; else None."""
    if isinstance(node, Literal):
        return (node.value,)
    if not _is_constant(node):
        return None
    # Evaluated by FEEL itself, so that folding can never differ from running.
    expression = compile_expression(text[node.position : node.end])
    evaluation = Evaluation(_TIMELESS)
    value = expression.evaluate({}, evaluation)
    return None if evaluation.warnings else (value,)


def _is_constant(node: Node) -> bool:
    for part in node.walk():
        match part:
            case Literal() | Negation() | Arithmetic():
                continue
            case Invocation(function=Name(name=name)) if name in _PURE:
                continue
            case Name(name=name) if name in _PURE:
                continue
            case _:
                return False
    return True


def _test(node: Node, text: str) -> Region | None:
    match node:
        case OperatorRange():
            return _comparison(node, text)
        case RangeLiteral():
            return _range(node, text)
        case Comparison():
            return _with_mark(node, text)
        case Conjunction():
            return _all_of([_condition(part, text) for part in node.operands])
        case Disjunction():
            parts = [_condition(part, text) for part in node.operands]
            known = [part for part in parts if part is not None]
            return union(known) if len(known) == len(parts) else None
        case ListLiteral():
            parts = [_equal(constant(item, text)) for item in node.items]
            known = [part for part in parts if part is not None]
            return union(known) if known and len(known) == len(parts) else None
    return _equal(constant(node, text))


def _condition(node: Node, text: str) -> Region | None:
    """Return the region of a condition on `?`; None when it is about anything else."""
    if isinstance(node, Comparison | Conjunction | Disjunction):
        return _test(node, text)
    return None


def _all_of(parts: Sequence[Region | None]) -> Region | None:
    whole: Region | None = None
    for part in parts:
        if part is None:
            return None
        whole = part if whole is None else _both(whole, part)
    return whole


def _both(first: Region, second: Region) -> Region:
    kinds = first.kinds & second.kinds
    parts = {kind: intersection(first.of(kind), second.of(kind)) for kind in kinds}
    return Region(parts, first.null and second.null)


def _with_mark(node: Comparison, text: str) -> Region | None:
    """Return the region of `? < 5` or `5 > ?`, which accepts what the test `< 5` accepts."""
    operator, operand = node.operator, node.right
    if isinstance(node.right, Name) and node.right.name == "?":
        operator, operand = _MIRRORED[node.operator], node.left
    elif not (isinstance(node.left, Name) and node.left.name == "?"):
        return None
    return _comparison(OperatorRange(node.span, operator, operand), text)


def _equal(found: tuple[Value] | None) -> Region | None:
    if found is None:
        return None
    if found[0] is None:
        return Region(null=True)
    place = point(found[0])
    if place is None:
        return None
    kind, key = place
    return Region({kind: normal(kind, [(before(key), after(key))])})


def _comparison(node: OperatorRange, text: str) -> Region | None:
    found = constant(node.operand, text)
    if found is None:
        return None
    if node.operator is Operator.EQUAL:
        return _equal(found)
    if node.operator is Operator.NOT_EQUAL:
        equal = _equal(found)
        return None if equal is None else _negated((Literal(node.span, found[0]),), [equal])
    place = point(found[0])
    if place is None or place[0] is Kind.BOOLEAN:
        return None
    kind, key = place
    intervals: dict[Operator, Interval] = {
        Operator.LESS: (LEFT_END, before(key)),
        Operator.LESS_OR_EQUAL: (LEFT_END, after(key)),
        Operator.GREATER: (after(key), RIGHT_END),
        Operator.GREATER_OR_EQUAL: (before(key), RIGHT_END),
    }
    return Region({kind: normal(kind, [intervals[node.operator]])})


def _range(node: RangeLiteral, text: str) -> Region | None:
    start, end = constant(node.start, text), constant(node.end_point, text)
    if start is None or end is None:
        return None
    first, last = point(start[0]), point(end[0])
    if first is None or last is None or first[0] is not last[0] or first[0] is Kind.BOOLEAN:
        return None
    kind = first[0]
    interval: Interval = (
        before(first[1]) if node.start_included else after(first[1]),
        after(last[1]) if node.end_included else before(last[1]),
    )
    return Region({kind: normal(kind, [interval])})


def _negated(tests: Sequence[Node], regions: Sequence[Region]) -> Region | None:
    """Return what `not(...)` accepts: where every test is false, which is not where one is null.

    A test says nothing (null) of a value of another kind, and then neither does its negation; only
    equality says something about null: that it is not equal.
    """
    both = union(regions)
    kinds = both.kinds
    if len(kinds) > 1 or both.everything:
        return None
    if any(isinstance(test, _CONDITIONS) for test in tests):
        return None
    equalities = all(
        not isinstance(test, RangeLiteral)
        and not (isinstance(test, OperatorRange) and test.operator is not Operator.EQUAL)
        for test in tests
    )
    if not kinds:
        if not both.null:
            return None
        return Region(dict.fromkeys(ALL_KINDS, LINE))
    if both.null:
        return None
    (kind,) = kinds
    if not all(region.kinds == kinds for region in regions):
        return None
    return Region({kind: complement(kind, both.of(kind))}, null=equalities)
