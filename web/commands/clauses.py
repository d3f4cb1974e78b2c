"""`coverage`: which core clauses of the policies something executes and a scenario has run."""

from __future__ import annotations

import click

from web.commands.output import print_json
from web.environment import read_settings
from web.organisation_files import organisations
from web.scenarios.suite import run_all


@click.command()
@click.argument("organisation", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def coverage(organisation: str | None, as_json: bool) -> None:
    """Count the core clauses of one ORGANISATION's policy, or of all."""
    content = read_settings().content
    keys = [organisation] if organisation else organisations(content)
    found = {key: run_all(content, key).clauses for key in keys}
    missing = [clause for clauses in found.values() for clause in clauses.missing]
    if as_json:
        print_json(
            {
                "organisations": {
                    key: {
                        "core": {
                            "executed": len(clauses.executed),
                            "tested": len(clauses.tested),
                            "total": len(clauses.core),
                        }
                    }
                    for key, clauses in found.items()
                },
                "missing": missing,
            }
        )
        return
    for key, clauses in found.items():
        click.echo(
            f"{key}: of {len(clauses.core)} core clauses {len(clauses.executed)} are executed and "
            f"{len(clauses.tested)} were run by a scenario"
        )
    for clause in missing:
        click.echo(f"        missing: {clause}")
