"""`jobs`: what waits to be done, and what has failed for good."""

from __future__ import annotations

import click

from engine import jobs as job_queue
from engine import organisations
from engine.model.actors import system_actor
from engine.model.pages import LARGEST_PAGE, PageRequest
from web.commands.output import print_json
from web.environment import read_settings
from web.opening import open_engine


@click.command()
@click.option("--organisation", help="Only this organisation's jobs.")
@click.option("--state", type=click.Choice(["due", "waiting", "dead_letter"]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def jobs(organisation: str | None, state: str | None, as_json: bool) -> None:
    """List jobs: timers, service tasks and messages still to be done."""
    found = []
    with open_engine(read_settings()) as engine:
        keys = [organisation] if organisation else [o.key for o in organisations.listing(engine)]
        for key in keys:
            page = PageRequest(size=LARGEST_PAGE)
            while True:
                part = job_queue.listing(engine, by=system_actor(key), state=state, page=page)
                found += [(key, job) for job in part.items]
                if part.next_token is None:
                    break
                page = PageRequest(size=LARGEST_PAGE, token=part.next_token)
    if as_json:
        print_json(
            {
                "jobs": [
                    {
                        "id": job.id,
                        "organisation": key,
                        "kind": job.kind,
                        "process_instance_id": job.process_instance_id,
                        "element_id": job.element_id,
                        "due_at": job.due_at.isoformat(),
                        "state": job.state,
                        "attempts": job.attempts,
                        "max_attempts": job.max_attempts,
                        "last_error": job.last_error,
                    }
                    for key, job in found
                ]
            }
        )
        return
    for key, job in found:
        error = f"  {job.last_error}" if job.last_error else ""
        click.echo(
            f"{key}  {job.id}  {job.kind}  {job.element_id}  {job.state}  "
            f"due {job.due_at.isoformat()}  attempts {job.attempts}/{job.max_attempts}{error}"
        )
