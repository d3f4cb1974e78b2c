"""Where each clause of a policy is executed, and which scenarios passed there. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.bundle import Bundle
from engine.content import Clause, ClauseWeight
from engine.model.history import HistoryEvent, HistoryKind
from web.scenarios.runner import Outcome
from web.scenarios.situation import decisions_in

EXECUTES = frozenset({"element", "flow", "rule"})
"""What executes a clause that it cites. A form or a template only helps whoever does."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One place that cites a clause. `within` is the process or the decision it belongs to, if any.

    `kind` is element, flow, rule, form or template; `id` of a rule is its number.
    """

    kind: str
    id: str
    within: str = ""
    name: str = ""

    @property
    def executes(self) -> bool:
        return self.kind in EXECUTES

    def __str__(self) -> str:
        match self.kind:
            case "element":
                return f"{self.name or self.id} (`{self.within}`)"
            case "flow":
                return f"flow {self.name or self.id} (`{self.within}`)"
            case "rule":
                return f"rule {self.id} of `{self.within}`"
        return f"{self.kind} `{self.id}`"


@dataclass(frozen=True, slots=True)
class TracedClause:
    """A clause with all that cites it, and the scenarios that passed through what executes it."""

    clause: Clause
    citations: tuple[Citation, ...]
    scenarios: tuple[str, ...]

    @property
    def executed(self) -> bool:
        return any(citation.executes for citation in self.citations)

    @property
    def missing(self) -> bool:
        """Say whether it is a core clause that nothing executes or no scenario passed."""
        return self.clause.weight is ClauseWeight.CORE and not (self.executed and self.scenarios)


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """An organisation's clauses, in the policy's order."""

    clauses: tuple[TracedClause, ...] = ()

    @property
    def core(self) -> tuple[TracedClause, ...]:
        return tuple(c for c in self.clauses if c.clause.weight is ClauseWeight.CORE)

    @property
    def executed(self) -> int:
        """How many core clauses an element, a flow or a rule executes."""
        return sum(traced.executed for traced in self.core)

    @property
    def tested(self) -> int:
        """How many core clauses a scenario passed where they are executed."""
        return sum(bool(traced.scenarios) for traced in self.core)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the core clauses that nothing executes or no scenario passed, in their order."""
        return tuple(traced.clause.id for traced in self.core if traced.missing)


def trace(bundle: Bundle, outcomes: Iterable[Outcome]) -> ClauseCoverage:
    """Return what cites each clause and which scenarios passed there.

    A scenario that fails proves nothing. What was only begun has not been passed: a task that stays
    open, a timer that is armed and never fires.
    """
    cited: dict[str, list[Citation]] = {}
    for citation, clauses in _citations(bundle):
        for clause in clauses:
            places = cited.setdefault(clause, [])
            if citation not in places:
                places.append(citation)
    passed: dict[tuple[str, str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.passed:
            name = Path(outcome.scenario.place.file).stem
            for place in _passed(outcome.history):
                passed.setdefault(place, []).append(name)
    return ClauseCoverage(
        tuple(
            TracedClause(
                clause,
                tuple(cited.get(clause.id, ())),
                tuple(
                    dict.fromkeys(
                        name
                        for citation in cited.get(clause.id, ())
                        for name in passed.get(_place(citation), ())
                    )
                ),
            )
            for clause in (bundle.clauses or {}).values()
        )
    )


def _citations(bundle: Bundle) -> Iterator[tuple[Citation, Iterable[str]]]:
    for spec in bundle.processes.values():
        for element in spec.elements.values():
            yield Citation("element", element.id, spec.key, element.name), element.clauses
        for flow in spec.flows.values():
            yield Citation("flow", flow.id, spec.key, flow.name), flow.clauses
    for key, model in bundle.models.items():
        for rule in model.decisions[key].rules:
            yield Citation("rule", str(rule.index), rule.decision_id), rule.clauses
    for key, form in bundle.forms.items():
        yield Citation("form", key), form.clauses
    for key, template in bundle.templates.items():
        yield Citation("template", key), template.clauses


def _passed(history: Iterable[HistoryEvent]) -> Iterator[tuple[str, str, str]]:
    """Yield each place that an instance has passed, once."""
    events = tuple(history)
    found: dict[tuple[str, str, str], None] = {}
    for event in events:
        if event.kind is HistoryKind.ELEMENT_COMPLETED and event.element_id:
            found["element", event.element_id, ""] = None
            for flow in event.data.get("flows", ()):
                found["flow", flow, ""] = None
    for decision in decisions_in(events):
        for rule in decision.rules:
            found["rule", str(rule.index), rule.decision] = None
    yield from found


def _place(citation: Citation) -> tuple[str, str, str]:
    """Return a citation as history names it: elements and flows without their process."""
    return citation.kind, citation.id, citation.within if citation.kind == "rule" else ""
