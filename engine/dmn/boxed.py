"""Makes boxed expressions ready to run. Tables are made elsewhere; nothing is evaluated here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass

from engine.dmn.elements import (
    Boxed,
    BoxedContext,
    BoxedList,
    Conditional,
    DecisionTable,
    Filter,
    FunctionDefinition,
    Invocation,
    Iterator,
    IteratorKind,
    LiteralExpression,
    Refused,
    Relation,
    Text,
)
from engine.dmn.expressions import Names, Texts, converted
from engine.dmn.functions import TypedParameter, function_value, invoke
from engine.dmn.run import Program, Run, Scope
from engine.dmn.types import ANY_TYPE, DataType
from engine.feel import Value
from engine.feel.compile_loops import items_of

TableCompiler = Callable[[DecisionTable, Names, str], Program]


@dataclass(frozen=True, slots=True)
class BoxedCompiler:
    """Compiles boxed expressions with the texts of one model; `table` makes decision tables ready."""

    texts: Texts
    table: TableCompiler

    def compile(self, boxed: Boxed | None, names: Names, what: str) -> Program:
        """Return the program of a boxed expression, its value converted to its own type.

        `what` begins the sentences about it. An absent expression is null.
        """
        if boxed is None:
            return _null
        if isinstance(boxed, LiteralExpression):
            data_type = self.texts.types.named(boxed.type_ref, boxed.place)
            return self.texts.program(boxed.text, names, what, data_type)
        program = self._structure(boxed, names, what)
        if isinstance(boxed, FunctionDefinition | DecisionTable) or boxed.type_ref is None:
            return program
        return typed(program, self.texts.types.named(boxed.type_ref, boxed.place), what)

    def function(
        self, definition: FunctionDefinition, names: Names, what: str, name: str
    ) -> Callable[[Scope, Run, DataType], Value]:
        """Return a maker of the function in a scope, its result of the type given then."""
        parameters = self.parameters(definition)
        inner = names.plus(*(parameter.name for parameter in parameters))
        body = self.compile(definition.body, inner, what)

        def make(scope: Scope, run: Run, result: DataType) -> Value:
            return function_value(name, parameters, body, scope, run, result)

        return make

    def parameters(self, definition: FunctionDefinition) -> list[TypedParameter]:
        """Return the parameters with their types."""
        return [
            TypedParameter(
                parameter.name, self.texts.types.named(parameter.type_ref, definition.place)
            )
            for parameter in definition.parameters
        ]

    def _structure(self, boxed: Boxed, names: Names, what: str) -> Program:
        match boxed:
            case DecisionTable():
                return self.table(boxed, names, what)
            case BoxedContext():
                return self._context(boxed, names, what)
            case BoxedList():
                return self._list(boxed, names, what)
            case Relation():
                return self._relation(boxed, names, what)
            case FunctionDefinition():
                make = self.function(boxed, names, what, what)
                return lambda scope, run: make(scope, run, ANY_TYPE)
            case Invocation():
                return self._invocation(boxed, names, what)
            case Conditional():
                return self._conditional(boxed, names, what)
            case Filter():
                return self._filter(boxed, names, what)
            case Iterator():
                return self._iterator(boxed, names, what)
            case Refused():
                reason = boxed.reason

                def refused(_: Scope, run: Run) -> Value:
                    run.warn(f"{what}: {reason}", "refused_logic")
                    return None

                return refused
        raise TypeError(f"{type(boxed).__name__} is not a boxed expression")

    def _context(self, boxed: BoxedContext, names: Names, what: str) -> Program:
        entries: list[tuple[str | None, Program]] = []
        for entry in boxed.entries:
            label = f"{what}, entry “{entry.name}”" if entry.name else f"{what}, result"
            known = names
            if entry.name and isinstance(entry.value, FunctionDefinition):
                known = names.plus(entry.name)  # a function may call itself
            program = self.compile(entry.value, known, label)
            if entry.type_ref is not None:
                data_type = self.texts.types.named(entry.type_ref, entry.place)
                program = typed(program, data_type, label)
            entries.append((entry.name, program))
            names = names.plus(entry.name)

        def run_context(scope: Scope, run: Run) -> Value:
            inner = dict(scope)
            result: dict[str, Value] = {}
            for name, program in entries:
                value = program(inner, run)
                if name is None:
                    return value
                inner[name] = result[name] = value
            return result

        return run_context

    def _list(self, boxed: BoxedList, names: Names, what: str) -> Program:
        items = [
            self.compile(item, names, f"{what}, item {number}")
            for number, item in enumerate(boxed.items, 1)
        ]
        return lambda scope, run: [item(scope, run) for item in items]

    def _relation(self, boxed: Relation, names: Names, what: str) -> Program:
        rows = [
            [
                (column, self.compile(cell, names, f"{what}, row {number}, “{column}”"))
                for column, cell in zip(boxed.columns, row, strict=False)
            ]
            for number, row in enumerate(boxed.rows, 1)
        ]
        return lambda scope, run: [
            {column: cell(scope, run) for column, cell in row} for row in rows
        ]

    def _invocation(self, boxed: Invocation, names: Names, what: str) -> Program:
        called = self.compile(boxed.function, names, what)
        arguments = [
            (name, self.compile(value, names, f"{what}, argument “{name}”"))
            for name, value in boxed.arguments
        ]

        def run_invocation(scope: Scope, run: Run) -> Value:
            given = [(name, value(scope, run)) for name, value in arguments]
            return invoke(called(scope, run), given, what, run)

        return run_invocation

    def _conditional(self, boxed: Conditional, names: Names, what: str) -> Program:
        condition = self.compile(boxed.condition, names, f"{what}, if")
        then = self.compile(boxed.then, names, f"{what}, then")
        otherwise = self.compile(boxed.otherwise, names, f"{what}, else")

        def run_conditional(scope: Scope, run: Run) -> Value:
            verdict = condition(scope, run)
            if verdict is not None and not isinstance(verdict, bool):
                run.warn(f"{what}: the condition is not true or false", "not_boolean")
            return then(scope, run) if verdict is True else otherwise(scope, run)

        return run_conditional

    def _filter(self, boxed: Filter, names: Names, what: str) -> Program:
        collection = self.compile(boxed.collection, names, f"{what}, in")
        # The parts of an item are in scope too, and which they are is known only when it runs.
        inner = Names(names.known | {"item"}, True, names.spelled)
        match = self.compile(boxed.match, inner, f"{what}, match")

        def run_filter(scope: Scope, run: Run) -> Value:
            kept: list[Value] = []
            items = _items(collection(scope, run), what, run)
            if items is None:
                return None
            for item in items:
                run.evaluation.spend()
                parts = item if isinstance(item, dict) else {}
                verdict = match({**scope, "item": item, **parts}, run)
                if verdict is not None and not isinstance(verdict, bool):
                    run.warn(f"{what}: the match is not true or false", "not_boolean")
                    return None
                if verdict:
                    kept.append(item)
            return kept

        return run_filter

    def _iterator(self, boxed: Iterator, names: Names, what: str) -> Program:
        collection = self.compile(boxed.collection, names, f"{what}, in")
        variable = boxed.variable
        inner = names.plus(variable)
        if boxed.kind is IteratorKind.FOR:
            body = self.compile(boxed.body, inner.plus("partial"), f"{what}, return")
            looks_back = _mentions(boxed.body, "partial")

            def run_for(scope: Scope, run: Run) -> Value:
                items = _items(collection(scope, run), what, run)
                if items is None:
                    return None
                done: list[Value] = []
                for item in items:
                    run.evaluation.spend()
                    inner_scope = {**scope, variable: item}
                    if looks_back:
                        # A copy: what an earlier turn saw must not grow behind its back.
                        run.evaluation.allocate(len(done))
                        inner_scope["partial"] = list(done)
                    done.append(body(inner_scope, run))
                return done

            return run_for
        condition = self.compile(boxed.body, inner, f"{what}, satisfies")
        every = boxed.kind is IteratorKind.EVERY

        def run_quantified(scope: Scope, run: Run) -> Value:
            items = _items(collection(scope, run), what, run)
            if items is None:
                return None
            verdicts: set[bool | None] = set()
            for item in items:
                run.evaluation.spend()
                verdict = condition({**scope, variable: item}, run)
                if verdict is not None and not isinstance(verdict, bool):
                    run.warn(f"{what}: the condition is not true or false", "not_boolean")
                    return None
                verdicts.add(verdict)
            if (not every) in verdicts:
                return not every
            return None if None in verdicts else every

        return run_quantified


def typed(program: Program, data_type: DataType, what: str) -> Program:
    """Return a program whose value is converted to a type."""
    if data_type is ANY_TYPE:
        return program
    return lambda scope, run: converted(program(scope, run), data_type, what, run)


def _items(value: Value, what: str, run: Run) -> Iterable[Value] | None:
    """Return what a loop goes through, as in FEEL: a list, a range or one value; None and a warning for none."""
    items = items_of(value)
    if items is None:
        run.warn(f"{what}: there is no list to go through", "not_a_list")
    return items


def _mentions(part: object, word: str) -> bool:
    """Say whether any text inside an element contains a word."""
    if isinstance(part, Text):
        return word in part.content
    if isinstance(part, tuple):
        return any(_mentions(item, word) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        return any(_mentions(getattr(part, item.name), word) for item in fields(part))
    return False


def _null(_: Scope, __: Run) -> Value:
    return None
