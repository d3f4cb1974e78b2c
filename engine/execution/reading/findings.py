"""What is wrong with one diagram, and whether that refuses it. Decision models' findings, and one question more."""

from __future__ import annotations

from engine.model import findings
from engine.model.findings import Place
from engine.model.problems import Severity


class Findings(findings.Findings):
    """The growing list of problems of one file."""

    @property
    def refused(self) -> bool:
        """Say whether any finding is an error."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


__all__ = ["Findings", "Place"]
