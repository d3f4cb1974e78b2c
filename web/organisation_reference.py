"""A page for each organisation, made from its content: procedures, readings, limits, clauses.

`python -m web.organisation_reference` writes docs/reference/organisations/. A test keeps it current.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine import bundle
from engine.bundle import Bundle
from engine.content import Clause, ClauseWeight, Reading
from engine.handlers import HANDLERS
from web.organisation_files import SHARED, files_of, organisation_of, organisations
from web.scenarios.suite import SuiteResult, run_all

FOLDER = Path("docs/reference/organisations")
SCENARIOS_NAMED = 4
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
        f"Of {len(core.core)} core clauses of the policy {core.executed} are executed by an element, a "
        f"flow or a rule, and {core.tested} were passed there by one of {len(result.outcomes)} scenarios."
    )
    yield from _procedures(content, key, found)
    yield from _readings(organisation.readings)
    yield from _limits(found)
    yield from _clauses(result)


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


def _clauses(result: SuiteResult) -> Iterator[str]:
    yield from ("## Every clause", "")
    yield "| Clause | Says | Executed by | Also cited by | Scenarios that pass it |"
    yield "|---|---|---|---|---|"
    for traced in result.clauses.clauses:
        clause = traced.clause
        by = ", ".join(str(one) for one in traced.citations if one.executes)
        also = ", ".join(str(one) for one in traced.citations if not one.executes)
        weight = "" if clause.weight is ClauseWeight.CORE else f" ({clause.weight})"
        yield (
            f"| {clause.id}{weight} | {_cell(clause.text)} | {by or _without(clause)} | {also} "
            f"| {_some(traced.scenarios)} |"
        )


def _without(clause: Clause) -> str:
    return "**nothing**" if clause.weight is ClauseWeight.CORE else ""


def _some(scenarios: Sequence[str]) -> str:
    """Name the first scenarios and count the others, which would fill the page."""
    named = ", ".join(scenarios[:SCENARIOS_NAMED])
    more = len(scenarios) - SCENARIOS_NAMED
    return f"{named} and {more} more" if more > 0 else named


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
