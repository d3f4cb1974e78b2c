"""Measures FEEL: everyday expressions and cells here, in feelin (Node) and in SpiffWorkflow's Python evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from benchmarks import feelin_rival
from benchmarks.result import Result
from engine.feel import (
    BudgetExceeded,
    Evaluation,
    FeelSyntaxError,
    compile_expression,
    compile_unary_tests,
    from_json,
)
from engine.feel.parser import parse_expression

NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
VARIABLES: dict[str, Any] = {
    "status": "open",
    "amount": 120.1,
    "n": 3,
    "customer": {"age": 20, "name": "Ann"},
    "items": [{"price": number} for number in range(20)],
}
SPIFF = "SpiffWorkflow 3.2.0's Python evaluation"

# name, FEEL, the same in Python for SpiffWorkflow (None where it has no way to say it)
EXPRESSIONS: tuple[tuple[str, str, str | None], ...] = (
    ("condition", 'status = "open" and amount > 100', 'status == "open" and amount > 100'),
    ("arithmetic", "amount * 1.2 + n / 4 - 1", "amount * 1.2 + n / 4 - 1"),
    ("if", 'if amount > 100 then "big" else "small"', '"big" if amount > 100 else "small"'),
    (
        "filter and sum of 20",
        "sum(items[price > 10].price)",
        "sum(i['price'] for i in items if i['price'] > 10)",
    ),
    ("dates", 'date("2026-12-24") + duration("P1M") > date("2027-01-01")', None),
)
CELLS = (
    ("cell >= 18", ">= 18"),
    ("cell [18..65]", "[18..65]"),
    ("cell of strings", '"a", "b", "c"'),
)
LONG = 'status = "open" and amount > 100 and customer.age >= 18 or n'

GREEDY = (
    ("a million pairs", "some a in 1..1000, b in 1..1000 satisfies a * b > 10000000"),
    ("3,000 terms", "+".join(["1"] * 3_000)),
    ("10,000 brackets", "(" * 10_000 + "1" + ")" * 10_000),
    ("a catastrophic pattern", f'matches("{"a" * 300}", "(.*)(.*)(.*)(.*)(.*)(.*)[^a]$")'),
)


def _microseconds(work: Callable[[], object], turns: int) -> float:
    """Return the time of one turn, the best of 25 batches: short ones, so that other programs spoil few."""
    best = float("inf")
    batch = max(1, turns // 5)
    for _ in range(25):
        started = time.perf_counter()
        for _ in range(batch):
            work()
        best = min(best, (time.perf_counter() - started) / batch)
    return best * 1e6


def _spiff(text: str) -> float:
    engine = PythonScriptEngine()
    task = SimpleNamespace(data=dict(VARIABLES))
    return _microseconds(lambda: engine.evaluate(task, text), 300)


def _feelin() -> dict[str, float]:
    """Return feelin's microseconds by text; empty, with the reason printed, where it cannot run."""
    questions = [
        {"text": text, "variables": VARIABLES, "cell": False} for _, text, _ in EXPRESSIONS
    ]
    questions += [
        {"text": text, "variables": {**VARIABLES, "?": 20}, "cell": True} for _, text in CELLS
    ]
    try:
        answers = feelin_rival.ask(questions, turns=200)
    except feelin_rival.RivalUnavailable as reason:
        print(f"feelin is left out: {reason}")
        return {}
    return {
        question["text"]: answer["microseconds"]
        for question, answer in zip(questions, answers, strict=True)
        if answer.get("microseconds")
    }


def _compared(name: str, ours: float, rival: str, theirs: float, bar: str, holds: bool) -> Result:
    return Result(f"feel: {name}", ours, "µs", rival, theirs / ours, bar, holds)


def _expressions(feelin: dict[str, float]) -> list[Result]:
    values = {name: from_json(value) for name, value in VARIABLES.items()}
    results = []
    for name, text, python in EXPRESSIONS:
        expression = compile_expression(text, VARIABLES)
        ours = _microseconds(lambda e=expression: e.evaluate(values, Evaluation(NOW)), 2_000)  # type: ignore[misc]
        bar, holds = "faster than the rival", True
        if name == "condition":
            bar, holds = "at most 5 µs", ours <= 5
        if text in feelin:
            fast = feelin[text] > ours
            results.append(
                _compared(name, ours, feelin_rival.NAME, feelin[text], bar, holds and fast)
            )
        if python is not None:
            theirs = _spiff(python)
            results.append(_compared(name, ours, SPIFF, theirs, bar, holds and theirs > ours))
    return results


def _cells(feelin: dict[str, float]) -> list[Result]:
    results = []
    value = from_json(20)
    for name, text in CELLS:
        tests = compile_unary_tests(text)
        ours = _microseconds(lambda t=tests: t.evaluate(value, {}, Evaluation(NOW)), 2_000)  # type: ignore[misc]
        if text in feelin:
            results.append(
                _compared(
                    name,
                    ours,
                    feelin_rival.NAME,
                    feelin[text],
                    "faster than the rival",
                    feelin[text] > ours,
                )
            )
    return results


def _parsing() -> Result:
    ours = _microseconds(lambda: parse_expression(LONG, []), 200)
    name = f"feel: parsing {len(LONG)} characters"
    return Result(name, ours, "µs", "", ours / 150, "at most 150 µs", ours <= 150)


def _greedy() -> list[Result]:
    results = []
    for name, text in GREEDY:
        started = time.perf_counter()
        try:
            compile_expression(text).evaluate({}, Evaluation(NOW))
            outcome = "answered"
        except (BudgetExceeded, FeelSyntaxError) as refused:
            outcome = f"refused: {refused.code}"
        seconds = time.perf_counter() - started
        results.append(
            Result(
                f"feel: {name} ({outcome})", seconds, "s", "", seconds, "within 1 s", seconds < 1
            )
        )
    return results


def run() -> list[Result]:
    """Return all measurements; feelin's are left out with a printed reason where Node cannot be reached."""
    feelin = _feelin()
    return [*_expressions(feelin), *_cells(feelin), _parsing(), *_greedy()]
