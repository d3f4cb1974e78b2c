"""Runs the command line in this process, in a folder of its own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from web import cli

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ran:
    """What a command gave back: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def remit(tmp_path, monkeypatch, capfd):
    """Return a function that runs `remit ARGUMENTS...` in an empty folder."""
    for name in list(os.environ):
        if name.startswith("REMIT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REMIT_CONTENT", str(ROOT))

    def run(*arguments):
        capfd.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
