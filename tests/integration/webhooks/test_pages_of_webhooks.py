"""Who looks after an organisation sees what was sent and what came in, and may send it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import deployments, jobs, process_instances, webhook_deliveries, webhook_endpoints
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.model.pages import PageRequest
from engine.model.webhook_endpoints import EventType
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import World
from tests.integration.engine.acme import NOW, ONE_TASK, ORGANISATION
from tests.integration.web.browser import Browser
from tests.integration.webhooks.receiver import Receiver
from web.app import create_app
from web.settings import Environment, Settings
from webhooks.deliver import SignedWebhooks

SECRET_KEY = "a secret key that only these tests know, 0123"
BY = system_actor("acme")
SOURCE = """
webhook_sources:
  - id: rota
    description: The rota
    signature: {scheme: bearer}
    start: {process: p, business_key: = body.reference}
""".replace("= body.reference", '"= body.reference"')
CONNECTORS = """
connector_hosts: [register.example.org]
connector_secrets: [{name: register, description: The register's key}]
connectors:
  - topic: look
    description: Looks up a thing
    method: GET
    url: https://register.example.org/things/{{ process_instance.business_key }}
    secret: {name: register}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    store.upgrade()
    clock = ManualClock(NOW)
    sender = SignedWebhooks(lambda: SECRET_KEY, insecure=True)
    engine = ProcessEngine(store=store, clock=clock, handlers=HANDLERS, webhook_sender=sender)
    files = {
        "organisation.yaml": (ORGANISATION + SOURCE + CONNECTORS).encode(),
        "p.bpmn": ONE_TASK,
    }
    deployments.deploy(engine, by=BY, files=files)
    settings = Settings(secret_key=SECRET_KEY, environment=Environment.TEST)
    yield World(engine, clock, create_app(engine, settings))
    store.close()


@pytest.fixture
def browser(world: World) -> Browser:
    browser = Browser(world.app.test_client()).opens("/sign-in")
    secret = world.secret("administrator", "acme")
    client = world.app.test_client()
    browser.client = client
    browser.opens("/sign-in")
    [field] = browser.page.xpath("//input[@name='token' or @name='secret']")
    browser.types(**{field.get("name"): secret})
    [button] = field.xpath("ancestor::form[1]//button")
    return browser.presses(
        " ".join(button.text_content().split()),
        within="//form[.//input[@name='token' or @name='secret']]",
    )


def test_a_dead_letter_is_shown_with_its_attempts_and_sent_again(
    world: World, browser: Browser, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 410 if number == 0 else 204
    endpoint, _ = webhook_endpoints.create(
        world.engine, by=BY, url=receiver.url, event_types=[EventType.PROCESS_INSTANCE_STARTED]
    )
    process_instances.start(
        world.engine, by=BY, process_definition_key="p", business_key="A-1", variables={}
    )
    jobs.run_due(world.engine)
    webhook_endpoints.enable(world.engine, by=BY, endpoint_id=endpoint.id)
    browser.opens("/administration").follows("Webhooks out")
    assert browser.heading == "Webhooks out"
    assert "process_instance.started" in browser.text
    assert ": 410" in browser.text
    [button] = browser.page.xpath("//main//table//button")
    browser.presses(" ".join(button.text_content().split()), within="//main//table")
    jobs.run_due(world.engine)
    assert receiver.heard() == ["process_instance.started"]
    page = webhook_deliveries.listing(world.engine, by=BY, page=PageRequest())
    assert [one.state for one in page.items] == ["delivered"]


def test_jobs_that_send_are_named_on_the_page_of_jobs(
    world: World, browser: Browser, receiver: Receiver
) -> None:
    webhook_endpoints.create(
        world.engine, by=BY, url=receiver.url, event_types=[EventType.PROCESS_INSTANCE_STARTED]
    )
    process_instances.start(
        world.engine, by=BY, process_definition_key="p", business_key="A-1", variables={}
    )
    assert "Webhooks to another system" in browser.opens("/administration/jobs?state=due").text


def test_what_came_in_is_shown_and_a_payload_is_tried(world: World, browser: Browser) -> None:
    admin = world.caller("administrator", "acme")
    secret = admin.post("/webhook-sources/rota/secret", {}).json["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    client = world.app.test_client()
    client.post("/webhooks/acme/rota", data=json.dumps({"reference": "R-1"}), headers=headers)
    browser.opens("/administration").follows("Webhooks in")
    assert "rota" in browser.text
    assert "Started" in browser.text
    browser.types(payload='{"reference": "R-2"}').presses("Say what it would do")
    assert '"by the key": "R-2"' in browser.text
    browser.types(payload="{}").presses("Say what it would do")
    assert browser.status == 422
    found = process_instances.listing(world.engine, by=BY, page=PageRequest())
    assert [one.business_key for one in found.items] == ["R-1"]


def test_a_secret_is_set_for_hosts_that_are_ticked_and_never_shown(
    world: World, browser: Browser
) -> None:
    browser.opens("/administration/connectors")
    assert "GET register.example.org" in browser.text
    assert "Not set" in browser.text
    form = "//form[.//input[@type='password']]"
    browser.types(secret="the register's own words")
    browser.presses("Keep the secret register", within=form)
    assert "Name the hosts" in browser.text
    browser.types(secret="the register's own words", hosts=["register.example.org"])
    browser.presses("Keep the secret register", within=form)
    assert "It goes to register.example.org and nowhere else" in browser.text
    assert "the register's own words" not in browser.text
    with world.engine.reading("acme") as tx:
        assert [one.hosts for one in tx.connector_secrets.listing()] == [("register.example.org",)]
    browser.presses("Forget it: the secret register")
    assert "Not set" in browser.text
