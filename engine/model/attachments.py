"""Files attached to a process instance: what is known of each, how it is named, where it is kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, ClassVar, Protocol

from engine.model.errors import RemitError
from engine.model.file_types import FILE_TYPES

LONGEST_NAME = 150
MEGABYTE = 1_000_000
MOST_PER_INSTANCE = 200


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """Which files an organisation takes: how large each may be, and of which types, by ending."""

    largest_mb: int = 20
    types: tuple[str, ...] = tuple(FILE_TYPES)

    @property
    def largest(self) -> int:
        """Return the largest size in bytes."""
        return self.largest_mb * MEGABYTE


LARGEST_MB = 50
"""The most that an organisation may allow for one file."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a process instance; `field` is the question that it answers, "" for none.

    Its content is kept elsewhere, under `key`, which follows from its id and never from its name.
    """

    id: str
    organisation: str
    process_instance_id: str
    user_task_id: str
    field: str
    name: str
    content_type: str
    size: int
    sha256: str
    attached_at: datetime
    attached_by: str

    @property
    def key(self) -> str:
        """Return where the content is kept in the store."""
        return f"{self.organisation}/{self.process_instance_id}/{self.id}"

    @property
    def answer(self) -> dict[str, Any]:
        """Return the file as an answer to a form's question holds it; plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": self.size,
            "sha256": self.sha256,
        }


class AttachmentStore(Protocol):
    """Where the contents of files are kept: a folder, or a bucket. Decides nothing.

    Each raises AttachmentStoreUnavailable when the place cannot be reached.
    """

    def put(self, key: str, content: BinaryIO, size: int) -> None:
        """Keep a content; it is complete once this returns."""

    def open(self, key: str) -> BinaryIO:
        """Return a content from its beginning; raise AttachmentNotFound when there is none."""

    def remove(self, key: str) -> None:
        """Remove a content; nothing happens when there is none."""


class AttachmentScanner(Protocol):
    """Looks for what may do harm in a file before it is kept."""

    def check(self, content: BinaryIO) -> None:
        """Raise AttachmentRefused for a harmful file, AttachmentNotScanned when it cannot be told."""


class AttachmentNotFound(RemitError):
    """There is no such file, or not for this actor, or its content is gone."""

    code: ClassVar[str] = "attachment_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such file here, or it is not yours to see.")


class AttachmentRefused(RemitError):
    """The file cannot be attached: its name, its type, its content or its size."""

    code: ClassVar[str] = "attachment_refused"


class AttachmentTooLarge(RemitError):
    """The file, or all of a request, is larger than is taken."""

    code: ClassVar[str] = "attachment_too_large"

    def __init__(self, largest_mb: int) -> None:
        super().__init__(
            f"The file must be {largest_mb} MB or smaller. Nothing was kept. Make it smaller, "
            "or split it, and try again."
        )


class AttachmentNotScanned(RemitError):
    """The scanner could not say whether the file is harmless, so it was not kept."""

    code: ClassVar[str] = "attachment_not_scanned"

    def __init__(self) -> None:
        super().__init__(
            "The file could not be checked for viruses, so it was not kept. Try again in a minute."
        )


class AttachmentDamaged(RemitError):
    """The kept content is not what was attached: its size or its SHA-256 is another."""

    code: ClassVar[str] = "attachment_damaged"

    def __init__(self) -> None:
        super().__init__(
            "The file is not what was attached: it has been damaged or changed where it is kept. "
            "Tell an administrator."
        )


class AttachmentStoreUnavailable(RemitError):
    """The place where files are kept cannot be reached; nothing was changed."""

    code: ClassVar[str] = "attachment_store_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Files cannot be reached at the moment. Nothing was changed. Try again in a minute."
        )


_SEPARATORS = re.compile(r"[/\\]")


def checked_name(raw: str) -> str:
    """Return a file's name as it is kept and shown; raise AttachmentRefused for one that is a trick.

    Names that lead to other folders, hide their ending or hold control characters are no slips.
    """
    name = unicodedata.normalize("NFC", raw).strip()
    if not name or name.strip(". ") == "":
        raise AttachmentRefused("The file needs a name. Rename it and try again.")
    if _SEPARATORS.search(name) or name.startswith("."):
        raise AttachmentRefused(
            "The file’s name must not hold slashes or begin with a dot. Rename it and try again."
        )
    if any(unicodedata.category(character) in _HIDDEN for character in name):
        raise AttachmentRefused(
            "The file’s name holds characters that cannot be seen. Rename it and try again."
        )
    if name.partition(".")[0].strip().lower() in _DEVICES:
        raise AttachmentRefused(
            "The file has the name of a device of Windows, which cannot be saved there. Rename it and "
            "try again."
        )
    if len(name) > LONGEST_NAME:
        raise AttachmentRefused(
            f"The file’s name must be {LONGEST_NAME} characters or fewer. Rename it and try again."
        )
    return name


_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)
"""Names that Windows keeps for devices, whatever their ending."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a name could hide something with: controls, turns of direction."""
