"""The command `remit`: finds the command asked for and turns refusals into one sentence and an exit code.

Does nothing itself. Exit codes: 0 done, 1 problems, 2 wrong usage. Commands are loaded when they
are called, so that `remit feel` does not wait for the web server's libraries.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import Any

import click

from engine.model.errors import RemitError

COMMANDS = {
    "serve": "web.commands.serving:serve",
    "worker": "web.commands.serving:worker",
    "deploy": "web.commands.deployments:deploy",
    "check": "web.commands.deployments:check",
    "test": "web.commands.scenarios:test",
    "simulate": "web.commands.scenarios:simulate",
    "coverage": "web.commands.clauses:coverage",
    "tck": "web.commands.decisions:tck",
    "decide": "web.commands.decisions:decide",
    "feel": "web.commands.expressions:feel",
    "token": "web.commands.tokens:token",
    "people": "web.commands.people:people",
    "demo": "web.commands.demo:demo",
    "jobs": "web.commands.jobs:jobs",
    "evidence": "web.commands.evidence:evidence",
    "db": "web.commands.database:db",
}


class Commands(click.Group):
    """The commands by name; each module is imported when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="remit")
@click.option("--traceback", "shows_traceback", is_flag=True, help="Show where a fault occurred.")
def remit(shows_traceback: bool) -> None:
    """Run public bodies' incident procedures: their diagrams, tables, forms and deadlines."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 problems, 2 wrong usage."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; what goes wrong is one sentence on standard error."""
    try:
        answer: Any = remit.main(args=arguments, prog_name="remit", standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return 1
    except BrokenPipeError:
        # Whoever read our output (`head`) has seen enough; nothing more can be written to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (RemitError, OSError) as error:
        click.echo(_sentence(error), err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 1
    except Exception as error:
        if "--traceback" in arguments:
            traceback.print_exc()
        click.echo(
            f"This is a fault in Remit: {type(error).__name__}: {error}. "
            "`remit --traceback ...` shows where.",
            err=True,
        )
        return 1


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return str(error)
