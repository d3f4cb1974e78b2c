"""What a FEEL value is: its Python classes, functions, ranges, and the name of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal import Date, DateTime, Time

if TYPE_CHECKING:
    from engine.feel.evaluation import Evaluation
    from engine.feel.types import Type


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is None is open for ever.

    `operator` is set for the ranges written as a unary test, such as `(< 10)`, `(= 10)` or `(!= 10)`: they hold
    the same values as an interval but are not equal to it.
    """

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True
    operator: str | None = None

    __hash__ = None  # type: ignore[assignment]  # its ends may be lists


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter; without a type it takes anything."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value. `call` takes one argument per parameter, in order, already of the parameter's type."""

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[[Sequence[Any], Evaluation], Any]
    result: Type | None = None


Value: TypeAlias = Union[
    bool,
    Decimal,
    str,
    Date,
    Time,
    DateTime,
    YearsMonthsDuration,
    DaysTimeDuration,
    Range,
    Function,
    "list[Value]",
    "dict[str, Value]",
    None,
]

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonthsDuration: "years and months duration",
    DaysTimeDuration: "days and time duration",
    Range: "range",
    Function: "function",
    list: "list",
    dict: "context",
}


def kind(value: object) -> str:
    """Return FEEL's name for the kind of a value; raises TypeError for what is not a FEEL value."""
    try:
        return KINDS[type(value)]
    except KeyError:
        for python_class, name in KINDS.items():
            if isinstance(value, python_class):
                return name
        raise TypeError(
            f"{type(value).__name__} is not a FEEL value: convert data with from_json() first"
        ) from None
