"""The FEEL language of DMN 1.5: compile text once, evaluate it safely and often. Runs no text as Python."""

from __future__ import annotations

from engine.feel.builtins import BUILTINS
from engine.feel.comparison import equal
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import (
    BudgetExceeded,
    FeelSyntaxError,
    NestingExceeded,
    RegularExpressionTimedOut,
    SizeExceeded,
    StepsExceeded,
    TextTooDeep,
    TextTooLong,
    TimeExceeded,
)
from engine.feel.evaluation import DEFAULT_LIMITS, Evaluation, Limits, Warning
from engine.feel.expressions import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.feel.invocation import Fault, apply
from engine.feel.plain_data import from_json, to_json
from engine.feel.storage import decode, encode
from engine.feel.temporal import Date, DateTime, Time, from_instant, instant
from engine.feel.text import literal, to_text
from engine.feel.type_parser import type_from_text
from engine.feel.values import Function, Parameter, Range, Value, kind

__all__ = [
    "BUILTINS",
    "DEFAULT_LIMITS",
    "BudgetExceeded",
    "Date",
    "DateTime",
    "DaysTimeDuration",
    "Evaluation",
    "Expression",
    "Fault",
    "FeelSyntaxError",
    "Function",
    "Limits",
    "NestingExceeded",
    "Parameter",
    "Range",
    "RegularExpressionTimedOut",
    "SizeExceeded",
    "StepsExceeded",
    "TextTooDeep",
    "TextTooLong",
    "Time",
    "TimeExceeded",
    "UnaryTests",
    "Value",
    "Warning",
    "YearsMonthsDuration",
    "apply",
    "compile_expression",
    "compile_unary_tests",
    "decode",
    "encode",
    "equal",
    "from_instant",
    "from_json",
    "instant",
    "kind",
    "literal",
    "to_json",
    "to_text",
    "type_from_text",
]
