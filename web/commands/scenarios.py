"""`test` and `simulate`: scenarios run in memory, judged or only shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from web.commands.output import print_json
from web.environment import read_settings
from web.organisation_files import organisations
from web.scenarios import report
from web.scenarios.coverage import Share
from web.scenarios.reading import read_scenario
from web.scenarios.runner import run
from web.scenarios.suite import SuiteResult, run_all, world_of, zones

SHARES = ("elements", "flows", "rules")


@click.command()
@click.argument("organisation", required=False)
@click.option(
    "--coverage", is_flag=True, help="Say what the scenarios took, and what they did not."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test(organisation: str | None, coverage: bool, as_json: bool) -> int:
    """Run the scenarios of one ORGANISATION, or of all; exit code 1 when one fails."""
    content = read_settings().content
    keys = [organisation] if organisation else organisations(content)
    results = [run_all(content, key) for key in keys]
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    if as_json:
        print_json(
            {
                "scenarios": {"passed": passed, "failed": failed},
                **{name: _sum(results, name) for name in SHARES},
            }
        )
        return int(failed > 0)
    for result in results:
        for outcome in result.outcomes:
            mark = "passed" if outcome.passed else "FAILED"
            click.echo(f"{mark}  {outcome.scenario.name}")
            for failure in outcome.failures:
                click.echo(f"        {failure}")
        for refused in result.unreadable:
            for problem in refused.problems:
                click.echo(f"FAILED  {problem}")
        if coverage:
            _print_coverage(result)
    click.echo(f"{passed} passed, {failed} failed")
    return int(failed > 0)


@click.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(scenario: Path, as_json: bool) -> int:
    """Run one SCENARIO and show what happened, whatever it expects."""
    content = read_settings().content
    read = read_scenario(scenario, zones=zones(content))
    with world_of(content, read.organisation) as world:
        outcome = run(read, world, judge=False)
    if as_json:
        print_json(report.as_json(outcome))
    else:
        click.echo(report.as_text(outcome))
    for failure in outcome.failures:
        click.echo(str(failure), err=True)
    return int(not outcome.passed)


def _share(result: SuiteResult, name: str) -> Share:
    share: Share = getattr(result.coverage, name)
    return share


def _sum(results: list[SuiteResult], name: str) -> dict[str, Any]:
    shares = [_share(result, name) for result in results]
    return {
        "taken": sum(share.taken for share in shares),
        "total": sum(share.total for share in shares),
    }


def _print_coverage(result: SuiteResult) -> None:
    for name in SHARES:
        share = _share(result, name)
        click.echo(f"{result.organisation}: {share.taken} of {share.total} {name} taken")
        for missing in share.missing:
            click.echo(f"        not taken: {missing}")
