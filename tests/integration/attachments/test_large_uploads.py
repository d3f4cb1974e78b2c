"""A body that is far too large gets a page for an answer over a real connection, and is kept nowhere."""

from __future__ import annotations

import http.client
import re
import resource
import threading
from collections.abc import Iterator

import pytest

from tests.integration.api.world import World
from webhooks.engine_rest.held_requests import create_server
from webhooks.engine_rest.registration import waiting_room
from webhooks.request_limits import LARGEST_REQUEST

MEGABYTES = 100
PART = b"x" * 1_000_000


@pytest.fixture
def port(world: World) -> Iterator[int]:
    """The port of the real server, in a thread of this process."""
    room = waiting_room(world.engine)
    server = create_server(
        world.app, room, host="127.0.0.1", port=0, threads=2,
        max_request_body_size=LARGEST_REQUEST,
    )  # fmt: skip
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(server.effective_port)
    room.close()
    server.close()
    thread.join(timeout=5)


def _sent(size: int) -> Iterator[bytes]:
    for _ in range(size // len(PART)):
        yield PART


def test_a_hundred_megabytes_are_refused_with_a_page_in_bounded_memory(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    shown = connection.getresponse()
    cookie = str(shown.headers["Set-Cookie"]).partition(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown.read().decode())
    assert token is not None
    connection.request(
        "POST",
        "/sign-in/person",
        f"csrf_token={token[1]}&organisation=town&username=wendy",
        {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    answer.read()
    cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = MEGABYTES * len(PART)
    connection.request(
        "POST",
        "/user-tasks/0123/attachments",
        _sent(size),
        {
            "Cookie": cookie,
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": str(size),
        },
    )
    answer = connection.getresponse()
    page = answer.read().decode()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    assert answer.status == 413
    assert "The file must be 20 MB or smaller" in page
    assert "<h1" in page
    assert grown < 30, f"{grown:.0f} MB more memory for {MEGABYTES} MB"
    # The connection is as good as before: the next request on it is answered.
    connection.request("GET", "/sign-in", headers={"Cookie": cookie})
    assert connection.getresponse().status == 200
