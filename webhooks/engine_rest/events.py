"""The whole history of one instance, and the variables and lists that are made of it."""

from __future__ import annotations

from engine import process_instances
from engine.model.history import RecordedEvent
from engine.model.pages import LARGEST_PAGE, PageRequest
from webhooks.caller import caller, engine


def of_instance(instance_id: str) -> list[RecordedEvent]:
    """Return what happened to an instance, in order."""
    found: list[RecordedEvent] = []
    token = None
    while True:
        page = process_instances.history(
            engine(),
            by=caller(),
            instance_id=instance_id,
            page=PageRequest(size=LARGEST_PAGE, token=token),
        )
        found += page.items
        token = page.next_token
        if token is None:
            return found
