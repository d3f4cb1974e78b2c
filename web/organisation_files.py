"""Which files make up an organisation: its folders under `bpmn/` and `dmn/`, and `bpmn/shared/`.

Reads files only; never judges what is in them, except organisation.yaml where a caller needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from engine.bundle import ORGANISATION_FILE
from engine.content import CLAUSES_FILE, Organisation, parse_organisation
from engine.model.errors import RemitError
from engine.model.problems import DeploymentRefused

FOLDERS = ("bpmn", "dmn")
SHARED = "shared"
"""The folder of what several organisations call, in place of an organisation's own."""

CALLED = re.compile(rb"""\bcalledElement\s*=\s*["']([^"']*)["']""")

SUFFIXES = frozenset({".bpmn", ".dmn", ".form", ".md"})
"""What belongs to a deployment besides organisation.yaml and clauses.csv; the rest stays behind."""


class OrganisationFolderNotFound(RemitError):
    """There is no folder for this organisation."""

    code: ClassVar[str] = "organisation_folder_not_found"

    def __init__(self, key: str, content: Path) -> None:
        known = ", ".join(organisations(content)) or "none"
        super().__init__(
            f"There is no {content / 'bpmn' / key / ORGANISATION_FILE}; organisations here: {known}."
        )


class FilesRefused(RemitError):
    """The paths given do not make a deployment; the text says why."""

    code: ClassVar[str] = "files_refused"


def organisations(content: Path) -> list[str]:
    """Return the keys of the organisations under `content`, which holds `bpmn/` and `dmn/`."""
    return sorted(path.parent.name for path in content.glob(f"bpmn/*/{ORGANISATION_FILE}"))


def files_of(content: Path, organisation: str) -> dict[str, bytes]:
    """Return an organisation's files by name; raises `OrganisationFolderNotFound`."""
    folder = content / "bpmn" / organisation
    if not (folder / ORGANISATION_FILE).is_file():
        raise OrganisationFolderNotFound(organisation, content)
    return by_name(collect([folder]))


def organisation_of(content: Path, key: str) -> Organisation:
    """Return what an organisation's organisation.yaml says; raises `DeploymentRefused`."""
    path = content / "bpmn" / key / ORGANISATION_FILE
    if not path.is_file():
        raise OrganisationFolderNotFound(key, content)
    organisation, problems = parse_organisation(path.read_bytes(), str(path))
    if organisation is None:
        raise DeploymentRefused(problems)
    return organisation


def collect(paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return the files that `paths` name, in order, each once.

    A folder stands for every file of a deployment's kinds below it; a folder `bpmn/<name>` takes
    its sibling `dmn/<name>` along, and `bpmn/shared` when one of an organisation's diagrams calls
    a process that lies there. Raises `FilesRefused` when there is nothing to take.
    """
    found: dict[Path, bytes] = {}
    seen: set[Path] = set()
    for path in _files(paths):
        if path.resolve() not in seen:
            seen.add(path.resolve())
            found[path] = path.read_bytes()
    if not found:
        raise FilesRefused(f"There is no {', '.join(sorted(SUFFIXES))} file to take.")
    return found


def by_name(files: Mapping[Path, bytes]) -> dict[str, bytes]:
    """Return files by their name alone, as a deployment keeps them.

    Raises `FilesRefused` when two of them have one name.
    """
    found: dict[str, Path] = {}
    for path in files:
        if path.name in found:
            raise FilesRefused(
                f"{found[path.name]} and {path} have the same name: a deployment keeps files by "
                "name."
            )
        found[path.name] = path
    return {name: files[path] for name, path in found.items()}


def home_of(path: Path) -> Path | None:
    """Return the folder `bpmn/<organisation>` of the organisation that a file belongs to, if any.

    A shared file belongs to `bpmn/shared`.
    """
    for folder in path.absolute().parents:
        if folder.parent.name in FOLDERS:
            home = folder.parent.parent / "bpmn" / folder.name
            if (home / ORGANISATION_FILE).is_file() or folder.name == SHARED:
                return home
    return None


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        yield from _below(path)
        folder = path.absolute()
        sibling = path.parent.parent / "dmn" / folder.name
        if folder.parent.name == "bpmn" and sibling.is_dir():
            yield from _below(sibling)
        if (path / ORGANISATION_FILE).is_file():
            yield from _shared(path)


def _shared(organisation: Path) -> Iterator[Path]:
    """Yield the shared files when the organisation's diagrams call a shared process.

    A process lies in the file of its own name. An organisation that calls none is deployed
    without what it would never use.
    """
    home = organisation.parent / SHARED
    called = {
        name.decode(errors="replace")
        for diagram in organisation.rglob("*.bpmn")
        for name in CALLED.findall(diagram.read_bytes())
    }
    if any((home / f"{name}.bpmn").is_file() for name in called):
        yield from _files([home])


def _below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and (path.suffix in SUFFIXES or path.name in (ORGANISATION_FILE, CLAUSES_FILE))
        and not path.name.startswith(".")
    )
