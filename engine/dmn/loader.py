"""Makes a model out of a file and its imports, with everything that is wrong with it. Runs nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.dmn.elements import Definitions
from engine.dmn.findings import Findings
from engine.dmn.linker import Linker
from engine.dmn.model import Model
from engine.dmn.reader import read_definitions
from engine.model.problems import Problem, Severity

LONGEST_CHAIN_OF_IMPORTS = 20


def load(
    source: bytes,
    *,
    file: str,
    imports: Mapping[str, bytes | Model] | None = None,
    known_variables: Collection[str] | None = None,
) -> tuple[Model | None, list[Problem]]:
    """Return a model even when it has errors, as far as it can be read, and all findings.

    By the standard an expression in error is null, so a faulty model can still be evaluated: this
    is for conformance and for editors. What is to be deployed goes through `parse`.
    """
    findings = Findings(file)
    model = _load(source, findings, dict(imports or {}), known_variables, ())
    return model, findings.problems


def parse(
    source: bytes,
    *,
    file: str,
    imports: Mapping[str, bytes | Model] | None = None,
    known_variables: Collection[str] | None = None,
) -> tuple[Model | None, list[Problem]]:
    """Return the model a DMN 1.1 to 1.5 file holds and what is wrong with it; None with errors.

    `imports` offers other models, as bytes or ready, under any key; an import finds its own by
    namespace. `known_variables` names the variables a process will have: with it, or with input
    data in the model, a name that nothing declares is an error; otherwise it may be a variable.
    """
    model, problems = load(source, file=file, imports=imports, known_variables=known_variables)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, problems
    return model, problems


def _load(
    source: bytes,
    findings: Findings,
    offered: dict[str, bytes | Model],
    known_variables: Collection[str] | None,
    importing: tuple[str, ...],
) -> Model | None:
    definitions = read_definitions(source, findings)
    if definitions is None:
        return None
    imported = _imported(definitions, findings, offered, (*importing, definitions.namespace))
    return Linker(definitions, imported, findings, known_variables).model()


def _imported(
    definitions: Definitions,
    findings: Findings,
    offered: dict[str, bytes | Model],
    importing: tuple[str, ...],
) -> dict[str, Model]:
    """Return the imported models by the prefix their names take."""
    found: dict[str, Model] = {}
    for item in definitions.imports:
        if item.namespace in importing or len(importing) > LONGEST_CHAIN_OF_IMPORTS:
            findings.error(
                "circular_import", f"“{item.namespace}” imports itself in the end.", item.place
            )
            continue
        model: Model | None = None
        for key, candidate in offered.items():
            if isinstance(candidate, Model):
                if candidate.namespace == item.namespace:
                    model = candidate
                    break
                continue
            inner = Findings(key)
            about = read_definitions(candidate, inner)
            if about is None or about.namespace != item.namespace:
                continue
            # What is wrong with an imported model is a finding of its own file.
            inner.problems.clear()
            model = _load(candidate, inner, offered, None, importing)
            findings.problems.extend(inner.problems)
            break
        if model is None:
            findings.error(
                "missing_import",
                f"The imported model “{item.namespace}”"
                + (f" ({item.location})" if item.location else "")
                + " was not given along with this file.",
                item.place,
            )
            continue
        found[item.name] = model
    return found
