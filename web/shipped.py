"""What ships with Remit: organisations and invented people, outside production only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from engine import deployments, people
from engine import organisations as organisations_of
from engine.model.actors import Actor, system_actor
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.people import OrganisationNotFound
from engine.process_engine import ProcessEngine
from web.organisation_files import files_of, organisations
from web.settings import Settings, SettingsRefused


def deploy_shipped(engine: ProcessEngine, settings: Settings) -> tuple[str, ...]:
    """Deploy each organisation under `bpmn/` unless this very content was deployed before.

    An older version that somebody activated since therefore stays active over a restart. Their
    invented people are added as well. Returns the keys; raises `DeploymentRefused`.
    """
    keys = tuple(organisations(settings.content))
    for key in keys:
        by = system_actor(key)
        files = files_of(settings.content, key)
        source = f"shipped {_fingerprint(files)}"
        if not _was_deployed(engine, by, source):
            deployments.deploy(engine, by=by, files=files, name="Shipped content", source=source)
        people.add_demo(engine, by=by)
    return keys


def refuse_demo_people(engine: ProcessEngine) -> None:
    """Raise `SettingsRefused` when the database holds invented people, who could sign in."""
    for organisation in organisations_of.listing(engine):
        found = people.listing(engine, by=system_actor(organisation.key))
        if any(person.demo for person in found):
            raise SettingsRefused(
                f"The database holds invented people of {organisation.key}, which production "
                "refuses. Remove them: remit people remove-demo --organisation "
                f"{organisation.key}"
            )


def _fingerprint(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _was_deployed(engine: ProcessEngine, by: Actor, source: str) -> bool:
    page = PageRequest(size=LARGEST_PAGE)
    while True:
        try:
            found = deployments.listing(engine, by=by, page=page)
        except OrganisationNotFound:
            return False
        if any(deployment.source == source for deployment in found.items):
            return True
        if found.next_token is None:
            return False
        page = PageRequest(size=LARGEST_PAGE, token=found.next_token)
