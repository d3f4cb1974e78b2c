"""A decision model ready to run: what colleagues evaluate. Reads no XML and compiles nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, TypeVar

from engine.dmn.functions import invoke
from engine.dmn.graph import DecisionNode, Frame, Input, Knowledge, Service, required, using
from engine.dmn.hit_policy import Row
from engine.dmn.result import DecisionResult, RuleHit
from engine.dmn.run import Run
from engine.dmn.table import Table
from engine.dmn.types import Types
from engine.feel import Evaluation, Value
from engine.model.errors import RemitError

Named = TypeVar("Named", "Decision", "Service")


class DecisionNotFound(RemitError, KeyError):
    """The model has no decision or decision service of that id or name."""

    code: ClassVar[str] = "decision_not_found"

    def __str__(self) -> str:
        return f"The model has no decision or decision service “{self.args[0]}”."


class ByIdOrName(Mapping[str, Named]):
    """Elements by id; looked up by name too when no id is spelled so."""

    def __init__(self, elements: Mapping[str, Named]) -> None:
        self._by_id: Mapping[str, Named] = elements
        self._by_name: Mapping[str, Named] = {
            element.name: element for element in elements.values()
        }

    def __getitem__(self, key: str) -> Named:
        found = self._by_id.get(key) or self._by_name.get(key)
        if found is None:
            raise DecisionNotFound(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)


class Decision:
    """A decision that can be evaluated. One object serves many threads."""

    def __init__(self, node: DecisionNode, version_tag: str | None) -> None:
        self.id = node.id
        self.name = node.name
        self.version_tag = version_tag
        self._node = node
        self._order = node.order()
        everything = required(node)
        self.required_names: frozenset[str] = frozenset(
            {element.name for element in everything if isinstance(element, Input)}.union(
                *(
                    element.free_names
                    for element in everything
                    if isinstance(element, DecisionNode)
                )
            )
        )
        tables = [
            table
            for element in everything
            if isinstance(element, DecisionNode | Knowledge)
            for table in element.tables
        ]
        self.rules: tuple[RuleHit, ...] = tuple(hit for table in tables for hit in table.hits)
        self.clauses: tuple[str, ...] = tuple(
            dict.fromkeys(clause for hit in self.rules for clause in hit.clauses)
        )

    def evaluate(self, variables: Mapping[str, Value], evaluation: Evaluation) -> DecisionResult:
        """Return the result for these variables, the decisions it requires evaluated first.

        Variables that the model declares as input data are converted to their types; others are in
        scope as they are. What goes wrong inside is null and a warning; only an evaluation that
        exceeds its limits raises (BudgetExceeded).
        """
        node = self._node
        known = len(evaluation.warnings)
        run = Run(evaluation)
        frame = Frame(dict(variables), run)
        before = evaluation.types
        evaluation.types = node.feel_types
        try:
            for element in self._order:
                element.value(frame)
            value, rows, inputs = self._own(node, frame)
        finally:
            evaluation.types = before
        return DecisionResult(
            value, rows, tuple(run.hits), inputs, tuple(evaluation.warnings[known:])
        )

    def _own(
        self, node: DecisionNode, frame: Frame
    ) -> tuple[Value, tuple[Row, ...], Mapping[str, Value]]:
        if node.table is None:
            value = node.value(frame)
            given = {
                binding.name: frame.values[id(binding.element)]
                for binding in node.bindings
                if isinstance(binding.element, Input | DecisionNode)
                and binding.name == binding.element.name
            }
            if not given:
                given = {
                    name: frame.variables[name]
                    for name in node.free_names
                    if name in frame.variables
                }
            return value, (_as_row(value, self.name),), given
        outcome, tested = node.table.decide(node.scope(frame), frame.run)
        value = node.result(outcome.value, frame.run)
        # A result that its variable's type does not allow is null, so its rows must not get out.
        rows = () if value is None and outcome.value is not None else outcome.rows
        return value, rows, tested


class Model:
    """A decision model. Immutable once made; one object serves many threads."""

    def __init__(
        self,
        *,
        id: str,
        name: str,
        namespace: str,
        types: Types,
        inputs: Mapping[str, Input],
        decisions: Mapping[str, Decision],
        knowledge: Mapping[str, Knowledge],
        services: Mapping[str, Service],
        nodes: Mapping[str, DecisionNode],
    ) -> None:
        self.id = id
        self.name = name
        self.namespace = namespace
        self.types = types
        self.inputs = inputs
        self.decisions: Mapping[str, Decision] = ByIdOrName(decisions)
        self.knowledge = knowledge
        self.services: Mapping[str, Service] = ByIdOrName(services)
        self.nodes = nodes

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return every decision table of the model, those of functions included."""
        owners: tuple[DecisionNode | Knowledge, ...]
        owners = (*self.nodes.values(), *self.knowledge.values())
        return tuple(table for owner in owners for table in owner.tables)

    @property
    def rules(self) -> tuple[RuleHit, ...]:
        """Return every rule of every table."""
        return tuple(hit for table in self.tables for hit in table.hits)


def evaluate_decision_service(
    model: Model, service: str, variables: Mapping[str, Value], evaluation: Evaluation
) -> DecisionResult:
    """Return what a decision service gives: one value, or a context of its output decisions.

    It sees only its declared input data and input decisions, by name in `variables`. Raises
    DecisionNotFound.
    """
    found = model.services[service]
    known = len(evaluation.warnings)
    run = Run(evaluation)
    value = found.evaluate(variables, run)
    given = {element.name: variables.get(element.name) for element in found.inputs}
    return DecisionResult(
        value,
        (_as_row(value, found.name),),
        tuple(run.hits),
        given,
        tuple(evaluation.warnings[known:]),
    )


def evaluate_function(
    model: Model, name: str, arguments: Mapping[str, Value], evaluation: Evaluation
) -> DecisionResult:
    """Return what a business knowledge model gives for arguments by name. Raises DecisionNotFound."""
    found = next((item for item in model.knowledge.values() if name in (item.id, item.name)), None)
    if found is None:
        raise DecisionNotFound(name)
    known = len(evaluation.warnings)
    run = Run(evaluation)
    function = found.value(Frame({}, run))
    with using(evaluation, found.feel_types):
        value = invoke(function, list(arguments.items()), found.what, run)
    return DecisionResult(
        value,
        (_as_row(value, found.name),),
        tuple(run.hits),
        arguments,
        tuple(evaluation.warnings[known:]),
    )


def _as_row(value: Value, name: str) -> Row:
    """Return the one row that logic other than a table gives: its context, else its value by name."""
    return value if isinstance(value, dict) else {name: value}
