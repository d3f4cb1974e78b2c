"""The root of everything Remit refuses. One subclass per thing a caller can act on."""

from __future__ import annotations

from typing import ClassVar


class RemitError(Exception):
    """Something a caller can act on: `code` is stable, `str(error)` says what and what to do."""

    code: ClassVar[str] = "error"
