"""A decision table made ready to run: inputs, index of rules, outputs, hit policy. Lints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.elements import DecisionTable
from engine.dmn.expressions import converted
from engine.dmn.hit_policy import Outcome, Policy, Row
from engine.dmn.result import RuleHit
from engine.dmn.rule_index import RuleIndex
from engine.dmn.run import Program, Run, Scope
from engine.dmn.types import DataType
from engine.feel import Expression, UnaryTests, Value
from engine.feel.types import ANY, SimpleType

# Inside the classes below `type` is a field.
PythonClass = type


@dataclass(frozen=True, slots=True)
class InputColumn:
    """An input: its expression, its type, and the values it may take."""

    label: str
    what: str
    expression: Expression | None
    type: DataType
    allowed: UnaryTests | None
    # Values of these classes are of the type already and need no conversion.
    settled: tuple[PythonClass, ...]

    def value(self, scope: Scope, run: Run) -> Value:
        """Return the value the rules test."""
        if self.expression is None:
            return None
        found = self.expression.evaluate(scope, run.evaluation)
        if found.__class__ in self.settled:
            return found
        return converted(found, self.type, self.what, run)

    def forbids(self, value: Value, scope: Scope, run: Run) -> bool:
        """Say whether a value is outside the input values the column declares."""
        if self.allowed is None or value is None:
            return False
        return self.allowed.evaluate(value, scope, run.evaluation) is not True


def settled_classes(data_type: DataType) -> tuple[type, ...]:
    """Return the Python classes whose values a type leaves as they are."""
    if data_type.feel == ANY:
        return (object,)
    if isinstance(data_type.feel, SimpleType) and data_type.constraint is None:
        return (*data_type.feel.classes, type(None))
    return ()


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """An output: its type, and the values it may take."""

    name: str
    what: str
    type: DataType
    allowed: UnaryTests | None

    def checked(self, value: Value, run: Run) -> Value:
        """Return an output as the column's type; null and a warning when it may not be given."""
        value = converted(value, self.type, self.what, run)
        if self.allowed is None or value is None:
            return value
        if self.allowed.evaluate(value, {}, run.evaluation) is True:
            return value
        run.warn(
            f"{self.what}: the value is not one of the column's output values", "output_value"
        )
        return None


# An output entry is its value when it depends on nothing (in a tuple), else a program.
Entry = tuple[Value] | Program


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to run."""

    source: DecisionTable
    what: str
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    index: RuleIndex
    entries: tuple[tuple[Entry, ...], ...]
    defaults: tuple[Entry, ...] | None
    policy: Policy
    hits: tuple[RuleHit, ...]

    def decide(self, scope: Scope, run: Run) -> tuple[Outcome, dict[str, Value]]:
        """Return the outcome in a scope, and the inputs tested by label; notes the rules in `run`."""
        tested: dict[str, Value] = {}
        values: list[Value] = []
        for column in self.inputs:
            value = column.value(scope, run)
            values.append(value)
            tested[column.label] = value
        for column, value in zip(self.inputs, values, strict=True):
            if column.allowed is not None and column.forbids(value, scope, run):
                run.warn(
                    f"{column.what}: the value is not one of the column's input values",
                    "input_value",
                )
                return Outcome(None, (), ()), tested
        rules = self.index.matches(values, scope, run)
        if not rules:
            default = None if self.defaults is None else self._row(self.defaults, scope, run)
            return self.policy.without_rule(default, self.what, run), tested
        rows = [self._row(self.entries[rule], scope, run) for rule in rules]
        outcome = self.policy.outcome(rules, rows, self.what, run)
        for rule in outcome.rules:
            run.hits.append(self.hits[rule])
        return outcome, tested

    def program(self, scope: Scope, run: Run) -> Value:
        """Return the table's value in a scope; the form in which other logic uses a table."""
        return self.decide(scope, run)[0].value

    def _row(self, entries: Sequence[Entry], scope: Scope, run: Run) -> Row:
        row: Row = {}
        for column, entry in zip(self.outputs, entries, strict=True):
            row[column.name] = (
                entry[0] if isinstance(entry, tuple) else column.checked(entry(scope, run), run)
            )
        return row
