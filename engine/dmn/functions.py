"""Functions made of decision logic, and calling functions by parameter name. Finds no function itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.run import Program, Run, Scope
from engine.dmn.types import ANY_TYPE, DataType, mismatch
from engine.feel import Evaluation, Function, Value
from engine.feel.invocation import Fault, invoke_named
from engine.feel.values import Parameter


@dataclass(frozen=True, slots=True)
class TypedParameter:
    """A parameter with the type the model gives it."""

    name: str
    type: DataType


def function_value(
    name: str,
    parameters: Sequence[TypedParameter],
    body: Program,
    scope: Scope,
    run: Run,
    result: DataType = ANY_TYPE,
) -> Function:
    """Return a function that runs `body` in `scope` and its arguments.

    A wrong argument makes the result null without running the body; the result becomes null when
    it is not of its type. Nesting and work count against the limits of the evaluation.
    """
    constrained = [
        (index, parameter)
        for index, parameter in enumerate(parameters)
        if parameter.type is not ANY_TYPE
    ]
    names = [parameter.name for parameter in parameters]

    def call(arguments: Sequence[Value], evaluation: Evaluation) -> Value:
        values = list(arguments)
        for index, parameter in constrained:
            fits, values[index] = parameter.type.convert(values[index], evaluation)
            if not fits:
                reason = mismatch(arguments[index], parameter.type)
                evaluation.warn(
                    0, f"{name}: parameter “{parameter.name}”: {reason}", "type_mismatch"
                )
                return None
        inner = dict(scope)
        inner.update(zip(names, values, strict=True))
        # The function may have been made by one evaluation and be called within another part of it.
        value = body(inner, run)
        fits, answer = result.convert(value, evaluation)
        if not fits:
            evaluation.warn(0, f"{name}: {mismatch(value, result)}", "type_mismatch")
        return answer

    return Function(
        name,
        tuple(
            Parameter(parameter.name, None if parameter.type is ANY_TYPE else parameter.type.feel)
            for parameter in parameters
        ),
        call,
        None if result is ANY_TYPE else result.feel,
    )


def invoke(function: Value, arguments: Sequence[tuple[str, Value]], what: str, run: Run) -> Value:
    """Return what a function gives for arguments by name; null and a warning if it cannot be called."""
    given = dict(arguments)
    if len(given) != len(arguments):
        run.warn(f"{what}: one parameter is given twice", "wrong_arguments")
        return None
    try:
        answer: Value = invoke_named(function, given, run.evaluation, "of that name")
    except Fault as fault:
        run.warn(f"{what}: {fault}", "function_not_called")
        return None
    return answer
