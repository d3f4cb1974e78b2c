"""Reads a body that is too large and keeps none of it, so that its sender gets to read the answer.

Closing the connection in the middle of an upload, as waitress does, shows people a browser's error
page. The application sees the length that was announced, and refuses it before it reads anything.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.receiver import FixedStreamReceiver  # type: ignore[import-untyped]
from waitress.utilities import RequestEntityTooLarge  # type: ignore[import-untyped]

MOST_DISCARDED = 1_000_000_000
"""Bytes; whoever announces more is cut off."""


class DiscardingParser(HTTPRequestParser):  # type: ignore[misc]
    """waitress's parser of one request, but for bodies of an announced length that is too large."""

    completed: bool
    body_rcv: Any
    error: Any
    _discards = False

    def received(self, data: bytes) -> int:
        """Take what has arrived and return how much of it belongs to this request."""
        if self._discards and not self.completed:
            taken = int(self.body_rcv.received(data))
            self.body_bytes_received += taken
            self.completed = bool(self.body_rcv.completed)
            return taken
        taken = int(super().received(data))
        too_large = isinstance(self.error, RequestEntityTooLarge) and not self.chunked
        if too_large and self.content_length <= MOST_DISCARDED:
            self.error, self.completed, self._discards = None, False, True
            self.body_rcv = FixedStreamReceiver(self.content_length, _Nothing())
        return taken


class _Nothing:
    """A buffer that stays empty whatever is put into it."""

    def append(self, data: bytes) -> None:
        """Keep nothing."""

    def getfile(self) -> BytesIO:
        return BytesIO()

    def __len__(self) -> int:
        return 0

    def close(self) -> None:
        """There is nothing to give back."""
