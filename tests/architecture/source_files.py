"""The project's own source files, for the guards in this folder. Judges nothing."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "webhooks", "web")


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is committed or would be, without what .gitignore leaves out."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in listing.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def modules(*packages: str) -> list[Path]:
    """Return the Python modules of these packages, all three without a name."""
    wanted = packages or PACKAGES
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted
    ]


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each call in a module as its dotted name and line, such as `yaml.load`, 12."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each module that a module imports, and the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno


def dotted(node: ast.expr) -> str:
    """Return a name or attribute as written, such as `datetime.now`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def place(path: Path, line: int) -> str:
    """Return where something stands, relative to the project."""
    return f"{path.relative_to(ROOT)}:{line}"
