"""The system's Chromium for tests: found, or installed where apt is allowed, or a true reason why not."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS_TO_INSTALL = 300
TRIED = Path(__file__).resolve().parents[2] / "var" / "chromium-was-tried"
"""Holds why an installation failed, so that one run tries it once, however many workers it has."""
NOT_LOOKED_AT = "not looked at in a browser"


class NoChromium(Exception):
    """There is no Chromium and none could be installed; the text says why."""


@lru_cache
def chromium() -> str:
    """Return the path of a Chromium; raise NoChromium."""
    found = _found()
    if found:
        return found
    TRIED.parent.mkdir(parents=True, exist_ok=True)
    with TRIED.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # other workers wait for this one's outcome
        if found := _found():
            return found
        file.seek(0)
        reason = file.read() or _install()
        if reason:
            file.truncate(0)
            file.write(reason)
    if found := _found():
        return found
    raise NoChromium(
        f"{NOT_LOOKED_AT}: no Chromium here ({reason}). Install it (apt-get install chromium) or "
        "name one in CHROMIUM."
    )


def _found() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> str:
    """Install it with apt; return why that was not possible, "" when it was."""
    if shutil.which("apt-get") is None:
        return "this system has no apt-get to install it with"
    if os.geteuid() != 0:
        return "only root may install it, and the tests run as somebody else"
    try:
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            done = subprocess.run(
                ["apt-get", "--quiet", *command],
                capture_output=True,
                text=True,
                timeout=SECONDS_TO_INSTALL,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                check=False,
            )
            if done.returncode:
                return f"apt-get {command[0]} failed: {done.stderr.strip()[-200:]}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"apt-get did not finish: {type(error).__name__}"
    return ""
