"""A page for each organisation, made from its content: procedures, readings, limits, clauses.

`python -m web.organisation_reference` writes docs/reference/organisations/. A test keeps it current.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine import bundle
from engine.bundle import Bundle
from engine.content import Clause, ClauseWeight, Reading
from engine.handlers import HANDLERS
from web.organisation_files import SHARED, files_of, organisation_of, organisations
from web.scenarios.situation import decisions_in
from web.scenarios.suite import SuiteResult, run_all

FOLDER = Path("docs/reference/organisations")
WHAT_LIMITS_DO = {
    "deadline": "hard: late is late",
    "target": "target: nothing goes red",
    "window": "decides whether a rule applies",
    "lookback": "decides whether a rule applies",
    "recurrence": "comes again",
    "duration": "how long something lasts",
    "min-duration": "how long at least",
    "effective-date": "from when it holds",
}


def page(content: Path, key: str) -> str:
    """Return the page of one organisation as Markdown."""
    found = bundle.read(files_of(content, key), topics=HANDLERS.keys())
    result = run_all(content, key)
    return "\n".join(_lines(content, key, found, result)) + "\n"


def _lines(content: Path, key: str, found: Bundle, result: SuiteResult) -> Iterator[str]:
    organisation = organisation_of(content, key)
    core = result.clauses
    yield f"# {organisation.name}"
    yield ""
    yield (
        f"Made from `bpmn/{key}`, `dmn/{key}` and `tests/procedures/{key}`; do not edit by hand. "
        f"Of {len(core.core)} core clauses of the policy {len(core.executed)} are executed by an "
        f"element, a rule or a template, and {len(core.tested)} of them were passed by one of "
        f"{len(result.outcomes)} scenarios."
    )
    yield from _procedures(content, key, found)
    yield from _readings(organisation.readings)
    yield from _limits(found)
    yield from _clauses(found, result)


def _procedures(content: Path, key: str, found: Bundle) -> Iterator[str]:
    yield from ("", "## Procedures", "")
    for spec in sorted(found.processes.values(), key=lambda spec: spec.name):
        version = f" (version {spec.version_tag})" if spec.version_tag else ""
        yield f"### {spec.name}{version}"
        yield ""
        if spec.documentation:
            yield spec.documentation.strip()
            yield ""
        for name in (f"{key}_{spec.key}", spec.key, f"{SHARED}_{spec.key}"):
            if (content / "docs" / "pictures" / f"{name}.svg").is_file():
                yield f"![{spec.name}](../../pictures/{name}.svg)"
                yield ""
                break


def _readings(readings: Sequence[Reading]) -> Iterator[str]:
    yield from ("## Where the policy is silent or contradicts itself", "")
    if not readings:
        yield from ("Nothing was found.", "")
        return
    yield "Each reading is a choice that the process owner confirms or changes."
    for reading in readings:
        confirmed = reading.confirmed or "by nobody yet"
        yield from (
            "",
            f"### {reading.title}",
            "",
            f"Clauses: {', '.join(reading.clauses)}. {_line(reading.issue)}",
            "",
            f"- **Read as:** {_line(reading.reading)}",
            f"- **It could also mean:** {_line(reading.alternative)}",
            f"- **Confirmed:** {confirmed}",
        )
    yield ""


def _limits(found: Bundle) -> Iterator[str]:
    limits = [clause for clause in (found.clauses or {}).values() if clause.deadline]
    yield from ("## Time limits", "")
    if not limits:
        yield from ("The policy states none, so nothing here ever becomes late.", "")
        return
    yield "| Clause | Limit | From | Days | Nature |"
    yield "|---|---|---|---|---|"
    for clause in limits:
        nature = WHAT_LIMITS_DO.get(clause.kind, clause.kind)
        yield (
            f"| {clause.id} | {clause.deadline} | {_cell(clause.deadline_from)} "
            f"| {clause.days or 'not stated'} | {nature} |"
        )
    yield ""


def _clauses(found: Bundle, result: SuiteResult) -> Iterator[str]:
    cited = _cited(found)
    passed = _passed(result)
    yield from ("## Every clause", "")
    yield "| Clause | Says | Executed by | Scenarios that pass it |"
    yield "|---|---|---|---|"
    for clause in (found.clauses or {}).values():
        by = ", ".join(cited.get(clause.id, ())) or _without(clause)
        number = passed.get(clause.id, 0)
        weight = "" if clause.weight is ClauseWeight.CORE else f" ({clause.weight})"
        yield f"| {clause.id}{weight} | {_cell(clause.text)} | {by} | {number or ''} |"


def _without(clause: Clause) -> str:
    return "**nothing**" if clause.weight is ClauseWeight.CORE else ""


def _cited(found: Bundle) -> Mapping[str, list[str]]:
    """Return which elements, tables, forms and templates cite each clause."""
    cited: dict[str, list[str]] = defaultdict(list)
    for spec in found.processes.values():
        for element in spec.elements.values():
            for clause in element.clauses:
                cited[clause].append(f"{element.name or element.id} (`{spec.key}`)")
    for key, model in found.models.items():
        for rule in model.decisions[key].rules:
            for clause in rule.clauses:
                place = f"rule {rule.index} of `{rule.decision_id}`"
                if place not in cited[clause]:
                    cited[clause].append(place)
    for kind, contents in (("form", found.forms), ("template", found.templates)):
        for key, content in contents.items():
            for clause in content.clauses:
                cited[clause].append(f"{kind} `{key}`")
    return cited


def _passed(result: SuiteResult) -> Mapping[str, int]:
    """Return how many scenarios pass each clause."""
    passed: dict[str, int] = defaultdict(int)
    for outcome in result.outcomes:
        clauses = {clause for event in outcome.history for clause in event.clauses}
        for decision in decisions_in(outcome.history):
            clauses.update(clause for rule in decision.rules for clause in rule.clauses)
        for clause in clauses:
            passed[clause] += 1
    return passed


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def main() -> None:
    """Write the page of every organisation of this repository."""
    here = Path.cwd()
    (here / FOLDER).mkdir(parents=True, exist_ok=True)
    for key in organisations(here):
        (here / FOLDER / f"{key}.md").write_text(page(here, key), encoding="utf-8")


if __name__ == "__main__":
    main()
