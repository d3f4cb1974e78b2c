"""What is wrong with content, where, and what to do: the answer of lint and of a refused deployment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError


class Severity(StrEnum):
    """An error refuses a deployment; a warning is shown and kept."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line` and `column` count from 1; None where a finding has no place in a file."""

    severity: Severity
    code: str
    message: str
    file: str = ""
    element_id: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        element = f" [{self.element_id}]" if self.element_id else ""
        # What stands on further lines shows the place in the text, so the code comes before it.
        sentence, _, shown = self.message.partition("\n")
        said = f"{place}: {self.severity}: {sentence}{element} ({self.code})".removeprefix(": ")
        return f"{said}\n{shown}" if shown else said


class DeploymentRefused(RemitError):
    """Nothing was deployed; `problems` holds every finding, errors first."""

    code: ClassVar[str] = "deployment_refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.severity != "error"))
        errors = [problem for problem in self.problems if problem.severity is Severity.ERROR]
        super().__init__(
            f"Nothing was deployed: {len(errors)} problem{'s' if len(errors) != 1 else ''}. "
            + "; ".join(str(problem) for problem in errors[:5])
        )
