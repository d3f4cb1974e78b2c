"""Built-in functions that compare points and ranges (DMN 1.5 §10.3.4.9), and `range` itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.builtins.registry import BUILTINS, builtin
from engine.feel.comparison import equal, holds, less, less_or_equal
from engine.feel.errors import FeelSyntaxError
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.names import NameTable
from engine.feel.parser import parse_expression
from engine.feel.syntax import Invocation, Literal, Name, Node, RangeLiteral
from engine.feel.values import Range

_CHAPTER = "Range"
_LONGEST_TEXT = 500
_CONSTRUCTORS = ("date", "time", "date and time", "duration")
_NAMES = NameTable(_CONSTRUCTORS)
_TWO_RANGES = "(range1: range, range2: range) -> boolean"
_POINT_RANGE = "(point: Any, range: range) -> boolean"
_RANGE_POINT = "(range: range, point: Any) -> boolean"


def _lt(left: Any, right: Any) -> bool:
    """Return left < right; values without an order are a Fault, so that the answer is null."""
    answer = less(left, right)
    if answer is None:
        raise Fault("The points and ends of ranges must be of one kind that has an order")
    return answer


def _eq(left: Any, right: Any) -> bool:
    answer = equal(left, right)
    if answer is None or left is None or right is None:
        raise Fault("The points and ends of ranges must be of one kind that has an order")
    return answer


def _before(first: Any, second: Any) -> bool:
    match first, second:
        case Range(), Range():
            touching = first.end_included and second.start_included
            return _lt(first.end, second.start) or (not touching and _eq(first.end, second.start))
        case Range(), _:
            return _lt(first.end, second) or (not first.end_included and _eq(first.end, second))
        case _, Range():
            return _lt(first, second.start) or (
                not second.start_included and _eq(first, second.start)
            )
    return _lt(first, second)


_POINTS = "(point1: Any, point2: Any) -> boolean"


@builtin(
    *(f"before{s}" for s in (_POINTS, _POINT_RANGE, _RANGE_POINT, _TWO_RANGES)), chapter=_CHAPTER
)
def before(evaluation: Evaluation, first: Any, second: Any) -> Any:
    """Whether a point or range lies wholly before another.

    Examples:
    before(1, 10) = true
    before([1..10], 10) = false
    before([1..10), 10) = true
    """
    return _before(first, second)


@builtin(
    *(f"after{s}" for s in (_POINTS, _POINT_RANGE, _RANGE_POINT, _TWO_RANGES)), chapter=_CHAPTER
)
def after(evaluation: Evaluation, first: Any, second: Any) -> Any:
    """Whether a point or range lies wholly after another.

    Examples:
    after(12, [1..10]) = true
    after([11..20], [1..11)) = true
    """
    return _before(second, first)


def _meets(first: Range, second: Range) -> bool:
    return first.end_included and second.start_included and _eq(first.end, second.start)


@builtin(f"meets{_TWO_RANGES}", chapter=_CHAPTER)
def meets(evaluation: Evaluation, first: Range, second: Range) -> Any:
    """Whether one range ends where another begins.

    Examples:
    meets([1..5], [5..10]) = true
    meets([1..5), [5..10]) = false
    """
    return _meets(first, second)


@builtin(f"met by{_TWO_RANGES}", chapter=_CHAPTER)
def met_by(evaluation: Evaluation, first: Range, second: Range) -> Any:
    """Whether one range begins where another ends.

    Examples:
    met by([5..10], [1..5]) = true
    """
    return _meets(second, first)


@builtin(f"overlaps{_TWO_RANGES}", chapter=_CHAPTER)
def overlaps(evaluation: Evaluation, first: Range, second: Range) -> Any:
    """Whether two ranges have a part in common.

    Examples:
    overlaps([1..5], [3..8]) = true
    overlaps([1..5), [5..8]) = false
    """
    ends_after = _lt(second.start, first.end) or (
        first.end_included and second.start_included and _eq(first.end, second.start)
    )
    begins_before = _lt(first.start, second.end) or (
        first.start_included and second.end_included and _eq(first.start, second.end)
    )
    return ends_after and begins_before


def _overlaps_before(first: Range, second: Range) -> bool:
    begins_before = _lt(first.start, second.start) or (
        first.start_included and not second.start_included and _eq(first.start, second.start)
    )
    reaches_in = _lt(second.start, first.end) or (
        first.end_included and second.start_included and _eq(first.end, second.start)
    )
    ends_before = _lt(first.end, second.end) or (
        (not first.end_included or second.end_included) and _eq(first.end, second.end)
    )
    return begins_before and reaches_in and ends_before


@builtin(f"overlaps before{_TWO_RANGES}", chapter=_CHAPTER)
def overlaps_before(evaluation: Evaluation, first: Range, second: Range) -> Any:
    """Whether a range begins before another and ends inside it.

    Examples:
    overlaps before([1..5], [3..8]) = true
    overlaps before([3..8], [1..5]) = false
    """
    return _overlaps_before(first, second)


@builtin(f"overlaps after{_TWO_RANGES}", chapter=_CHAPTER)
def overlaps_after(evaluation: Evaluation, first: Range, second: Range) -> Any:
    """Whether a range begins inside another and ends after it.

    Examples:
    overlaps after([3..8], [1..5]) = true
    """
    return _overlaps_before(second, first)


def _finishes(first: Any, second: Range) -> bool:
    if not isinstance(first, Range):
        return second.end_included and _eq(first, second.end)
    return (
        first.end_included == second.end_included
        and _eq(first.end, second.end)
        and (
            _lt(second.start, first.start)
            or (
                (not first.start_included or second.start_included)
                and _eq(first.start, second.start)
            )
        )
    )


@builtin(f"finishes{_POINT_RANGE}", f"finishes{_TWO_RANGES}", chapter=_CHAPTER)
def finishes(evaluation: Evaluation, first: Any, second: Range) -> Any:
    """Whether a point or range is the end of a range.

    Examples:
    finishes(10, [1..10]) = true
    finishes([5..10], [1..10]) = true
    """
    return _finishes(first, second)


@builtin(f"finished by{_RANGE_POINT}", f"finished by{_TWO_RANGES}", chapter=_CHAPTER)
def finished_by(evaluation: Evaluation, first: Range, second: Any) -> Any:
    """Whether a range ends with a point or range.

    Examples:
    finished by([1..10], 10) = true
    finished by([1..10], [5..10]) = true
    """
    return _finishes(second, first)


def _includes(first: Range, second: Any) -> bool | None:
    if not isinstance(second, Range):
        return holds(second, first)
    begins = _lt(first.start, second.start) or (
        (first.start_included or not second.start_included) and _eq(first.start, second.start)
    )
    ends = _lt(second.end, first.end) or (
        (first.end_included or not second.end_included) and _eq(first.end, second.end)
    )
    return begins and ends


@builtin(f"includes{_RANGE_POINT}", f"includes{_TWO_RANGES}", chapter=_CHAPTER)
def includes(evaluation: Evaluation, first: Range, second: Any) -> Any:
    """Whether a range holds a point or a whole range.

    Examples:
    includes([1..10], 5) = true
    includes([1..10], [4..12]) = false
    """
    return _includes(first, second)


@builtin(f"during{_POINT_RANGE}", f"during{_TWO_RANGES}", chapter=_CHAPTER)
def during(evaluation: Evaluation, first: Any, second: Range) -> Any:
    """Whether a point or range lies inside a range.

    Examples:
    during(5, [1..10]) = true
    during([4..6], [1..10]) = true
    """
    return _includes(second, first)


def _starts(first: Any, second: Range) -> bool:
    if not isinstance(first, Range):
        return second.start_included and _eq(first, second.start)
    return (
        first.start_included == second.start_included
        and _eq(first.start, second.start)
        and (
            _lt(first.end, second.end)
            or ((not first.end_included or second.end_included) and _eq(first.end, second.end))
        )
    )


@builtin(f"starts{_POINT_RANGE}", f"starts{_TWO_RANGES}", chapter=_CHAPTER)
def starts(evaluation: Evaluation, first: Any, second: Range) -> Any:
    """Whether a point or range is the beginning of a range.

    Examples:
    starts(1, [1..10]) = true
    starts([1..5], [1..10]) = true
    """
    return _starts(first, second)


@builtin(f"started by{_RANGE_POINT}", f"started by{_TWO_RANGES}", chapter=_CHAPTER)
def started_by(evaluation: Evaluation, first: Range, second: Any) -> Any:
    """Whether a range begins with a point or range.

    Examples:
    started by([1..10], 1) = true
    started by([1..10], [1..5]) = true
    """
    return _starts(second, first)


@builtin(f"coincides{_POINTS}", f"coincides{_TWO_RANGES}", chapter=_CHAPTER)
def coincides(evaluation: Evaluation, first: Any, second: Any) -> Any:
    """Whether two points or two ranges are the same.

    Examples:
    coincides(5, 5) = true
    coincides([1..5], [1..5)) = false
    """
    match first, second:
        case Range(), Range():
            return (
                first.start_included == second.start_included
                and first.end_included == second.end_included
                and _eq(first.start, second.start)
                and _eq(first.end, second.end)
            )
        case (Range(), _) | (_, Range()):
            raise Fault("coincides needs two points or two ranges")
    return _eq(first, second)


@builtin("range(from: string) -> range", chapter=_CHAPTER)
def range_(evaluation: Evaluation, text: str) -> Any:
    """The range that a text denotes; its ends are literals, the first not above the second.

    Examples:
    range("[18..21]") = [18..21]
    range("[3..1]") = null
    """
    if len(text) > _LONGEST_TEXT:
        raise Fault("The text of a range is too long")
    try:
        tree = parse_expression(text, [_NAMES])
    except FeelSyntaxError:
        raise Fault(f"{text[:40]!r} is not a range") from None
    if not isinstance(tree, RangeLiteral):
        raise Fault(f"{text[:40]!r} is not a range")
    start, end = _end(tree.start, evaluation), _end(tree.end_point, evaluation)
    if less_or_equal(start, end) is not True:
        raise Fault("A range goes from a value to one of the same kind that is not below it")
    return Range(start, end, tree.start_included, tree.end_included)


def _end(node: Node, evaluation: Evaluation) -> Any:
    match node:
        case Literal():
            value: Any = node.value
        case Invocation(
            function=Name(name=name), positional=(Literal(value=str() as text),), named=None
        ) if name in _CONSTRUCTORS:
            make: Callable[..., Any] = BUILTINS[name].signatures[0][1]
            value = make(evaluation, text)
        case _:
            value = None
    if value is None:
        raise Fault("The ends of a range are written as literals")
    return value
