"""Asks a command whether a file is harmless: it gets the content as input and answers by its exit code."""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from typing import BinaryIO

from engine.model.attachments import AttachmentNotScanned, AttachmentRefused

log = logging.getLogger("remit.attachments")

HARMLESS, HARMFUL = 0, 1
"""The exit codes of ClamAV's own scanners; any other says that it could not be told."""
SECONDS = 60.0


class CommandScanner:
    """A command such as `clamdscan --no-summary -`. It is never given the file's name."""

    def __init__(self, command: Sequence[str], *, seconds: float = SECONDS) -> None:
        self._command = tuple(command)
        self._seconds = seconds

    def check(self, content: BinaryIO) -> None:
        """Raise AttachmentRefused for a harmful file, AttachmentNotScanned when it cannot be told."""
        code = self._answer(content)
        if code == HARMFUL:
            raise AttachmentRefused(
                "The file was not kept: the virus scanner found something harmful in it. Tell "
                "whoever looks after your organisation’s computers."
            )
        if code != HARMLESS:
            raise AttachmentNotScanned

    def _answer(self, content: BinaryIO) -> int | None:
        """Return the command's exit code, None when it could not be run or took too long."""
        with tempfile.TemporaryFile() as given:
            shutil.copyfileobj(content, given)
            given.seek(0)
            try:
                done = subprocess.run(  # noqa: S603 - the administrator's own command, no shell
                    self._command,
                    stdin=given,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=self._seconds,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                log.error("the scanner of files did not answer: %s", type(error).__name__)
                return None
        return done.returncode
