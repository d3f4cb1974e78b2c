"""Calls functions: fits arguments to parameters, converts, counts depth. Faults become null one level up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.feel.evaluation import Evaluation
from engine.feel.types import ANY, ContextType, ListType, Type, UnknownType, coerced
from engine.feel.values import Function, kind


class Fault(Exception):
    """A call cannot be answered; the text says why in a sentence. Never leaves an evaluation."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a built-in function; a `nullable` one takes null, an optional one may be left out."""

    name: str
    type: Type
    optional: bool = False
    nullable: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function; `text` as the reference shows it."""

    text: str
    arguments: tuple[Argument, ...]
    result: Type

    @property
    def required(self) -> int:
        """How many arguments must be given."""
        return sum(not argument.optional for argument in self.arguments)


@dataclass(frozen=True, slots=True, eq=False)
class Builtin(Function):
    """A built-in function: its signatures in the order they are tried, its documentation and examples."""

    signatures: tuple[tuple[Signature, Any], ...] = ()
    documentation: str = ""
    examples: tuple[str, ...] = ()
    chapter: str = ""
    extension: bool = False


def invoke(function: Any, values: Sequence[Any], evaluation: Evaluation, called: str) -> Any:
    """Call a function with arguments by position; raises Fault, with `called` as its name in the sentence."""
    if isinstance(function, Builtin):
        return _invoke_builtin(function, values, evaluation)
    if not isinstance(function, Function):
        raise Fault(_not_a_function(function, called))
    parameters = function.parameters
    if len(values) != len(parameters):
        raise Fault(
            f"{function.name or called} takes {len(parameters)} arguments, not {len(values)}"
        )
    arguments = [
        value
        if parameter.type is None
        else _fitted(value, parameter.name, parameter.type, evaluation)
        for value, parameter in zip(values, parameters, strict=True)
    ]
    evaluation.enter()
    try:
        answer = function.call(arguments, evaluation)
    finally:
        evaluation.leave()
    if function.result is None:
        return answer
    return _fitted(answer, "the result", function.result, evaluation)


def invoke_named(
    function: Any, values: Mapping[str, Any], evaluation: Evaluation, called: str
) -> Any:
    """Call a function with arguments by name; raises Fault."""
    if isinstance(function, Builtin):
        for signature, body in function.signatures:
            names = [argument.name for argument in signature.arguments]
            if set(values) <= set(names) and all(
                argument.optional or argument.name in values for argument in signature.arguments
            ):
                # An argument left out between others takes its null, as the standard's optional ones do.
                given = [name in values for name in names]
                count = max((i + 1 for i, there in enumerate(given) if there), default=0)
                ordered = [values.get(name) for name in names[:count]]
                skipped = [not there for there in given[:count]]
                return _run(function, signature, body, ordered, evaluation, skipped)
        raise Fault(
            f"{function.name} does not take arguments called {', '.join(values)}: "
            f"write {_ways(function)}"
        )
    if not isinstance(function, Function):
        raise Fault(_not_a_function(function, called))
    names = [parameter.name for parameter in function.parameters]
    if set(names) != set(values):
        raise Fault(
            f"{function.name or called} takes arguments called {', '.join(names) or 'nothing'}"
        )
    return invoke(function, [values[name] for name in names], evaluation, called)


def apply(function: Function, values: Sequence[Any], evaluation: Evaluation) -> Any:
    """Call a function that was given as a value, such as the order of `sort`; raises Fault."""
    return invoke(function, values, evaluation, function.name or "The function")


def _invoke_builtin(function: Builtin, values: Sequence[Any], evaluation: Evaluation) -> Any:
    fault: Fault | None = None
    for signature, body in function.signatures:
        arguments = signature.arguments
        if arguments and arguments[-1].variadic:
            if len(values) < len(arguments):
                continue
        elif not signature.required <= len(values) <= len(arguments):
            continue
        try:
            return _run(function, signature, body, values, evaluation, ())
        except Fault as refused:
            if len(function.signatures) == 1 or not isinstance(refused, _Unfit):
                raise
            fault = fault or refused
    raise fault or Fault(
        f"{function.name} was called with {len(values)} arguments: write {_ways(function)}"
    )


class _Unfit(Fault):
    """An argument is not of its parameter's type: another signature may take it."""


def _run(
    function: Builtin,
    signature: Signature,
    body: Any,
    values: Sequence[Any],
    evaluation: Evaluation,
    skipped: Sequence[bool],
) -> Any:
    fitted = []
    arguments = signature.arguments
    last = len(arguments) - 1
    for index, value in enumerate(values):
        argument = arguments[min(index, last)]
        expected = argument.type
        if expected is ANY or type(value) in expected.classes:  # type: ignore[attr-defined]
            fitted.append(value)
        elif value is None:
            if not argument.nullable and not (skipped and skipped[index]):
                raise _Unfit(f"{function.name} was given null as {argument.name}")
            fitted.append(None)
        else:
            matches, converted = coerced(value, expected, evaluation.types)
            if not matches:
                raise _Unfit(
                    f"{function.name} needs a {expected} as {argument.name}, not a {kind(value)}"
                )
            if converted is None and not argument.nullable:
                raise _Unfit(f"{function.name} was given null as {argument.name}")
            fitted.append(converted)
    evaluation.spend()
    return body(evaluation, *fitted)


def _fitted(value: Any, name: str, type: Type, evaluation: Evaluation) -> Any:
    if isinstance(type, ListType | ContextType):
        evaluation.check_size(value)
    try:
        matches, converted = coerced(value, type, evaluation.types)
    except UnknownType as error:
        raise Fault(f"There is no type {error}") from None
    if not matches:
        raise Fault(f"A {kind(value)} was given as {name}, which is a {type}")
    return converted


def _ways(function: Builtin) -> str:
    return " or ".join(signature.text for signature, _ in function.signatures[:3])


def _not_a_function(value: Any, called: str) -> str:
    if value is None:
        return f"There is no function {called}"
    return f"A {kind(value)} cannot be called like a function"
