"""What scenarios have taken of an organisation's diagrams, tables and clauses. Counts, never judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.bundle import Bundle
from engine.content import ClauseWeight
from engine.model.history import HistoryEvent, HistoryKind
from web.scenarios.situation import decisions_in


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something there are, and which of them were not taken."""

    total: int
    missing: tuple[str, ...]

    @property
    def taken(self) -> int:
        return self.total - len(self.missing)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The shares of elements, sequence flows and rules that were taken."""

    elements: Share
    flows: Share
    rules: Share


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """An organisation's core clauses: those that something executes, and those that a scenario ran."""

    core: tuple[str, ...]
    executed: frozenset[str]
    tested: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the core clauses that nothing executes or no scenario ran, in their order."""
        return tuple(clause for clause in self.core if clause not in self.executed & self.tested)


@dataclass
class Taken:
    """Collects what instances have taken."""

    elements: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    clauses: set[str] = field(default_factory=set)

    def add(self, history: Iterable[HistoryEvent]) -> None:
        """Count what an instance's history shows."""
        events = tuple(history)
        for event in events:
            self.clauses.update(event.clauses)
            if event.kind is HistoryKind.ELEMENT_COMPLETED and event.element_id:
                self.elements.add(event.element_id)
                self.flows.update(event.data.get("flows", ()))
        for decision in decisions_in(events):
            for rule in decision.rules:
                self.rules.add(f"{rule.decision} rule {rule.index}")
                self.clauses.update(rule.clauses)


def measure(bundle: Bundle, taken: Taken) -> Coverage:
    """Return what was taken of everything that the organisation's files hold."""
    processes = bundle.processes.values()
    return Coverage(
        elements=_share((id_ for spec in processes for id_ in spec.elements), taken.elements),
        flows=_share((id_ for spec in processes for id_ in spec.flows), taken.flows),
        rules=_share(_rules(bundle), taken.rules),
    )


def measure_clauses(bundle: Bundle, taken: Taken) -> ClauseCoverage:
    """Return which core clauses something that runs cites, and which of them have run."""
    core = tuple(
        clause.id
        for clause in (bundle.clauses or {}).values()
        if clause.weight is ClauseWeight.CORE
    )
    return ClauseCoverage(
        core=core,
        executed=frozenset(core).intersection(_cited(bundle)),
        tested=frozenset(core).intersection(taken.clauses),
    )


def _cited(bundle: Bundle) -> Iterator[str]:
    for spec in bundle.processes.values():
        yield from spec.clauses
    for key, model in bundle.models.items():
        yield from model.decisions[key].clauses
    for template in bundle.templates.values():
        yield from template.clauses


def _rules(bundle: Bundle) -> Iterator[str]:
    for key, model in bundle.models.items():
        for rule in model.decisions[key].rules:
            yield f"{rule.decision_id} rule {rule.index}"


def _share(there: Iterable[str], taken: set[str]) -> Share:
    everything = set(there)
    return Share(len(everything), tuple(sorted(everything - taken)))
