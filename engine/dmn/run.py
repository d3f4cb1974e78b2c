"""One evaluation of a decision under way: what FEEL needs, and which rules applied so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.dmn.result import RuleHit
from engine.feel import Evaluation, Value


@dataclass(slots=True)
class Run:
    """Travels with one evaluation through all decisions it needs."""

    evaluation: Evaluation
    hits: list[RuleHit] = field(default_factory=list)

    def warn(self, message: str, code: str) -> None:
        """Record why a value became null."""
        self.evaluation.warn(0, message, code)


Scope = dict[str, Value]
# A piece of decision logic made ready: gives its value in a scope of variables.
Program = Callable[[Scope, Run], Value]
