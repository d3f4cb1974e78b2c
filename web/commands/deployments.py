"""`deploy` and `check`: content goes live, or is only looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from engine import deployments
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.problems import DeploymentRefused, Problem, Severity
from web.commands.output import print_json, print_problems
from web.environment import read_settings
from web.opening import open_engine
from web.organisation_files import by_name, collect, home_of
from webhooks.problems import problem_as_json

PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command()
@PATHS
@click.option("--organisation", required=True, help="The organisation's key, such as derby.")
@click.option("--name", default="", help="What this deployment is called in lists.")
@AS_JSON
def deploy(paths: tuple[Path, ...], organisation: str, name: str, as_json: bool) -> int:
    """Deploy files or folders; a folder bpmn/ORG takes dmn/ORG along.

    All of it goes live together, or nothing. A new organisation is made from its
    organisation.yaml.
    """
    files = by_name(collect(paths))
    try:
        with open_engine(read_settings()) as engine:
            deployment = deployments.deploy(
                engine,
                by=system_actor(organisation),
                files=files,
                name=name,
                source="remit deploy",
            )
    except DeploymentRefused as refused:
        return _report(refused.problems, as_json)
    if as_json:
        print_json(
            {
                "id": deployment.id,
                "process_definitions": [
                    {"key": definition.key, "version": definition.version}
                    for definition in deployment.process_definitions
                ],
                "warnings": [problem_as_json(problem) for problem in deployment.warnings],
            }
        )
        return 0
    print_problems(deployment.warnings, err=True)
    for definition in deployment.definitions:
        click.echo(f"{definition.kind} {definition.key} version {definition.version}")
    return 0


@click.command()
@PATHS
@AS_JSON
def check(paths: tuple[Path, ...], as_json: bool) -> int:
    """Look for problems in files or folders without deploying them; exit code 1 on an error.

    Files in an organisation's folders are checked together with the rest of it.
    """
    together: dict[Path | None, dict[Path, bytes]] = {}
    for path, source in collect(paths).items():
        together.setdefault(home_of(path), {})[path] = source
    found = [problem for home, files in together.items() for problem in _checked(home, files)]
    return _report(found, as_json)


def _checked(home: Path | None, given: Mapping[Path, bytes]) -> list[Problem]:
    """Return the problems of these files, checked with the rest of their organisation."""
    asked = {path.resolve() for path in given}
    rest = collect([home]) if home else {}
    others = {path: source for path, source in rest.items() if path.resolve() not in asked}
    files = {str(path): source for path, source in {**given, **others}.items()}
    shown = {str(path) for path in given} | {""}
    problems = deployments.check(files, topics=HANDLERS.keys())
    return [problem for problem in problems if problem.file in shown]


def _report(problems: Sequence[Problem], as_json: bool) -> int:
    if as_json:
        print_json({"problems": [problem_as_json(problem) for problem in problems]})
    else:
        print_problems(problems)
    return int(any(problem.severity is Severity.ERROR for problem in problems))
