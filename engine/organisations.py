"""Organisations of this installation, and what their content says of them."""

from __future__ import annotations

from dataclasses import dataclass

from engine import content
from engine.content import Clause
from engine.model.actors import Actor
from engine.process_engine import ProcessEngine


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """An organisation's key, as in addresses, and its name."""

    key: str
    name: str


def listing(engine: ProcessEngine) -> tuple[OrganisationName, ...]:
    """Return every organisation of this installation, by key."""
    with engine.store.system_reading() as tx:
        return tuple(OrganisationName(key, name) for key, name in tx.organisations.listing())


def get(engine: ProcessEngine, key: str) -> content.Organisation:
    """Return the organisation's content; raise OrganisationNotFound."""
    with engine.reading(key) as tx:
        return engine.catalogues.of(tx).organisation


def clauses(engine: ProcessEngine, *, by: Actor) -> dict[str, Clause]:
    """Return the organisation's clauses by id, to say in plain words why something is asked."""
    with engine.reading(by.organisation) as tx:
        return dict(engine.catalogues.of(tx).clauses)
