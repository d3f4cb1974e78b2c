"""Regular expressions of forms: those of FEEL's matches(), which searches with a time limit."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.feel import BudgetExceeded, Evaluation, compile_expression

EMAIL = r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+$"
PHONE = r"^(\+|00)?[0-9][0-9 ()\-]{4,20}$"
MATCHES = compile_expression("matches(answer, pattern)")
ANY_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


def is_pattern(pattern: str) -> bool:
    """Say whether a text is a regular expression."""
    evaluation = Evaluation(now=ANY_INSTANT)
    try:
        found = MATCHES.evaluate({"answer": "", "pattern": pattern}, evaluation)
    except BudgetExceeded:
        return False
    return isinstance(found, bool)
