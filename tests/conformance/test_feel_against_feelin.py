"""Remit's FEEL and npm's feelin give the same answers, but for known disagreements, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks import feelin_rival
from engine.feel import BUILTINS, Evaluation, compile_expression, from_json, to_json

NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
VARIABLES: dict[str, Any] = {
    "status": "open",
    "amount": 120.10,
    "n": 3,
    "tags": ["a", "b"],
    "ok": True,
    "nothing": None,
    "customer": {"age": 20, "name": "Ann"},
    "risk category": "High",
    "items": [{"price": 5}, {"price": 50}],
}
EXPRESSIONS = (
    'status = "open" and amount > 100',
    "0.1 + 0.2 = 0.3",
    "10 - 2 - 3",
    "-3 ** 2",
    "3 ** 4 ** 5",
    "customer.age >= 18",
    'risk category = "High"',
    "nothing > 5",
    "nothing = null",
    "1 = 1 and 2 = 3",
    "n in [1..5]",
    "n in ]1..3[",
    "n in (1, 3)",
    "n in (1, <3)",
    "n between 1 and 3",
    "sum(items[price > 10].price)",
    "items[1].price",
    "items[-1].price",
    "items[3]",
    "some i in items satisfies i.price > 40",
    "every i in items satisfies i.price > 40",
    "for i in items return i.price * 2",
    "for i in 1..3, j in 1..2 return i * j",
    "for i in 3..1 return i",
    '"Hi " + customer.name',
    "{a: 1, b: a + 1}.b",
    "count(tags) > 1 or nothing",
    "if nothing then 1 else 2",
    "(function(a, b) a - b)(b: 1, a: 3)",
    "ok and nothing",
    "not(ok) or nothing",
    '"a" + 1',
    "1 / 0",
    "null + 1",
    "[1, 2, 3][item > 1]",
    "[{x: 1}, {y: 2}].x",
    'date("2026-01-31") + duration("P1M")',
    'date("2026-12-24").weekday',
    'date("2026-12-24") - date("2026-12-01")',
    'duration("PT90M")',
    'duration("P1Y") + duration("P2M")',
    'time("10:00:00") + duration("PT1H")',
    '@"2026-12-24T10:00:00" < @"2026-12-24T10:00:01"',
    "1.15 * 100",
    "9007199254740993",
    "(amount)",
    "string(1.0)",
    "[1, 2] = [1, 2]",
    "{a: 1} = {a: 1}",
    '"a" < "b"',
    "true = 1",
    "5 instance of number",
    "[1, 2] instance of list<number>",
)

MISSING = "feelin has no such function"
KNOWN: dict[str, str] = {
    "0.1 + 0.2 = 0.3": "feelin's numbers are binary",
    "9007199254740993": "feelin's numbers are binary",
    'time("16:00") = null': "feelin takes times without seconds, XML Schema does not",
    "sort([3, 1, 2]) = [1, 2, 3]": "feelin needs an order",
    'range("[18..21]") = [18..21]': "feelin does not compare ranges",
    'min(@"2026-01-02", @"2026-01-01") = @"2026-01-01"': "feelin's min takes numbers only",
    **{
        example: MISSING
        for name in (
            "overlaps before",
            "overlaps after",
            "finishes",
            "finished by",
            "during",
            "starts",
            "started by",
            "coincides",
        )
        for example in BUILTINS[name].examples
    },
}


def _questions() -> Iterator[str]:
    yield from EXPRESSIONS
    for built in BUILTINS.values():
        # feelin reads the clock at each call: what it says of now() may differ from one turn to the next.
        if not built.extension and built.name not in ("now", "today"):
            yield from built.examples


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= 1e-9 * max(1.0, abs(ours))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return bool(ours == theirs)


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    questions = list(dict.fromkeys(_questions()))
    asked = [{"text": text, "variables": VARIABLES, "cell": False} for text in questions]
    try:
        answers = feelin_rival.ask(asked)
    except feelin_rival.RivalUnavailable as reason:
        pytest.skip(f"feelin cannot be asked: {reason}")
    return dict(zip(questions, answers, strict=True))


def _disagreements(theirs: dict[str, Any]) -> dict[str, str]:
    values = {name: from_json(value) for name, value in VARIABLES.items()}
    found = {}
    for text, answer in theirs.items():
        expression = compile_expression(text, VARIABLES)
        ours = to_json(expression.evaluate(values, Evaluation(NOW)))
        if "error" in answer or not _same(ours, answer["value"]):
            found[text] = f"here {ours!r}, feelin {answer.get('error', answer.get('value'))!r}"
    return found


def test_every_disagreement_is_known(theirs: dict[str, Any]) -> None:
    new = {text: why for text, why in _disagreements(theirs).items() if text not in KNOWN}
    assert not new


def test_every_known_disagreement_still_stands(theirs: dict[str, Any]) -> None:
    assert set(KNOWN) <= set(_disagreements(theirs))
