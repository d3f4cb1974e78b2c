"""Webhooks in, as bytes come over the wire: each oddity has a clear outcome, and changes nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import deployments, process_instances
from engine.handlers import HANDLERS
from engine.model.actors import system_actor
from engine.model.clock import ManualClock
from engine.process_engine import ProcessEngine
from engine.store import Store
from tests.integration.api.world import World
from tests.integration.engine.acme import EVERYTHING, NOW, ONE_TASK, ORGANISATION
from web.app import create_app
from web.settings import Environment, Settings
from webhooks import signatures
from webhooks.deliver import SignedWebhooks
from webhooks.engine_rest.held_requests import create_server
from webhooks.engine_rest.registration import waiting_room

SECRET_KEY = "a secret key that only these tests know, 0123"
SOURCES = """
webhook_sources:
  - id: forms
    description: Forms
    signature: {scheme: bearer}
    largest: 1000
    start: {process: p, business_key: = body.ref}
  - id: generic
    description: Any system
    signature: {scheme: standard_webhooks}
    start: {process: p, business_key: = body.ref}
"""

HEADERS = [
    (b"Content-Length: 2", b"Content-Length: 3"),
    (b"Content-Length: -1",),
    (b"Content-Length: 1e3",),
    (b"Content-Length: 999999999999",),
    (b"Content-Length: 2", b"webhook-id: a\rwebhook-id: b"),
    (b"Content-Length: 2", b"webhook-id : a"),
    (b"Content-Length: 2", b"no colon"),
    (b"Content-Length: 2", b"X: " + b"x" * 1_000_000),
]
PAYLOADS = [
    (b'{"ref": "a", "ref": "b"}', 400),
    (b'{"ref": "a", "n": NaN}', 400),
    (b'{"ref": "a", "n": -Infinity}', 400),
    (b'{"ref": "a", "n": 1e99999}', 400),
    (b'{"ref": "a", "n": ' + b"9" * 5_000 + b"}", 400),
    (b'{"ref": "a", "n": ' + b"[" * 101 + b"]" * 101 + b"}", 400),
    ('{"ref": "a"}'.encode("utf-16"), 400),
    ('{"ref": "é"}'.encode("latin-1"), 400),
    (b'\xef\xbb\xbf{"ref": "a"}', 400),
    (b'{"ref": "a\\u0000"}', 400),
    (b'{"ref": "a\\ud800"}', 400),
    (b"", 400),
    (b"null", 422),
    (b"[]", 422),
    (b'"a"', 422),
    (b'{"ref": null}', 422),
    (b'{"ref": {"a": 1}}', 422),
    (b'{"ref": true}', 422),
    (json.dumps({"ref": "x" * 201}).encode(), 422),
]
ADDRESSES = [
    ("/webhooks/acme/%00", 404),
    ("/webhooks/%00/forms", 404),
    ("/sign-in/%00", 404),
    ("/api/v1/acme/process-instances?q=%00", 400),
    ("/engine-rest/task?candidateGroup=a%00b", 400),
    ("/?x=%00", 400),
]


@dataclass
class Wire:
    """A council's server on a real port, spoken to byte by byte."""

    world: World
    port: int
    bearer: str
    signing: str

    def sends(self, *parts: bytes) -> int:
        """Return the status that these bytes are answered with, 0 when they are not answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(b"".join(parts))
            line = connection.makefile("rb").readline().split()
        return int(line[1]) if line else 0

    def posts(self, source: str, *headers: bytes, body: bytes) -> int:
        head = [f"POST /webhooks/acme/{source} HTTP/1.1".encode(), b"Host: x", *headers]
        return self.sends(b"\r\n".join(head), b"\r\n\r\n", body)

    def signed(self, body: bytes, *headers: bytes, webhook_id: str = "e-1") -> int:
        made = signatures.signed_headers(
            [self.signing], webhook_id=webhook_id, sent_at=NOW, body=body
        )
        named = [f"{name}: {value}".encode() for name, value in made.items()]
        length = b"Content-Length: %d" % len(body)
        return self.posts("generic", *named, length, *headers, body=body)

    def instances(self) -> list[str | None]:
        found = process_instances.listing(
            self.world.engine, by=system_actor("acme"), page=EVERYTHING
        )
        return sorted(one.business_key or "" for one in found.items)

    def noted(self) -> list[tuple[str, str | None]]:
        items = self.world.caller("administrator", "acme").get("/webhook-receipts").json["items"]
        return [(one["outcome"], one["error"]) for one in items]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    store = Store(f"sqlite:///{tmp_path / 'remit.db'}")
    store.upgrade()
    engine = ProcessEngine(
        store=store,
        clock=ManualClock(NOW),
        handlers=HANDLERS,
        webhook_sender=SignedWebhooks(lambda: SECRET_KEY, insecure=True),
    )
    by = system_actor("acme")
    content = (ORGANISATION + SOURCES).encode()
    deployments.deploy(engine, by=by, files={"organisation.yaml": content, "p.bpmn": ONE_TASK})
    settings = Settings(secret_key=SECRET_KEY, environment=Environment.TEST)
    world = World(engine, engine.clock, create_app(engine, settings))
    admin = world.caller("administrator", "acme")
    bearer, signing = (
        str(admin.post(f"/webhook-sources/{source}/secret", {}).json["secret"])
        for source in ("forms", "generic")
    )
    room = waiting_room(engine)
    server = create_server(world.app, room, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Wire(world, server.effective_port, bearer, signing)
    room.close()
    server.asyncore.close_all(server._map)
    thread.join(5)
    server.task_dispatcher.shutdown()
    store.close()


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


def test_a_body_in_chunks_without_a_length_is_taken_and_one_too_long_is_not(wire: Wire) -> None:
    bearer = f"Authorization: Bearer {wire.bearer}".encode()
    encoded = b"Transfer-Encoding: chunked"
    taken = wire.posts("forms", bearer, encoded, body=chunked(b'{"ref": "K', b'-1"}'))
    assert taken == 202
    endless = chunked(*[b" " * 500] * 40)
    assert wire.posts("forms", bearer, encoded, body=endless) == 413
    assert wire.posts("forms", bearer, encoded, body=b"zz\r\nno chunk\r\n") == 400
    assert wire.posts("forms", bearer, b"Transfer-Encoding: gzip, chunked", body=b"") == 501
    assert wire.posts("forms", bearer, body=b"") == 400
    assert wire.instances() == ["K-1"]
    assert {error for _, error in wire.noted()} == {"malformed_json", "too_large", None}


def test_headers_that_could_be_read_in_two_ways_are_refused(wire: Wire) -> None:
    bearer = f"Authorization: Bearer {wire.bearer}".encode()
    for headers in HEADERS:
        assert wire.posts("forms", bearer, *headers, body=b"{}") in (400, 413, 431), headers
    assert wire.instances() == []


def test_a_folded_header_is_not_what_was_signed(wire: Wire) -> None:
    body = b'{"ref": "K-1"}'
    made = signatures.signed_headers([wire.signing], webhook_id="a b", sent_at=NOW, body=body)
    folded = [
        b"webhook-id: a\r\n\tb",
        *(f"{name}: {made[name]}".encode() for name in ("webhook-timestamp", "webhook-signature")),
    ]
    length = b"Content-Length: %d" % len(body)
    assert wire.posts("generic", *folded, length, body=body) in (400, 401)
    assert wire.instances() == []


def test_a_signed_payload_that_is_none_changes_nothing_and_is_noted(
    wire: Wire,
) -> None:
    for number, (body, status) in enumerate(PAYLOADS):
        kind = b"Content-Type: application/json; charset=utf-16"
        assert wire.signed(body, kind, webhook_id=f"e-{number}") == status, body
    assert wire.instances() == []
    noted = wire.noted()
    assert len(noted) == len(PAYLOADS)
    assert {outcome for outcome, _ in noted} == {"refused"}
    assert {error for _, error in noted} == {"malformed_json", "payload_not_mapped"}


def test_a_client_that_goes_away_in_the_middle_of_its_body_has_done_nothing(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(
            b"POST /webhooks/acme/forms HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n"
            b"Authorization: Bearer " + wire.bearer.encode() + b'\r\n\r\n{"ref": '
        )
    assert wire.signed(b'{"ref": "K-2"}') == 202
    assert wire.instances() == ["K-2"]


def test_an_address_that_no_text_in_a_database_can_hold_is_refused_everywhere(
    wire: Wire,
) -> None:
    token = wire.world.secret("administrator", "acme").encode()
    head = b"%b %b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nAuthorization: Bearer %b\r\n\r\n"
    for path, status in ADDRESSES:
        method = b"POST" if path.startswith("/webhooks") else b"GET"
        assert wire.sends(head % (method, path.encode(), token)) == status, path
