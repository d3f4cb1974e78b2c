"""What scenarios have taken of an organisation's diagrams and tables. Counts, never judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.bundle import Bundle
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


@dataclass
class Taken:
    """Collects what instances have taken."""

    elements: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)

    def add(self, history: Iterable[HistoryEvent]) -> None:
        """Count what an instance's history shows."""
        events = tuple(history)
        for event in events:
            if event.kind is HistoryKind.ELEMENT_COMPLETED and event.element_id:
                self.elements.add(event.element_id)
                self.flows.update(event.data.get("flows", ()))
        for decision in decisions_in(events):
            for rule in decision.rules:
                self.rules.add(f"{rule.decision} rule {rule.index}")


def measure(bundle: Bundle, taken: Taken) -> Coverage:
    """Return what was taken of everything that the organisation's files hold.

    History names elements without their diagram: an id that two diagrams share counts as not taken,
    because nothing says which of them was.
    """
    processes = bundle.processes.values()
    return Coverage(
        elements=_share((id_ for spec in processes for id_ in spec.elements), taken.elements),
        flows=_share((id_ for spec in processes for id_ in spec.flows), taken.flows),
        rules=_share(_rules(bundle), taken.rules),
    )


def _rules(bundle: Bundle) -> Iterator[str]:
    """Yield every rule once, also of a table on which several decisions of its file rest."""
    yield from dict.fromkeys(_rules_by_decision(bundle))


def _rules_by_decision(bundle: Bundle) -> Iterator[str]:
    for key, model in bundle.models.items():
        for rule in model.decisions[key].rules:
            yield f"{rule.decision_id} rule {rule.index}"


def _share(there: Iterable[str], taken: set[str]) -> Share:
    times = Counter(there)
    missing = [
        name if times[name] == 1 else f"{name} (several diagrams have one: give each its own id)"
        for name in times
        if name not in taken or times[name] > 1
    ]
    return Share(len(times), tuple(sorted(missing)))
