"""FEEL types: what a value conforms to, and the conversions the standard allows. Names no decision model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal import Date, DateTime, Time, midnight_utc
from engine.feel.values import Function, Range


class Type:
    """A type of FEEL (DMN 1.5 §10.3.2.9). Compare types with ==, test values with `conforms`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SimpleType(Type):
    """One of the built-in types without parts; `classes` are the Python classes of its values."""

    name: str
    classes: tuple[type, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType(Type):
    item: Type

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    item: Type

    def __str__(self) -> str:
        return f"range<{self.item}>"


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """A context with at least these entries."""

    entries: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        return f"context<{', '.join(f'{name}: {type}' for name, type in self.entries)}>"


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    parameters: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"


@dataclass(frozen=True, slots=True)
class NamedType(Type):
    """A type that the surroundings define (an item definition), looked up in `Evaluation.types`."""

    name: str

    def __str__(self) -> str:
        return self.name


ANY: Final = SimpleType("Any", (object,))
NULL: Final = SimpleType("Null", (type(None),))
NUMBER: Final = SimpleType("number", (Decimal,))
STRING: Final = SimpleType("string", (str,))
BOOLEAN: Final = SimpleType("boolean", (bool,))
DATE: Final = SimpleType("date", (Date,))
TIME: Final = SimpleType("time", (Time,))
DATE_TIME: Final = SimpleType("date and time", (DateTime,))
DAYS_TIME: Final = SimpleType("days and time duration", (DaysTimeDuration,))
YEARS_MONTHS: Final = SimpleType("years and months duration", (YearsMonthsDuration,))
LIST: Final = SimpleType("list", (list,))
CONTEXT: Final = SimpleType("context", (dict,))
RANGE: Final = SimpleType("range", (Range,))
FUNCTION: Final = SimpleType("function", (Function,))
DURATION: Final = SimpleType("duration", (DaysTimeDuration, YearsMonthsDuration))

SIMPLE_TYPES: Final[Mapping[str, SimpleType]] = {
    type.name: type
    for type in (
        ANY,
        NULL,
        NUMBER,
        STRING,
        BOOLEAN,
        DATE,
        TIME,
        DATE_TIME,
        DAYS_TIME,
        YEARS_MONTHS,
        LIST,
        CONTEXT,
        RANGE,
        FUNCTION,
    )
} | {"dateTime": DATE_TIME, "dayTimeDuration": DAYS_TIME, "yearMonthDuration": YEARS_MONTHS}


class UnknownType(LookupError):
    """A type name that neither FEEL nor the surroundings define."""


def conforms(value: Any, type: Type, named: Mapping[str, Type]) -> bool:
    """Say whether a value is of a type. null is of every type (DMN 1.5 §10.3.2.9.2).

    `named` holds the types of the surroundings; raises UnknownType for a name that is not among them.
    """
    if value is None:
        return True
    match type:
        case SimpleType():
            return isinstance(value, type.classes)
        case ListType():
            return isinstance(value, list) and all(
                conforms(item, type.item, named) for item in value
            )
        case RangeType():
            return isinstance(value, Range) and all(
                conforms(end, type.item, named) for end in (value.start, value.end)
            )
        case ContextType():
            return isinstance(value, dict) and all(
                name in value and conforms(value[name], part, named) for name, part in type.entries
            )
        case FunctionType():
            return isinstance(value, Function) and _function_conforms(value, type, named)
        case NamedType():
            if type.name not in named:
                raise UnknownType(type.name)
            return conforms(value, named[type.name], named)
    raise TypeError(f"{type!r} is not a type of FEEL")


def is_instance(value: Any, type: Type, named: Mapping[str, Type]) -> bool:
    """Say what `value instance of type` is: as `conforms`, but null is only of the type Null."""
    if value is None:
        return type == NULL
    return type != NULL and conforms(value, type, named)


def coerced(value: Any, type: Type, named: Mapping[str, Type]) -> tuple[bool, Any]:
    """Return (True, value as `type`) after FEEL's implicit conversions, or (False, None).

    DMN 1.5 §10.3.2.9.4: a list of one is its item, an item is a list of one, a date is its midnight UTC.
    """
    if conforms(value, type, named):
        return True, value
    resolved = type
    while isinstance(resolved, NamedType):
        resolved = named[resolved.name]
    if isinstance(value, list):
        # One level only: a list of a list of one is not its number.
        single = len(value) == 1 and conforms(value[0], resolved, named)
        return (True, value[0]) if single else (False, None)
    if resolved == LIST:
        return True, [value]
    if isinstance(resolved, ListType) and conforms(value, resolved.item, named):
        return True, [value]
    if resolved == DATE_TIME and isinstance(value, Date):
        return True, midnight_utc(value)
    return False, None


def is_subtype(type: Type, other: Type, named: Mapping[str, Type]) -> bool:
    """Say whether every value of `type` is one of `other` (DMN 1.5 §10.3.2.9.2)."""
    if isinstance(type, NamedType) and type.name in named:
        type = named[type.name]
    if isinstance(other, NamedType) and other.name in named:
        other = named[other.name]
    if other == ANY or type in (other, NULL):
        return True
    match type, other:
        case (ListType(), SimpleType()):
            return other == LIST
        case (ContextType(), SimpleType()):
            return other == CONTEXT
        case (RangeType(), SimpleType()):
            return other == RANGE
        case (FunctionType(), SimpleType()):
            return other == FUNCTION
        case (ListType(item=mine), ListType(item=theirs)):
            return is_subtype(mine, theirs, named)
        case (RangeType(item=mine), RangeType(item=theirs)):
            return is_subtype(mine, theirs, named)
        case (ContextType(), ContextType()):
            have = dict(type.entries)
            return all(
                name in have and is_subtype(have[name], part, named)
                for name, part in other.entries
            )
        case (FunctionType(), FunctionType()):
            return (
                len(type.parameters) == len(other.parameters)
                and all(
                    is_subtype(theirs, mine, named)
                    for mine, theirs in zip(type.parameters, other.parameters, strict=True)
                )
                and is_subtype(type.result, other.result, named)
            )
    return False


def _function_conforms(function: Function, type: FunctionType, named: Mapping[str, Type]) -> bool:
    if len(function.parameters) != len(type.parameters):
        return False
    takes = all(
        is_subtype(given, parameter.type or ANY, named)
        for given, parameter in zip(type.parameters, function.parameters, strict=True)
    )
    # A function written without a result type may well answer with the one asked for.
    return takes and (function.result is None or is_subtype(function.result, type.result, named))
