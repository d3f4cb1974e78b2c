"""A council on either database whose other system listens on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import deployments
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.engine.acme import NOW, ORGANISATION, TEMPLATE, Acme
from tests.integration.webhooks.receiver import Receiver
from webhooks.deliver import SignedWebhooks

SECRET_KEY = "a secret key that only these tests know, 0123"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def acme(store: Store) -> Acme:
    engine = ProcessEngine(
        store=store,
        clock=ManualClock(NOW),
        handlers=HANDLERS,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
        address="https://remit.example.org",
    )
    acme = Acme(engine, engine.clock, system_actor("acme"))
    deployments.deploy(
        engine,
        by=acme.by,
        files={"organisation.yaml": ORGANISATION.encode(), "late.md": TEMPLATE},
    )
    return acme
