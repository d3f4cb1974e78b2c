"""Deployments: files go live together, or nothing of them is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from engine import bundle as bundles
from engine import due_checks, starts, webhook_events
from engine.bundle import ORGANISATION_FILE, Bundle, Part
from engine.catalogue import Catalogue
from engine.content import CLAUSES_FILE
from engine.model.actors import Actor, Permission
from engine.model.identifiers import new_id
from engine.model.pages import Page, PageRequest
from engine.model.people import OrganisationNotFound
from engine.model.problems import DeploymentRefused, Problem, Severity
from engine.model.process_definitions import (
    Definition,
    DefinitionKind,
    DefinitionState,
    Deployment,
)
from engine.process_engine import ProcessEngine
from engine.store import Transaction


def check(files: Mapping[str, bytes], *, topics: Collection[str]) -> tuple[Problem, ...]:
    """Return every problem of files that would be deployed together, errors first."""
    found = bundles.read(files, topics=topics).problems
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))


def deploy(
    engine: ProcessEngine,
    *,
    by: Actor,
    files: Mapping[str, bytes],
    name: str = "",
    source: str = "",
) -> Deployment:
    """Read, check and store files; what changed gets a new version, which is active at once.

    A definition whose file is the same as that of its newest version keeps this version. An
    organisation that does not exist yet is made from the organisation.yaml among the files.
    Raises DeploymentRefused with every problem; then nothing is kept.
    """
    by.check(Permission.DEPLOY)
    now = engine.clock.now()
    with engine.transaction(by.organisation) as tx:
        known = engine.catalogues.of(tx) if tx.organisations.catalogue() is not None else None
        found = bundles.read(files, topics=engine.handlers.keys(), known=known)
        _check(found, by)
        _put_organisation(tx, found, known, now)
        warnings = (*found.problems, *_unset_secrets(tx, found))
        deployment = Deployment(
            id=new_id(),
            name=name,
            source=source,
            deployed_at=now,
            deployed_by=by.user,
            files=tuple(sorted(files)),
            warnings=warnings,
        )
        records = [
            _kept(part, known) or _new_version(part, known, deployment) for part in found.parts
        ]
        new = [record for record in records if record.deployment_id == deployment.id]
        tx.deployments.add(deployment, files, [(r.kind, r.key, r.id) for r in records])
        tx.definitions.add(new)
        for record in new:
            if record.version > 1:
                tx.definitions.deactivate_others(record.kind, record.key, record.id)
        tx.organisations.catalogue_changed()
        catalogue = engine.catalogues.as_changed_by(tx)
        for record in new:
            if record.kind is DefinitionKind.PROCESS:
                starts.schedule(engine, tx, catalogue, record, now=now)
        webhook_events.of_activation(engine, tx, catalogue, deployment.id, new, now=now)
        if known is not None and not webhook_events.watches(known):
            # Whoever is told of late tasks from now on is told of those that are open already.
            due_checks.watch_open_tasks(engine, tx, catalogue, now)
    return replace(deployment, definitions=tuple(records))


def unchanged(
    engine: ProcessEngine, *, by: Actor, files: Mapping[str, bytes], name: str, source: str
) -> Deployment | None:
    """Return the latest deployment of this name and source if it held exactly these files.

    None too when something of it is no longer in use, so that deploying would change what starts.
    """
    by.check(Permission.DEPLOY)
    with engine.reading(by.organisation) as tx:
        latest = tx.deployments.latest(name, source)
        if latest is None or tx.deployments.files(latest.id) != dict(files):
            return None
        catalogue = engine.catalogues.of(tx)
        definitions = tuple(
            catalogue.by_id[found] for found in tx.deployments.bindings(latest.id).values()
        )
    in_use = all(definition.state is DefinitionState.ACTIVE for definition in definitions)
    return replace(latest, definitions=definitions) if in_use else None


def listing(engine: ProcessEngine, *, by: Actor, page: PageRequest) -> Page[Deployment]:
    """Return deployments, newest first, each with the definitions that came new with it."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        found = tx.deployments.listing(page)
        new = tx.definitions.of_deployment([deployment.id for deployment in found.items])
    return Page(
        tuple(
            replace(
                deployment,
                definitions=tuple(d for d in new if d.deployment_id == deployment.id),
            )
            for deployment in found.items
        ),
        found.next_token,
    )


def _check(found: Bundle, by: Actor) -> None:
    problems = list(found.problems)
    if not found.files:
        problems.append(
            Problem(Severity.ERROR, "no_files", "There is no file in this deployment. Add one.")
        )
    if found.organisation is not None and found.organisation.key != by.organisation:
        problems.append(
            Problem(
                Severity.ERROR,
                "other_organisation",
                f"This is the content of {found.organisation.key}, not of {by.organisation}. "
                "Deploy it there.",
                ORGANISATION_FILE,
            )
        )
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DeploymentRefused(problems)


def _unset_secrets(tx: Transaction, found: Bundle) -> Iterator[Problem]:
    """Yield a warning for each secret that a connector here needs and that nobody has set."""
    kept = {secret.name for secret in tx.connector_secrets.listing()}
    organisation = found.organisation
    needed = {
        connector.secret.name: connector.topic
        for connector in (organisation.connectors if organisation else ())
        if connector.secret is not None
    }
    for name, topic in needed.items():
        if name not in kept:
            yield Problem(
                Severity.WARNING,
                "secret_not_set",
                f"The connector “{topic}” needs the secret “{name}”, which is not set: until an "
                "administrator sets it, its tasks fail.",
                ORGANISATION_FILE,
            )


def _put_organisation(
    tx: Transaction, found: Bundle, known: Catalogue | None, now: datetime
) -> None:
    contents = {PurePosixPath(file).name: content for file, content in found.files.items()}
    if known is None and (found.organisation is None or ORGANISATION_FILE not in contents):
        raise OrganisationNotFound(tx.organisation)
    if ORGANISATION_FILE not in contents and CLAUSES_FILE not in contents:
        return
    stored = tx.organisations.get()
    assert found.organisation is not None
    tx.organisations.put(
        name=found.organisation.name,
        source=contents.get(ORGANISATION_FILE, stored.source if stored else b""),
        clauses=contents.get(CLAUSES_FILE, stored.clauses if stored else b""),
        now=now,
    )


def _kept(part: Part, known: Catalogue | None) -> Definition | None:
    """Return the newest version of the part's key when it is this very content and is in use."""
    versions = known.versions(part.kind, part.key) if known else ()
    if versions and versions[0].signature == part.signature:
        return versions[0] if versions[0].state is DefinitionState.ACTIVE else None
    return None


def _new_version(part: Part, known: Catalogue | None, deployment: Deployment) -> Definition:
    versions = known.versions(part.kind, part.key) if known else ()
    return Definition(
        id=new_id(),
        kind=part.kind,
        key=part.key,
        version=versions[0].version + 1 if versions else 1,
        name=part.name,
        version_tag=part.version_tag,
        state=DefinitionState.ACTIVE,
        deployment_id=deployment.id,
        deployed_at=deployment.deployed_at,
        file=part.file,
        signature=part.signature,
    )
