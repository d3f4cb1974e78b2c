"""Messages on hold: they came before anything waited for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BufferedMessage:
    """One message on hold. `variables` are encoded for storage."""

    id: str
    name: str
    correlation_key: str | None
    variables: Mapping[str, Any]
    received_at: datetime
    expires_at: datetime
