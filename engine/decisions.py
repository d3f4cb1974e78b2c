"""Decisions on their own: evaluate a deployed table with given values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dmn import DecisionResult
from engine.feel import from_json
from engine.model.actors import Actor, Permission
from engine.model.pages import Page, PageRequest
from engine.model.process_definitions import Definition, DefinitionKind
from engine.process_engine import ProcessEngine


def listing(engine: ProcessEngine, *, by: Actor, page: PageRequest) -> Page[Definition]:
    """Return the newest version of each decision, by key."""
    by.check(Permission.READ_INSTANCES)
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
    keys = catalogue.keys(DefinitionKind.DECISION)
    found = [catalogue.latest(DefinitionKind.DECISION, key) for key in keys]
    after = page.after()
    if after is not None:
        found = [definition for definition in found if definition.key > str(after[0])]
    return Page.of(found, page, lambda definition: [definition.key])


def evaluate(
    engine: ProcessEngine, *, by: Actor, key: str, variables: Mapping[str, Any]
) -> DecisionResult:
    """Evaluate the newest version of a decision; stores nothing. Raises DefinitionNotFound."""
    by.check(Permission.EVALUATE)
    now = engine.clock.now()
    with engine.reading(by.organisation) as tx:
        catalogue = engine.catalogues.of(tx)
        definition = catalogue.latest(DefinitionKind.DECISION, key)
        decision = engine.catalogues.decision(tx, definition)
    values = {name: from_json(value) for name, value in variables.items()}
    return decision.evaluate(values, engine.evaluation(catalogue, now))
