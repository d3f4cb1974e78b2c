"""Runs the DMN TCK and counts what passes. Knows the kit's files; knows no case by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.dmn.loader import load
from engine.dmn.model import Model, evaluate_decision_service, evaluate_function
from engine.dmn.tck_cases import Case, CaseFile, case_files
from engine.feel import Evaluation, Limits, Value, compile_expression, to_text
from engine.feel.numbers import WIDE_CONTEXT

# The kit's own runners compare numbers after rounding to eight places.
_PLACES = Decimal("1e-8")
_EQUAL = compile_expression("first = second", ("first", "second"))
_LIMITS = Limits(seconds=10.0)
_INSTANT = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Count:
    """How many cases passed, of how many."""

    passed: int = 0
    total: int = 0

    def add(self, passed: bool) -> None:
        """Count one case."""
        self.total += 1
        self.passed += passed

    def as_json(self) -> dict[str, int]:
        """Return the two numbers by name."""
        return {"passed": self.passed, "total": self.total}


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not pass, and why."""

    folder: str
    case: str
    reason: str


@dataclass(slots=True)
class TckReport:
    """What passed, by level, by folder, and by whether a case expects a value or only null."""

    levels: dict[str, Count] = field(default_factory=dict)
    folders: dict[str, Count] = field(default_factory=dict)
    value_cases: Count = field(default_factory=Count)
    null_cases: Count = field(default_factory=Count)
    failures: list[Failure] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as the command `remit tck --json` prints it."""
        return {
            "levels": {name: count.as_json() for name, count in sorted(self.levels.items())},
            "value_cases": self.value_cases.as_json(),
            "null_cases": self.null_cases.as_json(),
            "folders": {name: count.as_json() for name, count in sorted(self.folders.items())},
        }

    def as_text(self) -> str:
        """Return a table for people: folders with failures, then the totals."""
        width = max((len(name) for name in self.folders), default=20)
        lines = [
            f"{name:<{width}}  {count.passed:>5} / {count.total}"
            for name, count in sorted(self.folders.items())
            if count.passed < count.total
        ]
        totals = [
            *((f"level {name}", count) for name, count in sorted(self.levels.items())),
            ("cases that expect a value", self.value_cases),
            ("cases that expect only null", self.null_cases),
        ]
        lines.extend(
            f"{name:<{width}}  {count.passed:>5} / {count.total}" for name, count in totals
        )
        return "\n".join(lines)


def run(directory: Path) -> TckReport:
    """Return the report on every test file below a folder of the kit.

    A case passes when all its result nodes do. An exception is a failure whatever was expected;
    where the kit expects an error, null is the right answer.
    """
    report = TckReport()
    for case_file in case_files(directory):
        folder = _folder(case_file.path.parent, directory)
        level = _level(case_file.path)
        model = _model(case_file)
        for case in case_file.cases:
            reason = _failure(model, case)
            passed = reason is None
            if reason is not None:
                report.failures.append(Failure(folder, case.id, reason))
            report.levels.setdefault(level, Count()).add(passed)
            report.folders.setdefault(folder, Count()).add(passed)
            (report.value_cases if case.expects_value else report.null_cases).add(passed)
    return report


def _folder(parent: Path, directory: Path) -> str:
    return str(parent.relative_to(directory)) if parent != directory else parent.name


def _level(path: Path) -> str:
    for part in reversed(path.parts):
        found = re.fullmatch(r"compliance-level-(\d+)", part)
        if found:
            return found[1]
    return "other"


def _model(case_file: CaseFile) -> Model | None:
    imports: dict[str, bytes | Model] = {
        path.name: path.read_bytes()
        for path in sorted(case_file.model.parent.glob("*.dmn"))
        if path != case_file.model
    }
    if not case_file.model.exists():
        return None
    # Many models of the kit hold expressions that are meant to be wrong: they must give null.
    model, _ = load(case_file.model.read_bytes(), file=case_file.model.name, imports=imports)
    return model


def _failure(model: Model | None, case: Case) -> str | None:
    """Return why a case fails, None when it passes."""
    if model is None:
        return "the model could not be read"
    try:
        invoked = _invoked(model, case)
        for expected in case.expected:
            if case.invocable is None:
                decision = model.decisions[expected.name]
                given = decision.evaluate(case.inputs, _evaluation()).value
            elif isinstance(invoked, dict) and expected.name in invoked:
                given = invoked[expected.name]
            else:
                given = invoked
            if not _equal(given, expected.value):
                return f"{expected.name}: {_shown(given)} instead of {_shown(expected.value)}"
    except Exception as error:  # whatever it is, the case has failed and the others go on
        return f"{type(error).__name__}: {error}"
    return None


def _invoked(model: Model, case: Case) -> Value:
    if case.invocable is None:
        return None
    if case.kind == "bkm":
        return evaluate_function(model, case.invocable, case.inputs, _evaluation()).value
    return evaluate_decision_service(model, case.invocable, case.inputs, _evaluation()).value


def _evaluation() -> Evaluation:
    return Evaluation(_INSTANT, limits=_LIMITS)


def _equal(given: Value, expected: Value) -> bool:
    if isinstance(given, Decimal) and isinstance(expected, Decimal):
        return given == expected or _rounded(given) == _rounded(expected)
    if isinstance(given, list) and isinstance(expected, list):
        return len(given) == len(expected) and all(map(_equal, given, expected))
    if isinstance(given, dict) and isinstance(expected, dict):
        return given.keys() == expected.keys() and all(
            _equal(value, expected[key]) for key, value in given.items()
        )
    if given is None or expected is None:
        return given is expected
    verdict = _EQUAL.evaluate({"first": given, "second": expected}, Evaluation(_INSTANT))
    return verdict is True


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_PLACES, context=WIDE_CONTEXT)


def _shown(value: Value) -> str:
    return "null" if value is None else to_text(value)
