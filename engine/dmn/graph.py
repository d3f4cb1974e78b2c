"""The elements of a requirements graph ready to run, and how their values come about. Reads no XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.dmn.expressions import converted
from engine.dmn.functions import TypedParameter, function_value
from engine.dmn.run import Program, Run, Scope
from engine.dmn.table import Table
from engine.dmn.types import ANY_TYPE, DataType
from engine.feel import Evaluation, Value
from engine.feel.types import Type


@dataclass(slots=True)
class Frame:
    """The values of one evaluation of a graph: what was given, and what has been worked out."""

    variables: Scope
    run: Run
    values: dict[int, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Binding:
    """A requirement: the element whose value is in scope under `name`, inside `prefix` if imported."""

    prefix: str
    name: str
    element: Element


@dataclass(slots=True, eq=False)
class Input:
    """Input data: a variable, as the type the model gives it."""

    id: str
    name: str
    type: DataType
    feel_types: Mapping[str, Type]
    alias: str | None = None

    def value(self, frame: Frame, prefix: str = "") -> Value:
        """Return the variable's value; a wrong one is null and a warning."""
        key = id(self)
        if key in frame.values:
            return frame.values[key]
        found = _variable(frame.variables, prefix, self.name)
        if found is None and self.alias is not None:
            found = _variable(frame.variables, prefix, self.alias)
        if self.type is not ANY_TYPE:
            with using(frame.run.evaluation, self.feel_types):
                found = converted(found, self.type, f"Input “{self.name}”", frame.run)
        frame.values[key] = found
        return found


@dataclass(slots=True, eq=False)
class DecisionNode:
    """A decision: its logic, what it requires, and the names of the model it may not read."""

    id: str
    name: str
    what: str
    type: DataType
    feel_types: Mapping[str, Type]
    program: Program | None = None
    table: Table | None = None
    tables: tuple[Table, ...] = ()
    bindings: tuple[Binding, ...] = ()
    hidden: tuple[str, ...] = ()
    free_names: frozenset[str] = frozenset()
    table_type: DataType = ANY_TYPE
    alias: str | None = None

    def value(self, frame: Frame, prefix: str = "") -> Value:
        """Return the decision's value, worked out at most once in a frame."""
        key = id(self)
        if key in frame.values:
            return frame.values[key]
        if self.program is None:
            frame.run.warn(f"{self.what}: there is no decision logic", "no_logic")
            found: Value = None
        else:
            with using(frame.run.evaluation, self.feel_types):
                found = self.program(self.scope(frame), frame.run)
                found = self.result(found, frame.run)
        frame.values[key] = found
        return found

    def order(self) -> tuple[Element, ...]:
        """Return what it requires directly and indirectly, what is needed first at the start."""
        return tuple(_needed_first(self, _bound))[:-1]

    def scope(self, frame: Frame) -> Scope:
        """Return the variables its logic sees: the process's, and the values it requires."""
        scope = dict(frame.variables)
        for name in self.hidden:
            scope.pop(name, None)
        bind(scope, self.bindings, frame)
        return scope

    def result(self, value: Value, run: Run) -> Value:
        """Return the value of its logic as the type of its table, if any, and of its variable."""
        if self.table_type is not ANY_TYPE:
            value = converted(value, self.table_type, self.what, run)
        return value if self.type is ANY_TYPE else converted(value, self.type, self.what, run)


@dataclass(slots=True, eq=False)
class Knowledge:
    """A business knowledge model: a function that sees its parameters and what it requires."""

    id: str
    name: str
    what: str
    result: DataType
    feel_types: Mapping[str, Type]
    parameters: tuple[TypedParameter, ...] = ()
    program: Program | None = None
    tables: tuple[Table, ...] = ()
    bindings: tuple[Binding, ...] = ()

    def value(self, frame: Frame, prefix: str = "") -> Value:
        """Return the function."""
        key = id(self)
        if key in frame.values:
            return frame.values[key]
        if self.program is None:
            return None
        scope: Scope = {}
        body = self.program

        def run_body(inner: Scope, run: Run) -> Value:
            with using(run.evaluation, self.feel_types):
                return body(inner, run)

        made = function_value(self.name, self.parameters, run_body, scope, frame.run, self.result)
        frame.values[key] = made
        # Bound after the function is known, so that it may call itself.
        scope[self.name] = made
        bind(scope, self.bindings, frame)
        return made


@dataclass(slots=True, eq=False)
class Service:
    """A decision service: decisions evaluated from given inputs alone (DMN 1.5 §6.3.10)."""

    id: str
    name: str
    what: str
    result: DataType
    feel_types: Mapping[str, Type]
    inputs: tuple[Input | DecisionNode, ...] = ()
    outputs: tuple[DecisionNode, ...] = ()
    order: tuple[Element, ...] = ()

    def prepare(self) -> None:
        """Settle the order of evaluation: what is needed first, but nothing behind the inputs."""
        given = {id(element) for element in self.inputs}

        def below(element: Element) -> Sequence[Element]:
            if element is self:
                return self.outputs
            return [] if id(element) in given else _bound(element)

        self.order = tuple(_needed_first(self, below))[:-1]

    def value(self, frame: Frame, prefix: str = "") -> Value:
        """Return the service as a function of its input data and then its input decisions."""
        key = id(self)
        if key not in frame.values:
            parameters = [TypedParameter(element.name, element.type) for element in self.inputs]

            def body(scope: Scope, run: Run) -> Value:
                given = {id(element): scope[element.name] for element in self.inputs}
                return self._outputs(Frame({}, run, given))

            frame.values[key] = function_value(
                self.name, parameters, body, {}, frame.run, self.result
            )
        return frame.values[key]

    def evaluate(self, variables: Mapping[str, Value], run: Run) -> Value:
        """Return the outputs for inputs given by name; a missing or wrong input is null."""
        with using(run.evaluation, self.feel_types):
            given: dict[int, Value] = {
                id(element): converted(
                    variables.get(element.name),
                    element.type,
                    f"{self.what}, input “{element.name}”",
                    run,
                )
                for element in self.inputs
            }
            found = self._outputs(Frame({}, run, given))
            return converted(found, self.result, self.what, run)

    def _outputs(self, frame: Frame) -> Value:
        for element in self.order:
            element.value(frame)
        if len(self.outputs) == 1:
            return self.outputs[0].value(frame)
        return {decision.name: decision.value(frame) for decision in self.outputs}


Element = Input | DecisionNode | Knowledge | Service


def bind(scope: Scope, bindings: tuple[Binding, ...], frame: Frame) -> None:
    """Put the values of required elements into a scope, those of an import into its context."""
    imported: dict[str, dict[str, Value]] = {}
    for binding in bindings:
        value = binding.element.value(frame, binding.prefix)
        if binding.prefix:
            imported.setdefault(binding.prefix, {})[binding.name] = value
        else:
            scope[binding.name] = value
    scope.update(imported)


def _variable(variables: Scope, prefix: str, name: str) -> Value:
    # The variables of an imported model may come apart, in a context named like the import.
    if prefix:
        inner = variables.get(prefix)
        if isinstance(inner, dict) and name in inner:
            return inner[name]
    return variables.get(name)


@contextmanager
def using(evaluation: Evaluation, feel_types: Mapping[str, Type]) -> Iterator[None]:
    """Let FEEL know the types of the model whose logic runs inside."""
    before = evaluation.types
    evaluation.types = feel_types
    try:
        yield
    finally:
        evaluation.types = before


def required(element: Element) -> tuple[Element, ...]:
    """Return an element and everything it may run, each once, what is needed first."""
    return tuple(_needed_first(element, _all_parts))


def _needed_first(
    element: Element, below: Callable[[Element], Sequence[Element]]
) -> Iterator[Element]:
    seen: set[int] = set()
    waiting: list[tuple[Element, bool]] = [(element, False)]
    while waiting:
        current, done = waiting.pop()
        if done:
            yield current
        elif id(current) not in seen:
            seen.add(id(current))
            waiting.append((current, True))
            waiting.extend((part, False) for part in reversed(below(current)))


def _bound(element: Element) -> Sequence[Element]:
    if isinstance(element, DecisionNode | Knowledge):
        return [binding.element for binding in element.bindings]
    return []


def _all_parts(element: Element) -> Sequence[Element]:
    if isinstance(element, Service):
        return [*element.inputs, *element.outputs]
    return _bound(element)
