"""What an organisation has deployed, parsed once and shared: definitions never change, so neither do these."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.content import (
    Clauses,
    Form,
    Organisation,
    Template,
    parse_clauses,
    parse_form,
    parse_organisation,
    parse_template,
)
from engine.dmn import Decision, Model
from engine.dmn import parse as parse_decisions
from engine.execution import ProcessSpec, Reference
from engine.execution import parse as parse_processes
from engine.model.people import OrganisationNotFound
from engine.model.process_definitions import (
    Definition,
    DefinitionKind,
    DefinitionNotFound,
    DefinitionState,
    DefinitionSuspended,
)
from engine.model.webhook_endpoints import WebhookEndpoint
from engine.store import Transaction

SPECIFICATIONS_KEPT = 2_000
ORGANISATIONS_KEPT = 200

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Catalogue:
    """One organisation's content and definitions as they were at one `number` of its changes."""

    number: int
    organisation: Organisation
    clauses: Clauses
    by_key: Mapping[tuple[DefinitionKind, str], tuple[Definition, ...]]
    by_id: Mapping[str, Definition]
    endpoints: tuple[WebhookEndpoint, ...] = ()
    """Who is told by webhook: kept here so that a step of an organisation that tells nobody asks nothing."""

    def versions(self, kind: DefinitionKind, key: str) -> tuple[Definition, ...]:
        """Return the versions of a key, newest first; none for an unknown key."""
        return self.by_key.get((kind, key), ())

    def latest(self, kind: DefinitionKind, key: str) -> Definition:
        """Return the active version of a key, or its newest where none is; raise DefinitionNotFound."""
        versions = self.versions(kind, key)
        if not versions:
            raise DefinitionNotFound(kind, key)
        active = (d for d in versions if d.state is DefinitionState.ACTIVE)
        return next(active, versions[0])

    def startable(self, key: str, version: int | None = None) -> Definition:
        """Return the version of a process that a new instance gets; raise if there is none."""
        if version is not None:
            found = self.version(DefinitionKind.PROCESS, key, version)
        else:
            found = self.latest(DefinitionKind.PROCESS, key)
            if found.state is not DefinitionState.ACTIVE:
                raise DefinitionSuspended(key)
        if found.state is DefinitionState.SUSPENDED:
            raise DefinitionSuspended(key)
        return found

    def version(self, kind: DefinitionKind, key: str, version: int) -> Definition:
        """Return one version of a key; raise DefinitionNotFound."""
        for definition in self.versions(kind, key):
            if definition.version == version:
                return definition
        raise DefinitionNotFound(kind, key, version)

    def tagged(self, kind: DefinitionKind, key: str, tag: str) -> Definition:
        """Return the newest version of a key with this version tag; raise DefinitionNotFound."""
        for definition in self.versions(kind, key):
            if definition.version_tag == tag:
                return definition
        raise DefinitionNotFound(kind, f"{key} tagged {tag}")

    def keys(self, kind: DefinitionKind) -> tuple[str, ...]:
        """Return every key of a kind, in order."""
        return tuple(sorted(key for found, key in self.by_key if found is kind))


class Catalogues:
    """The catalogues of every organisation, and the parsed content of every definition in use."""

    def __init__(self) -> None:
        self._catalogues: _Cache[str, Catalogue] = _Cache(ORGANISATIONS_KEPT)
        self._specs: _Cache[str, ProcessSpec] = _Cache(SPECIFICATIONS_KEPT)
        self._models: _Cache[tuple[str, str], Model] = _Cache(SPECIFICATIONS_KEPT)
        self._forms: _Cache[str, Form] = _Cache(SPECIFICATIONS_KEPT)
        self._templates: _Cache[str, Template] = _Cache(SPECIFICATIONS_KEPT)
        self._bindings: _Cache[str, dict[tuple[str, str], str]] = _Cache(SPECIFICATIONS_KEPT)

    def known(self, organisation: str, number: int) -> Catalogue | None:
        """Return the organisation's catalogue if this very one was read before."""
        found = self._catalogues.get(organisation)
        return found if found is not None and found.number == number else None

    def of(self, tx: Transaction, number: int | None = None) -> Catalogue:
        """Return the organisation's catalogue; `number` saves asking whether it has changed."""
        if number is None:
            number = tx.organisations.catalogue()
        known = self.known(tx.organisation, number) if number is not None else None
        if known is not None:
            return known
        found = self.as_changed_by(tx)
        self._catalogues.put(tx.organisation, found)
        return found

    def as_changed_by(self, tx: Transaction) -> Catalogue:
        """Return the catalogue as this transaction has made it; kept for nobody, it may be undone."""
        return _load(tx)

    def process(self, tx: Transaction, definition: Definition) -> ProcessSpec:
        """Return the process of a definition, ready to run."""

        def make() -> ProcessSpec:
            specs, _ = parse_processes(
                tx.deployments.content(definition.deployment_id, definition.file),
                file=definition.file,
            )
            spec = next(spec for spec in specs if spec.key == definition.key)
            return spec.at_version(definition.version)

        return self._specs.get_or(definition.id, make)

    def decision(self, tx: Transaction, definition: Definition) -> Decision:
        """Return the decision of a definition, ready to evaluate."""

        def make() -> Model:
            model, problems = parse_decisions(
                tx.deployments.content(definition.deployment_id, definition.file),
                file=definition.file,
                imports=self._imports(tx, definition),
            )
            assert model is not None, problems
            return model

        model = self._models.get_or((definition.deployment_id, definition.file), make)
        return model.decisions[definition.key]

    def form(self, tx: Transaction, definition: Definition) -> Form:
        """Return the form of a definition."""

        def make() -> Form:
            content = tx.deployments.content(definition.deployment_id, definition.file)
            form, problems = parse_form(content, definition.file)
            assert form is not None, problems
            return form

        return self._forms.get_or(definition.id, make)

    def template(self, tx: Transaction, definition: Definition) -> Template:
        """Return the notice template of a definition."""

        def make() -> Template:
            content = tx.deployments.content(definition.deployment_id, definition.file)
            template, problems = parse_template(content, definition.file)
            assert template is not None, problems
            return template

        return self._templates.get_or(definition.id, make)

    def resolve(
        self,
        tx: Transaction,
        catalogue: Catalogue,
        kind: DefinitionKind,
        reference: Reference,
        *,
        within: Definition,
    ) -> Definition:
        """Return what a diagram's reference means by its binding; `within` is the diagram's definition."""
        match reference.binding:
            case "version":
                return catalogue.version(kind, reference.key, int(reference.version or 0))
            case "versionTag":
                return catalogue.tagged(kind, reference.key, reference.version or "")
            case "deployment":
                deployment_id = within.deployment_id
                bindings = self._bindings.get_or(
                    deployment_id, lambda: tx.deployments.bindings(deployment_id)
                )
                found = bindings.get((kind, reference.key))
                if found is None:
                    raise DefinitionNotFound(kind, reference.key)
                return catalogue.by_id[found]
            case _:
                return catalogue.latest(kind, reference.key)

    def _imports(self, tx: Transaction, definition: Definition) -> dict[str, bytes]:
        files = tx.deployments.files(definition.deployment_id)
        return {
            file: content
            for file, content in files.items()
            if file.endswith(".dmn") and file != definition.file
        }


def _load(tx: Transaction) -> Catalogue:
    stored = tx.organisations.get()
    if stored is None:
        raise OrganisationNotFound(tx.organisation)
    organisation, problems = parse_organisation(stored.source, "organisation.yaml")
    assert organisation is not None, problems
    clauses, _ = parse_clauses(stored.clauses, "clauses.csv")
    by_key: dict[tuple[DefinitionKind, str], tuple[Definition, ...]] = {}
    by_id = {}
    for definition in sorted(tx.definitions.all(), key=lambda d: -d.version):
        place = (definition.kind, definition.key)
        by_key[place] = (*by_key.get(place, ()), definition)
        by_id[definition.id] = definition
    return Catalogue(
        stored.catalogue, organisation, clauses, by_key, by_id, tx.webhook_endpoints.listing()
    )


class _Cache(Generic[K, V]):
    """The most recently used values, shared between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def get_or(self, key: K, make: Callable[[], V]) -> V:
        found = self.get(key)
        if found is None:
            # Two threads may both make it; the values are equal, so the later one may win.
            found = make()
            self.put(key, found)
        return found
