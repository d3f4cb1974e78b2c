"""Compiles functions and their calls; a call that cannot be answered is null with a warning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.builtins.registry import BUILTINS
from engine.feel.code import Code, Frame, compile_node, compiles
from engine.feel.durations import parse_duration
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault, invoke, invoke_named
from engine.feel.scopes import Scope
from engine.feel.syntax import FunctionDefinition, Invocation, Literal, Name
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.feel.values import Function, Parameter, Value

# Calls with a literal text, such as date("2026-12-24"), are read once, when they are compiled.
_READ: dict[str, Callable[[str], Value]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


@compiles(FunctionDefinition)
def function_definition(node: FunctionDefinition, scope: Scope) -> Code:
    """Return code that makes a function value, which keeps the frame it was made in."""
    body = compile_node(node.body, scope.child(*(p.name for p in node.parameters)))
    parameters = tuple(Parameter(p.name, p.type) for p in node.parameters)

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        return Function("", parameters, lambda values, inner: body([frame, *values], inner))

    return run


@compiles(Invocation)
def invocation(node: Invocation, scope: Scope) -> Code:
    """Return code that calls a function; what goes wrong in the call is null with a warning."""
    function = compile_node(node.function, scope)
    position = node.position
    called = node.function.name if isinstance(node.function, Name) else "This"
    if node.named is not None:
        named = [(name, compile_node(value, scope)) for name, value in node.named]

        def run_named(frame: Frame, evaluation: Evaluation) -> Any:
            callee = function(frame, evaluation)
            values = {name: value(frame, evaluation) for name, value in named}
            try:
                return invoke_named(callee, values, evaluation, called)
            except Fault as fault:
                evaluation.warn(position, str(fault), "failed_call")
                return None

        return run_named
    call = _positional(node, function, called, scope)
    match node:
        case Invocation(function=Name(name=name), positional=(Literal(value=str() as text),)) if (
            name in _READ and (constant := _READ[name](text)) is not None
        ):
            return _unless_shadowed(function, name, constant, call)
    return call


def _positional(node: Invocation, function: Code, called: str, scope: Scope) -> Code:
    position = node.position
    positional = [compile_node(value, scope) for value in node.positional]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        callee = function(frame, evaluation)
        values = [value(frame, evaluation) for value in positional]
        try:
            return invoke(callee, values, evaluation, called)
        except Fault as fault:
            evaluation.warn(position, str(fault), "failed_call")
            return None

    return run


def _unless_shadowed(function: Code, name: str, constant: Value, call: Code) -> Code:
    """Return code for a constant, but the call itself where a variable hides the built-in function."""
    builtin = BUILTINS[name]

    def run(frame: Frame, evaluation: Evaluation) -> Any:
        return constant if function(frame, evaluation) is builtin else call(frame, evaluation)

    return run
