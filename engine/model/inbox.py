"""What a person asks of their inbox: an order and filters. Finds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class InboxOrder(StrEnum):
    """What comes first; tasks that have no such instant come last, the oldest first."""

    DUE = "due"
    FOLLOW_UP = "follow_up"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """`overdue_at`: only tasks whose due time is before it."""

    order: InboxOrder = InboxOrder.DUE
    process_definition_key: str | None = None
    overdue_at: datetime | None = None
