"""Makes a model out of a file and its imports, with everything that is wrong with it. Runs nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.dmn.elements import Definitions
from engine.dmn.linker import Linker
from engine.dmn.model import Model
from engine.dmn.reader import read_definitions
from engine.model.findings import Findings
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
    model = _Library(imports or {}).load(source, findings, known_variables, ())
    return model, list(dict.fromkeys(findings.problems))


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


class _Library:
    """The models offered for importing, by namespace; each is loaded at most once."""

    def __init__(self, offered: Mapping[str, bytes | Model]) -> None:
        self._ready: dict[str, Model] = {}
        self._sources: dict[str, tuple[str, bytes]] = {}
        for key, candidate in offered.items():
            if isinstance(candidate, Model):
                self._ready.setdefault(candidate.namespace, candidate)
                continue
            about = read_definitions(candidate, Findings(key))
            if about is not None:
                self._sources.setdefault(about.namespace, (key, candidate))

    def load(
        self,
        source: bytes,
        findings: Findings,
        known_variables: Collection[str] | None,
        importing: tuple[str, ...],
    ) -> Model | None:
        """Return the model of a file; `importing` are the namespaces on whose behalf it is loaded."""
        definitions = read_definitions(source, findings)
        if definitions is None:
            return None
        imported = self._imported(definitions, findings, (*importing, definitions.namespace))
        return Linker(definitions, imported, findings, known_variables).model()

    def _imported(
        self, definitions: Definitions, findings: Findings, importing: tuple[str, ...]
    ) -> dict[str, Model]:
        """Return the imported models by the prefix their names take."""
        found: dict[str, Model] = {}
        for item in definitions.imports:
            if item.namespace in importing or len(importing) > LONGEST_CHAIN_OF_IMPORTS:
                findings.error(
                    "circular_import", f"“{item.namespace}” imports itself in the end.", item.place
                )
                continue
            model = self._model(item.namespace, findings, importing)
            if model is None:
                location = f" ({item.location})" if item.location else ""
                findings.error(
                    "missing_import",
                    f"The imported model “{item.namespace}”{location} was not given along with "
                    "this file.",
                    item.place,
                )
            else:
                found[item.name] = model
        return found

    def _model(
        self, namespace: str, findings: Findings, importing: tuple[str, ...]
    ) -> Model | None:
        if namespace not in self._ready and namespace in self._sources:
            key, source = self._sources[namespace]
            # What is wrong with an imported model is a finding of its own file.
            inner = Findings(key)
            model = self.load(source, inner, None, importing)
            findings.problems.extend(inner.problems)
            if model is not None:
                self._ready[namespace] = model
        return self._ready.get(namespace)
