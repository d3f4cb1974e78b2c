"""`deploy` and `check`: content goes live, or is only looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from engine import deployments
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.problems import DeploymentRefused, Problem, Severity
from engine.model.process_definitions import DefinitionKind, Deployment
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
@click.option("--server", help="A running Remit to deploy to, such as https://remit.example.org.")
@click.option(
    "--token",
    envvar="REMIT_TOKEN",
    help="The token for --server, of a role that may deploy; better in REMIT_TOKEN.",
)
@AS_JSON
def deploy(
    paths: tuple[Path, ...],
    organisation: str,
    name: str,
    server: str | None,
    token: str | None,
    as_json: bool,
) -> int:
    """Deploy files or folders; a folder bpmn/ORG takes dmn/ORG along.

    All of it goes live together, or nothing. A new organisation is made from its
    organisation.yaml. With --server it goes live there, and nothing is kept here.
    """
    files = by_name(collect(paths))
    if server is not None and not token:
        raise click.UsageError("--server needs a token: give it in REMIT_TOKEN.")
    try:
        if server is not None:
            return _told(_at_server(server, str(token), organisation, files, name), as_json)
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
    return _told(_Deployed.of(deployment), as_json)


@dataclass(frozen=True)
class _Deployed:
    """What a deployment brought, here or at a server."""

    id: str
    definitions: tuple[tuple[str, str, int], ...]
    warnings: tuple[Problem, ...]

    @classmethod
    def of(cls, deployment: Deployment) -> _Deployed:
        return cls(
            deployment.id,
            tuple((str(one.kind), one.key, one.version) for one in deployment.definitions),
            deployment.warnings,
        )


def _at_server(
    server: str, token: str, organisation: str, files: Mapping[str, bytes], name: str
) -> _Deployed:
    # Only this way waits for the library.
    from web.commands.server import deploy as deploy_there
    from web.commands.server import problem_of

    answer = deploy_there(server, token=token, organisation=organisation, files=files, name=name)
    return _Deployed(
        answer["id"],
        tuple(
            (str(DefinitionKind.PROCESS), str(one["key"]), int(one["version"]))
            for one in answer.get("process_definitions", ())
        ),
        tuple(problem_of(found) for found in answer.get("warnings", ())),
    )


def _told(deployed: _Deployed, as_json: bool) -> int:
    if as_json:
        print_json(
            {
                "id": deployed.id,
                "process_definitions": [
                    {"key": key, "version": version}
                    for kind, key, version in deployed.definitions
                    if kind == DefinitionKind.PROCESS
                ],
                "warnings": [problem_as_json(problem) for problem in deployed.warnings],
            }
        )
        return 0
    print_problems(deployed.warnings, err=True)
    for kind, key, version in deployed.definitions:
        click.echo(f"{kind} {key} version {version}")
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
