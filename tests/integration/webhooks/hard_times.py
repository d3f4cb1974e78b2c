"""A served council and a receiver that have a hard time: both die, and the receiver fails. Asserts nothing
but that something happens in time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from engine.webhook_streams import TOGETHER
from tests.acceptance.served import Served
from tests.integration.webhooks.receiver import Received, Receiver

NOW = datetime(2026, 12, 24, 10, tzinfo=UTC)
UNDER_WAY = 4 * TOGETHER
"""What four streams may have sent and not noted when the server is killed: these alone may come twice."""


def council(folder: Path, files: Mapping[str, str | bytes]) -> Served:
    """Return a server of its own, started, with one organisation of these files, by their paths in its folder."""
    content = folder / "content"
    (content / "dmn").mkdir(parents=True)
    for name, text in files.items():
        path = content / "bpmn" / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    served = Served(folder, NOW)
    served.environment["REMIT_CONTENT"] = str(content)
    served.starts()
    served.token = served.runs(
        "token", "create", "--organisation", "acme", "--role", "administrator"
    ).strip()
    return served


def fails_three_times_in_ten(number: int) -> int:
    """Answer without a rhythm: one that meets the receiver's would fail every time."""
    return 500 if hashlib.sha256(str(number).encode()).digest()[0] < 0.3 * 256 else 204


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def distinct(receiver: Receiver) -> int:
    """How many deliveries were accepted, each counted once."""
    return len({one.id for one in receiver.accepted})


def by_instance(receiver: Receiver) -> dict[str, list[str | None]]:
    """Return the elements that were heard of, in the order in which each was first accepted."""
    first: dict[str, Received] = {}
    for one in receiver.accepted:
        first.setdefault(one.id, one)
    heard: dict[str, list[str | None]] = {}
    for one in first.values():
        heard.setdefault(one.event["subject"], []).append(one.event["data"].get("element_id"))
    return heard
