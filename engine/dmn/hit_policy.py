"""Turns the rules that match into one result (DMN 1.5 §8.2.11). Finds no rules itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.elements import Aggregation, HitPolicy
from engine.dmn.run import Run
from engine.feel import Value, compile_expression

Row = dict[str, Value]

LIST_POLICIES = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})

# FEEL's own functions, so that aggregation and comparison are exactly FEEL's.
_AGGREGATES = {
    Aggregation.SUM: compile_expression("sum(values)", ("values",)),
    Aggregation.MIN: compile_expression("min(values)", ("values",)),
    Aggregation.MAX: compile_expression("max(values)", ("values",)),
    Aggregation.COUNT: compile_expression("count(values)", ("values",)),
}
_SAME = compile_expression("first = second", ("first", "second"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table gives: its value, one row per rule that counts, and those rules from 0."""

    value: Value
    rows: tuple[Row, ...]
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A table's hit policy. `priorities` are the allowed outputs, by column, best first."""

    hit_policy: HitPolicy
    aggregation: Aggregation | None
    columns: tuple[str, ...]
    single: bool
    priorities: tuple[tuple[Value, ...], ...]

    def outcome(self, rules: Sequence[int], rows: Sequence[Row], what: str, run: Run) -> Outcome:
        """Return the result of matching rules and their outputs, of which there is at least one.

        Several rules under UNIQUE, or different outputs under ANY, give null and a warning.
        """
        match self.hit_policy:
            case HitPolicy.UNIQUE:
                if len(rules) > 1:
                    numbers = ", ".join(str(rule + 1) for rule in rules)
                    return _conflict(
                        f"{what}: rules {numbers} apply at once, and UNIQUE allows only one", run
                    )
            case HitPolicy.ANY:
                for other, row in zip(rules[1:], rows[1:], strict=True):
                    if not _same(rows[0], row, run):
                        return _conflict(
                            f"{what}: rules {rules[0] + 1} and {other + 1} apply with different "
                            "outputs, and ANY allows only equal ones",
                            run,
                        )
            case HitPolicy.PRIORITY | HitPolicy.OUTPUT_ORDER:
                order = self.best_first(rows, run)
                rules = [rules[index] for index in order]
                rows = [rows[index] for index in order]
        if self.hit_policy not in LIST_POLICIES:
            return Outcome(self.bare(rows[0]), (rows[0],), (rules[0],))
        if self.aggregation is not None:
            return self._aggregate(rules, rows, run)
        return Outcome([self.bare(row) for row in rows], tuple(rows), tuple(rules))

    def without_rule(self, default: Row | None, what: str, run: Run) -> Outcome:
        """Return the result when no rule matches: the default outputs, else nothing."""
        if default is not None:
            return Outcome(self.bare(default), (default,), ())
        if self.hit_policy in LIST_POLICIES:
            if self.aggregation is not None:
                return self._aggregate((), (), run)
            return Outcome([], (), ())
        run.warn(f"{what}: no rule applies to these inputs", "no_rule_applies")
        return Outcome(None, (), ())

    def bare(self, row: Row) -> Value:
        """Return a row as the standard's value: the context, or the one output without its name."""
        return row[self.columns[0]] if self.single else row

    def best_first(self, rows: Sequence[Row], run: Run) -> list[int]:
        """Return the indexes of rows by the priority of their outputs; equals stay in their order."""
        return sorted(range(len(rows)), key=lambda index: self._rank(rows[index], run))

    def _rank(self, row: Row, run: Run) -> tuple[int, ...]:
        return tuple(
            _position(row[column], allowed, run)
            for column, allowed in zip(self.columns, self.priorities, strict=True)
        )

    def _aggregate(self, rules: Sequence[int], rows: Sequence[Row], run: Run) -> Outcome:
        assert self.aggregation is not None
        values: list[Value] = [row[self.columns[0]] for row in rows]
        if not rows and self.aggregation is not Aggregation.COUNT:
            return Outcome(None, (), ())
        value = _AGGREGATES[self.aggregation].evaluate({"values": values}, run.evaluation)
        return Outcome(value, ({self.columns[0]: value},), tuple(rules))


def _conflict(message: str, run: Run) -> Outcome:
    run.warn(message, "hit_policy_violated")
    return Outcome(None, (), ())


def _same(first: Value, second: Value, run: Run) -> bool:
    return _SAME.evaluate({"first": first, "second": second}, run.evaluation) is True


def _position(value: Value, allowed: Sequence[Value], run: Run) -> int:
    for index, candidate in enumerate(allowed):
        if _same(value, candidate, run):
            return index
    return len(allowed)
