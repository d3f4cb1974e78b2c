"""Keeps contents as files below one folder, named by key, readable by their owner alone."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from engine.model.attachments import AttachmentNotFound, AttachmentStoreUnavailable

_PART = re.compile(r"[a-z0-9_]{1,64}")
"""What a step of a key looks like: an organisation's key or an id, never anything from outside."""


class FolderStore:
    """A folder. A content appears under its key once it is whole and safely on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: BinaryIO, size: int) -> None:
        """Keep a content; it is complete once this returns."""
        target = self._path(key)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".unfinished-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    shutil.copyfileobj(content, file)
                    file.flush()
                    os.fsync(file.fileno())
                    whole = file.tell() == size
                if not whole:
                    raise AttachmentStoreUnavailable
                Path(unfinished).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(unfinished).unlink()
                raise
        except OSError as error:
            raise AttachmentStoreUnavailable from error

    def open(self, key: str) -> BinaryIO:
        """Return a content from its beginning; raise AttachmentNotFound when there is none."""
        try:
            return cast(BinaryIO, self._path(key).open("rb"))
        except FileNotFoundError as error:
            raise AttachmentNotFound from error
        except OSError as error:
            raise AttachmentStoreUnavailable from error

    def remove(self, key: str) -> None:
        """Remove a content; nothing happens when there is none."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise AttachmentStoreUnavailable from error
        with suppress(OSError):
            path.parent.rmdir()  # only when it is empty now

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(_PART.fullmatch(part) for part in parts):
            raise AttachmentNotFound
        return self._folder.joinpath(*parts)
