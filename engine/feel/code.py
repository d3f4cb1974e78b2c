"""Code: closures that syntax trees are compiled to, and the table of what compiles what. Runs no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from engine.feel.evaluation import Evaluation
from engine.feel.scopes import Scope
from engine.feel.syntax import Node

# A frame is the mapping of variables (outermost), or a list: its parent frame, then its own values.
Frame: TypeAlias = Any
Code: TypeAlias = Callable[[Frame, Evaluation], Any]
Compile: TypeAlias = Callable[[Any, Scope], Code]

_COMPILERS: dict[type[Node], Compile] = {}
_Compile = TypeVar("_Compile", bound=Compile)


def compiles(*nodes: type[Node]) -> Callable[[_Compile], _Compile]:
    """Register a function that turns nodes of these classes into code."""

    def register(function: _Compile) -> _Compile:
        for node in nodes:
            _COMPILERS[node] = function
        return function

    return register


def compile_node(node: Node, scope: Scope) -> Code:
    """Return the code of a node whose names are looked up through `scope`."""
    return _COMPILERS[type(node)](node, scope)
