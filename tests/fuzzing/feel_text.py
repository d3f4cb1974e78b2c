"""A target for atheris: whatever bytes come, FEEL answers or refuses. Run it with `make fuzz`.

    pip install atheris
    python -m tests.fuzzing.feel_text -max_total_time=600 var/fuzzing

The arguments are libFuzzer's; what it found of interest is kept in the folder, if one is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

with suppress(ImportError):
    import atheris

ATHERIS_IS_HERE = "atheris" in globals()

if ATHERIS_IS_HERE:
    with atheris.instrument_imports(include=["engine.feel"]):
        import engine.feel as feel
else:
    import engine.feel as feel

NOW = datetime(2026, 12, 24, 16, 0, tzinfo=UTC)
SMALL = feel.Limits(steps=2_000, nesting=20, size=20_000, regex_seconds=0.1, seconds=0.5)
VARIABLES: dict[str, Any] = {
    name: feel.from_json(value)
    for name, value in {
        "a": 1,
        "b": "text",
        "c d": [1, "x", None, {"a": 2}],
        "e-f": {"a": {"b": [1, 2]}},
        "g": True,
        "h": None,
    }.items()
}


def try_bytes(data: bytes) -> None:
    """Read bytes as a text, the text as an expression and as a cell; raises for what must not be."""
    text = data.decode("utf-8", errors="ignore")
    for compile_text, run in (
        (feel.compile_expression, _value),
        (feel.compile_unary_tests, _verdict),
    ):
        _try(text, compile_text, run)


def _try(text: str, compile_text: Callable[..., Any], run: Callable[[Any], None]) -> None:
    try:
        compiled = compile_text(text, VARIABLES)
    except feel.FeelSyntaxError as error:
        if not 0 <= error.position <= len(text) or "^" not in str(error):
            raise RuntimeError(f"{text!r} is refused without a place in it") from error
        return
    with suppress(feel.BudgetExceeded):
        run(compiled)


def _value(expression: feel.Expression) -> None:
    value = expression.evaluate(VARIABLES, feel.Evaluation(NOW, limits=SMALL))
    feel.to_text(value)
    feel.to_json(value)


def _verdict(cell: feel.UnaryTests) -> None:
    verdict = cell.evaluate(VARIABLES["a"], VARIABLES, feel.Evaluation(NOW, limits=SMALL))
    assert verdict in (True, False, None), cell.text


def main() -> int:
    """Fuzz until libFuzzer's limits are reached; without atheris say so and do nothing."""
    if not ATHERIS_IS_HERE:
        sys.stdout.write("Skipped: atheris is not installed here (pip install atheris).\n")
        return 0
    atheris.Setup(sys.argv, try_bytes)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
