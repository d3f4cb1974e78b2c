"""Counts by version: instances that have not ended, and jobs that wait for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from engine import jobs, process_definitions, process_instances
from engine.model.actors import Actor
from engine.model.pages import LARGEST_PAGE, Page, PageRequest
from engine.model.process_definitions import Definition
from engine.model.process_instances import InstanceState
from engine.process_engine import ProcessEngine

T = TypeVar("T")


def of_versions(engine: ProcessEngine, by: Actor) -> Iterator[tuple[Definition, int, int]]:
    """Yield each version with how many instances and how many dead-letter jobs it has."""
    unended = [
        one
        for state in (InstanceState.RUNNING, InstanceState.SUSPENDED)
        for one in _every(
            lambda page, state=state: process_instances.listing(  # type: ignore[misc]
                engine, by=by, page=page, state=state
            )
        )
    ]
    version_of = {one.id: one.process_definition_id for one in unended}
    instances = Counter(version_of.values())
    failed = Counter(
        version_of.get(job.process_instance_id or "")
        for job in _every(lambda page: jobs.listing(engine, by=by, page=page, state="dead_letter"))
    )
    for definition in _every(
        lambda page: process_definitions.every_version(engine, by=by, page=page)
    ):
        yield definition, instances[definition.id], failed[definition.id]


def _every(listing: Callable[[PageRequest], Page[T]]) -> Iterator[T]:
    token = None
    while True:
        page = listing(PageRequest(size=LARGEST_PAGE, token=token))
        yield from page.items
        token = page.next_token
        if token is None:
            return
