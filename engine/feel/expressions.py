"""Compiled expressions and unary tests, and the cache that makes them once. Thread-safe."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import engine.feel.compile_calls
import engine.feel.compile_loops
import engine.feel.compile_names
import engine.feel.compile_operators
import engine.feel.compile_tests
import engine.feel.deadlines  # noqa: F401 (imported for what they register)
from engine.feel.builtins import BUILTINS
from engine.feel.code import Code, compile_node
from engine.feel.compile_tests import test
from engine.feel.errors import FeelSyntaxError, NestingExceeded, TextTooDeep
from engine.feel.evaluation import Evaluation
from engine.feel.free_names import reads
from engine.feel.names import NameTable, relevant
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.scopes import Scope
from engine.feel.syntax import Node, Tests
from engine.feel.values import Value

CACHED = 4096
_BUILT_IN_NAMES = NameTable(BUILTINS)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression ready to evaluate, any number of times, in any thread.

    `free_names` are the names it reads from its surroundings; `item_names` those read inside a filter, where
    they may be entries of the items instead.
    """

    text: str
    tree: Node
    free_names: frozenset[str]
    item_names: frozenset[str]
    _code: Code

    @property
    def readable_names(self) -> frozenset[str]:
        """Every name that it may read from its surroundings, inside filters too."""
        return self.free_names | self.item_names

    def evaluate(self, variables: Mapping[str, Value], evaluation: Evaluation) -> Value:
        """Return the value; what goes wrong is null, with a warning in `evaluation.warnings`.

        Raises BudgetExceeded when the limits of the evaluation are passed.
        """
        try:
            value: Value = self._code(variables, evaluation)
            if isinstance(value, list | dict) and evaluation.made_anything:
                evaluation.check_size(value)
        except RecursionError:
            raise NestingExceeded(
                "The data or functions of the expression nest too deeply"
            ) from None
        return value


@dataclass(frozen=True, slots=True, eq=False)
class UnaryTests:
    """The tests of a decision table's cell, ready to evaluate, any number of times, in any thread."""

    text: str
    tree: Tests
    free_names: frozenset[str]
    item_names: frozenset[str]
    _codes: tuple[Code, ...]

    def evaluate(
        self, input_value: Value, variables: Mapping[str, Value], evaluation: Evaluation
    ) -> bool | None:
        """Say whether a value passes: any of the tests, or none of them if they are in `not(...)`.

        None, with a warning, when no test passes and one cannot be answered. Raises BudgetExceeded.
        """
        frame = [variables, input_value]
        answer: bool | None = False
        try:
            for code in self._codes:
                passed: bool | None = code(frame, evaluation)
                if passed is True:
                    answer = True
                    break
                if passed is None:
                    answer = None
        except RecursionError:
            raise NestingExceeded(
                "The data or functions of the expression nest too deeply"
            ) from None
        return not answer if self.tree.negated and answer is not None else answer


_Compiled = TypeVar("_Compiled")


class _Cache(Generic[_Compiled]):
    """Keeps the compiled texts used last, also which ones are no FEEL."""

    def __init__(self, make: Callable[[str, frozenset[str]], _Compiled]) -> None:
        self._make = make
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, frozenset[str]], _Compiled | FeelSyntaxError]
        self._kept = OrderedDict()

    def get(self, text: str, names: Collection[str]) -> _Compiled:
        """Return the compiled text, made now or before; raises FeelSyntaxError."""
        key = (text, relevant(text, names) if names else frozenset())
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is None:
            # Compiled outside the lock: two threads may do the same work once, none waits for it.
            try:
                found = self._make(*key)
            except FeelSyntaxError as error:
                found = error
            except RecursionError:
                found = TextTooDeep(text, 0, "The expression is nested too deeply", "")
            with self._lock:
                self._kept[key] = found
                if len(self._kept) > CACHED:
                    self._kept.popitem(last=False)
        if isinstance(found, FeelSyntaxError):
            raise type(found)(found.text, found.position, found.found, found.expected)
        return found


def _make_expression(text: str, names: frozenset[str]) -> Expression:
    tree = parse_expression(text, [_BUILT_IN_NAMES, NameTable(names)])
    read = reads(tree)
    return Expression(text, tree, read.certain, read.possible, compile_node(tree, Scope()))


def _make_unary_tests(text: str, names: frozenset[str]) -> UnaryTests:
    tree = parse_unary_tests(text, [_BUILT_IN_NAMES, NameTable(names)])
    scope = Scope().child("?")
    codes = tuple(test(part, scope) for part in tree.tests)
    read = reads(tree)
    return UnaryTests(text, tree, read.certain, read.possible, codes)


_EXPRESSIONS = _Cache[Expression](_make_expression)
_UNARY_TESTS = _Cache[UnaryTests](_make_unary_tests)


def compile_expression(text: str, names: Collection[str] = ()) -> Expression:
    """Return the compiled expression; raises FeelSyntaxError.

    `names` are those in scope: needed only for the ones of several words or with signs in them, such as
    `risk category` or `Approved/Declined`. Names of items in lists may be among them.
    """
    return _EXPRESSIONS.get(text, names)


def compile_unary_tests(text: str, names: Collection[str] = ()) -> UnaryTests:
    """Return the compiled cell of a decision table's input; raises FeelSyntaxError."""
    return _UNARY_TESTS.get(text, names)
