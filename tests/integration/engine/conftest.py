"""Acme Council on a real engine, on either database, with a clock moved by hand."""

from __future__ import annotations

import pytest

from engine import deployments
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.process_engine import Handler, ProcessEngine
from engine.store import Store
from tests.integration.engine.acme import NOW, ORGANISATION, TEMPLATE, Acme, RecordingHandler


@pytest.fixture
def outside() -> RecordingHandler:
    """The world outside, behind the topic `call_out`."""
    return RecordingHandler()


@pytest.fixture
def acme(store: Store, outside: RecordingHandler) -> Acme:
    clock = ManualClock(NOW)
    handlers: dict[str, Handler] = {**HANDLERS, "call_out": outside}
    engine = ProcessEngine(store=store, clock=clock, handlers=handlers)
    acme = Acme(engine, clock, system_actor("acme"))
    deployments.deploy(
        engine,
        by=acme.by,
        files={"organisation.yaml": ORGANISATION.encode(), "late.md": TEMPLATE},
    )
    return acme
