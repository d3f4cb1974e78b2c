"""Process definitions: which versions there are, which one starts new instances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from engine import starts, webhook_events
from engine.execution import ProcessSpec, Reference
from engine.model.actors import Actor, Permission
from engine.model.errors import RemitError
from engine.model.pages import Page, PageRequest
from engine.model.process_definitions import (
    Definition,
    DefinitionKind,
    DefinitionNotFound,
    DefinitionState,
)
from engine.process_engine import ProcessEngine

COMPARED = ("type", "name", "clauses", "properties", "documentation", "parent_id", "behaviour")
"""What of an element a comparison looks at."""


class FormNotFound(RemitError):
    """The user task names no form."""

    code: ClassVar[str] = "form_not_found"

    def __init__(self, element_id: str) -> None:
        super().__init__(f"The user task {element_id} names no form.")


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One element that two versions do not have in common, or not alike; `what` differs."""

    element_id: str
    name: str
    type: str
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one version differs from another, by element."""

    added: tuple[ElementChange, ...]
    removed: tuple[ElementChange, ...]
    changed: tuple[ElementChange, ...]


def listing(engine: ProcessEngine, *, by: Actor, page: PageRequest) -> Page[Definition]:
    """Return each key's active version, or its newest where none is active, by key."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
    found = [
        catalogue.latest(DefinitionKind.PROCESS, key)
        for key in catalogue.keys(DefinitionKind.PROCESS)
    ]
    after = page.after()
    if after is not None:
        found = [definition for definition in found if definition.key > str(after[0])]
    return Page.of(found, page, lambda definition: [definition.key])


def versions(engine: ProcessEngine, *, by: Actor, key: str, page: PageRequest) -> Page[Definition]:
    """Return the versions of a process, newest first; raise DefinitionNotFound for an unknown key."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        found = tx.definitions.versions(DefinitionKind.PROCESS, key, page)
    if not found.items and page.token is None:
        raise DefinitionNotFound(DefinitionKind.PROCESS, key)
    return found


def every_version(engine: ProcessEngine, *, by: Actor, page: PageRequest) -> Page[Definition]:
    """Return every version of every process, by key, the newest of each first."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
    found = [
        definition
        for key in catalogue.keys(DefinitionKind.PROCESS)
        for definition in catalogue.versions(DefinitionKind.PROCESS, key)
    ]
    after = page.after()
    if after is not None:
        place = (str(after[0]), -int(after[1]))
        found = [
            definition for definition in found if (definition.key, -definition.version) > place
        ]
    return Page.of(found, page, lambda definition: [definition.key, definition.version])


def active(engine: ProcessEngine, *, by: Actor, key: str) -> Definition:
    """Return a key's active version, or its newest where none is; raise DefinitionNotFound."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        return engine.catalogues.of(tx).latest(DefinitionKind.PROCESS, key)


def get(engine: ProcessEngine, *, by: Actor, definition_id: str) -> Definition:
    """Return one version by its id; raise DefinitionNotFound."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        found = engine.catalogues.of(tx).by_id.get(definition_id)
    if found is None or found.kind is not DefinitionKind.PROCESS:
        raise DefinitionNotFound(DefinitionKind.PROCESS, definition_id)
    return found


def activate(engine: ProcessEngine, *, by: Actor, key: str, version: int) -> Definition:
    """Make this version the one that starts new instances. Running instances stay on theirs."""
    by.check(Permission.ACTIVATE)
    with engine.transaction(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        found = catalogue.version(DefinitionKind.PROCESS, key, version)
        tx.definitions.deactivate_others(DefinitionKind.PROCESS, key, found.id)
        tx.definitions.set_state(found.id, DefinitionState.ACTIVE)
        tx.organisations.catalogue_changed()
        changed = engine.catalogues.as_changed_by(tx)
        now = engine.clock.now()
        starts.schedule(engine, tx, changed, found, now=now)
        webhook_events.of_activation(engine, tx, changed, found.deployment_id, [found], now=now)
    return replace(found, state=DefinitionState.ACTIVE)


def suspend(engine: ProcessEngine, *, by: Actor, key: str, version: int) -> Definition:
    """Let this version start no new instance. Those that run go on."""
    by.check(Permission.ACTIVATE)
    with engine.transaction(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        found = catalogue.version(DefinitionKind.PROCESS, key, version)
        tx.definitions.set_state(found.id, DefinitionState.SUSPENDED)
        starts.stop(tx, [found])
        tx.organisations.catalogue_changed()
    return replace(found, state=DefinitionState.SUSPENDED)


def xml(engine: ProcessEngine, *, by: Actor, key: str, version: int) -> bytes:
    """Return the diagram of a version, byte for byte as it was deployed."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        found = engine.catalogues.of(tx).version(DefinitionKind.PROCESS, key, version)
        return tx.deployments.content(found.deployment_id, found.file)


def form_file(
    engine: ProcessEngine, *, by: Actor, definition_id: str, element_id: str, key: str | None
) -> bytes:
    """Return the form `key` as an element of a version means it, byte for byte as it was deployed.

    An element of a called process gets its active version. Raises FormNotFound.
    """
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        if key is None:
            raise FormNotFound(element_id)
        within = catalogue.by_id[definition_id]
        references = engine.catalogues.process(tx, within).form_refs
        found = next((one for one in references if one.element_id == element_id), None)
        asked = found or Reference(element_id, key)
        form = engine.catalogues.resolve(tx, catalogue, DefinitionKind.FORM, asked, within=within)
        return tx.deployments.content(form.deployment_id, form.file)


def specification(
    engine: ProcessEngine, *, by: Actor, key: str, version: int | None = None
) -> ProcessSpec:
    """Return what a version of a process says: its elements, flows, references and clauses."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        if version is None:
            found = catalogue.latest(DefinitionKind.PROCESS, key)
        else:
            found = catalogue.version(DefinitionKind.PROCESS, key, version)
        return engine.catalogues.process(tx, found)


def compare(
    engine: ProcessEngine, *, by: Actor, key: str, from_version: int, to_version: int
) -> Comparison:
    """Say which elements came, went or changed between two versions."""
    old = specification(engine, by=by, key=key, version=from_version)
    new = specification(engine, by=by, key=key, version=to_version)
    return Comparison(
        added=(*_elements(new, old), *_flows(new, old)),
        removed=(*_elements(old, new), *_flows(old, new)),
        changed=(
            *(
                ElementChange(element.id, element.name, element.type, what)
                for element in new.elements.values()
                if (what := _differences(old, new, element.id))
            ),
            *(
                ElementChange(flow.id, flow.name, "sequenceFlow", ("behaviour",))
                for flow in new.flows.values()
                if old.flows.get(flow.id, flow) != flow
            ),
        ),
    )


def _elements(spec: ProcessSpec, other: ProcessSpec) -> tuple[ElementChange, ...]:
    return tuple(
        ElementChange(element.id, element.name, element.type)
        for element in spec.elements.values()
        if element.id not in other.elements
    )


def _flows(spec: ProcessSpec, other: ProcessSpec) -> tuple[ElementChange, ...]:
    return tuple(
        ElementChange(flow.id, flow.name, "sequenceFlow")
        for flow in spec.flows.values()
        if flow.id not in other.flows
    )


def _differences(old: ProcessSpec, new: ProcessSpec, element_id: str) -> tuple[str, ...]:
    before, after = old.elements.get(element_id), new.elements[element_id]
    if before is None:
        return ()
    return tuple(name for name in COMPARED if getattr(before, name) != getattr(after, name))
