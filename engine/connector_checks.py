"""What connectors mean for the checking of diagrams: topics served, variables read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.content import Connector, Organisation
from engine.execution import RESERVED_NAMES, ProcessSpec


def served(organisation: Organisation) -> frozenset[str]:
    """Return the topics that programs outside or connectors serve."""
    outside = {topic.topic for topic in organisation.external_topics}
    return frozenset(outside | {connector.topic for connector in organisation.connectors})


def served_already(organisation: Organisation | None, topics: Collection[str]) -> tuple[str, ...]:
    """Return the topics of connectors that Remit itself serves: these would never be asked."""
    connectors = organisation.connectors if organisation else ()
    return tuple(connector.topic for connector in connectors if connector.topic in topics)


def written(organisation: Organisation | None, spec: ProcessSpec) -> frozenset[str]:
    """Return the variables that the answers of a process's connectors give it."""
    names = [connector.answer.keys() for _, connector in _used(organisation, spec)]
    return frozenset().union(*names)


def read(
    organisation: Organisation | None, spec: ProcessSpec
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the service tasks that ask another system, and the variables that each request reads."""
    for element_id, connector in _used(organisation, spec):
        yield element_id, connector.reads - RESERVED_NAMES


def _used(organisation: Organisation | None, spec: ProcessSpec) -> Iterator[tuple[str, Connector]]:
    for element_id, topic in spec.topics.items():
        connector = organisation.connector(topic) if organisation else None
        if connector is not None:
            yield element_id, connector
