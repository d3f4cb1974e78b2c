"""Whoever sends too much is told so, also while they still send; nothing of it stays in memory."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.integration.api.world import World
from webhooks.engine_rest.held_requests import create_server
from webhooks.engine_rest.registration import waiting_room
from webhooks.request_limits import LARGEST_REQUEST

MEGABYTE = 1024 * 1024


@pytest.fixture
def port(world: World) -> Iterator[int]:
    room = waiting_room(world.engine)
    server = create_server(
        world.app, room, host="127.0.0.1", port=0, threads=2, max_request_body_size=LARGEST_REQUEST
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    room.close()
    server.close()


def test_fifty_megabytes_are_answered_and_not_kept(world: World, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    most_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.putrequest("POST", "/api/v1/town/deployments")
    connection.putheader("Authorization", f"Bearer {world.secret('administrator')}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(50 * MEGABYTE))
    connection.endheaders()
    for _ in range(50):
        connection.send(b"x" * MEGABYTE)
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.read())["code"] == "too_large"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most_before
    assert grown < 20 * 1024  # kilobytes
    connection.close()


def test_a_body_that_says_to_have_no_end_is_refused_at_once(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(
            b"POST /api/v1/town/deployments HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 99999999999999\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")
