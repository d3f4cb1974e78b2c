"""Collects what is wrong with one model, with its place. Never decides what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.problems import Problem, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: element id and the 1-based line and column, if known."""

    element_id: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(slots=True)
class Findings:
    """The growing list of problems of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def error(self, code: str, message: str, place: Place) -> None:
        """Note something that refuses the deployment."""
        self._add(Severity.ERROR, code, message, place)

    def warning(self, code: str, message: str, place: Place) -> None:
        """Note something that is shown and kept but does not refuse."""
        self._add(Severity.WARNING, code, message, place)

    @property
    def refused(self) -> bool:
        """Say whether any finding is an error."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def _add(self, severity: Severity, code: str, message: str, place: Place) -> None:
        self.problems.append(
            Problem(severity, code, message, self.file, place.element_id, place.line, place.column)
        )
