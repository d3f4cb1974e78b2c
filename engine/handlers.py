"""Which handler serves which topic of service and send tasks."""

from __future__ import annotations

from collections.abc import Mapping

from engine import collecting, notices
from engine.bundle import NOTICE_TOPIC
from engine.collected import COLLECT_TOPIC
from engine.process_engine import Handler

HANDLERS: Mapping[str, Handler] = {
    COLLECT_TOPIC: collecting.collect,
    NOTICE_TOPIC: notices.deliver,
}
"""Remit's own handlers by topic. Every other topic waits for a program outside."""
