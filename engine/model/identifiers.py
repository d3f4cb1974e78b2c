"""Makes the identifiers of everything stored: random UUIDs as 32 hexadecimal digits."""

from __future__ import annotations

from uuid import uuid4


def new_id() -> str:
    """Return a fresh random identifier that nobody can guess from another."""
    return uuid4().hex
