"""The example pipelines call commands that there are, with options that they have."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from web import cli

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "pipelines"
FILES = sorted(FOLDER.glob("*.yml"))


def lines(value: Any) -> list[str]:
    """Return every command line in a pipeline file."""
    if isinstance(value, dict):
        return [
            line
            for key, inner in value.items()
            for line in ([inner] if key == "run" else lines(inner))
        ]
    if isinstance(value, list):
        return [line for item in value for line in lines(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_pipeline_checks_tries_and_deploys(file: Path) -> None:
    called = {}
    for line in lines(yaml.safe_load(file.read_text())):
        words = shlex.split(line)
        if words[:1] == ["remit"] and len(words) > 1:
            command = cli.remit.get_command(click.Context(cli.remit), words[1])
            assert command is not None, line
            called[words[1]] = command.make_context(words[1], words[2:], resilient_parsing=True)
    assert list(called) == ["check", "test", "deploy"]
    assert called["deploy"].params["server"].startswith("https://")
    assert "--token" not in file.read_text()
    assert "REMIT_TOKEN" in file.read_text()
