"""Collects what is wrong with one model, with its place. Never decides what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.problems import Problem, Severity

KEPT_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: element id and the 1-based line and column, if known."""

    element_id: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(slots=True)
class Findings:
    """The growing list of problems of one file; beyond five hundred only that there are more."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    _overflowed: bool = False

    def error(self, code: str, message: str, place: Place) -> None:
        """Note something that refuses the deployment."""
        self._add(Severity.ERROR, code, message, place)

    def warning(self, code: str, message: str, place: Place) -> None:
        """Note something that is shown and kept but does not refuse."""
        self._add(Severity.WARNING, code, message, place)

    def _add(self, severity: Severity, code: str, message: str, place: Place) -> None:
        if len(self.problems) >= KEPT_PROBLEMS:
            if severity is Severity.WARNING or self._overflowed:
                return
            # An error is never lost altogether: what is refused must stay refused.
            self._overflowed = True
            code = "too_many_problems"
            message = f"There are more than {KEPT_PROBLEMS} problems; the first ones are listed."
        self.problems.append(
            Problem(severity, code, message, self.file, place.element_id, place.line, place.column)
        )
