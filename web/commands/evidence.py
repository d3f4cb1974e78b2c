"""`evidence`: all that is recorded of one instance, as one JSON object."""

from __future__ import annotations

from contextlib import suppress

import click

from engine import evidence as records
from engine import organisations
from engine.model.actors import system_actor
from engine.model.process_instances import ProcessInstanceNotFound
from engine.process_engine import ProcessEngine
from web.commands.output import print_json
from web.environment import read_settings
from web.opening import open_engine


@click.command()
@click.argument("instance")
@click.option("--organisation", help="Look for the instance in this organisation only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; it always is one.")
def evidence(instance: str, organisation: str | None, as_json: bool) -> int:
    """Print all that is recorded of the process INSTANCE; exit code 1 when its history is not whole."""
    # Only this command waits for the libraries of the API, whose shape of the answer it shares.
    from webhooks.api.evidence import EvidenceSchema

    with open_engine(read_settings()) as engine:
        found = _found(engine, instance, organisation)
    print_json(EvidenceSchema().dump(found))
    if found.verification.whole:
        return 0
    click.echo(
        f"The history of {instance} is not whole: see event {found.verification.broken_at}.",
        err=True,
    )
    return 1


def _found(engine: ProcessEngine, instance: str, organisation: str | None) -> records.Evidence:
    keys = [organisation] if organisation else [one.key for one in organisations.listing(engine)]
    for key in keys:
        with suppress(ProcessInstanceNotFound):
            return records.of_instance(engine, by=system_actor(key), instance_id=instance)
    raise ProcessInstanceNotFound(instance)
