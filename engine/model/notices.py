"""Notices: what was told to whom, by which clause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice delivered to one role. Its job's id makes a repeated delivery harmless."""

    job_id: str
    to_role: str
    process_instance_id: str
    element_id: str
    template: str
    channel: str
    subject: str
    body: str
    clauses: tuple[str, ...]
    delivered_at: datetime
