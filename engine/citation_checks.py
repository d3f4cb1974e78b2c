"""Which clauses the files of a deployment cite, and which of them the organisation's list lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.content import CLAUSES_FILE, Clauses, Template
from engine.dmn import Model
from engine.execution import ProcessSpec
from engine.model.problems import Problem, Severity
from engine.model.process_definitions import DefinitionKind


@dataclass(frozen=True, slots=True)
class Citation:
    """The clauses that one place cites: an element of a diagram, a decision or a template."""

    clauses: Iterable[str]
    file: str
    element_id: str | None = None
    line: int | None = None
    column: int | None = None


def citations(
    processes: Mapping[str, ProcessSpec],
    models: Mapping[str, Model],
    templates: Mapping[str, Template],
    files: Mapping[tuple[DefinitionKind, str], str],
) -> Iterator[Citation]:
    """Yield what diagrams, decisions and templates cite; `files` says where each of them is."""
    for spec in processes.values():
        for element in spec.elements.values():
            yield Citation(element.clauses, spec.file, element.id, element.line, element.column)
    for key, model in models.items():
        yield Citation(model.decisions[key].clauses, files[DefinitionKind.DECISION, key], key)
    for key, template in templates.items():
        yield Citation(template.clauses, files[DefinitionKind.TEMPLATE, key])


def unknown(cited: Iterable[Citation], clauses: Clauses) -> Iterator[Problem]:
    """Yield an error for each clause that is cited and not listed."""
    for citation in cited:
        for clause in citation.clauses:
            if clause not in clauses:
                yield Problem(
                    Severity.ERROR,
                    "unknown_clause",
                    f"There is no clause {clause} in {CLAUSES_FILE}. Correct its number, "
                    "or add the clause.",
                    citation.file,
                    citation.element_id,
                    citation.line,
                    citation.column,
                )
