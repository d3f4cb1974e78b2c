"""Requests one after the other share a connection; one that is closed between them loses nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from webhooks.egress import EgressFailed, EgressRefused, EgressRules, Line, send

TESTS = EgressRules(insecure=True)
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Receiver:
    """Answers requests without a body. `answered` says after how many it hangs up on each connection."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.answered = 1_000
        self.pause = 0.0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for _ in range(self.answered):
                if not self._take(connection):
                    return
                time.sleep(self.pause)
                connection.sendall(ANSWER)
            self._take(connection)  # read, and never answered

    def _take(self, connection: socket.socket) -> bool:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                return False
            request += part
        self.requests.append(request)
        return True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def call(url: str, line: Line, seconds: float = 5) -> int:
    answer = send("GET", url, headers={}, body=None, rules=TESTS, line=line, seconds=seconds)
    return answer.status


def test_requests_on_a_line_share_one_connection(receiver: Receiver) -> None:
    with Line() as line:
        assert [call(receiver.url, line) for _ in range(5)] == [204] * 5
    assert receiver.connections == 1


def test_without_a_line_each_request_connects_anew(receiver: Receiver) -> None:
    for _ in range(3):
        send("GET", receiver.url, headers={}, body=None, rules=TESTS)
    assert receiver.connections == 3


def test_a_request_that_meets_a_closed_connection_is_sent_on_a_new_one(
    receiver: Receiver,
) -> None:
    receiver.answered = 1
    with Line() as line:
        assert [call(receiver.url, line) for _ in range(3)] == [204] * 3
    assert receiver.connections == 3


def test_a_receiver_that_never_answers_is_asked_once_and_not_again_and_again(
    receiver: Receiver,
) -> None:
    receiver.answered = 0
    with Line() as line, pytest.raises(EgressFailed, match="did not answer"):
        call(receiver.url, line)
    assert len(receiver.requests) == 1


def test_each_request_has_a_time_of_its_own_and_a_late_one_fails(receiver: Receiver) -> None:
    with Line() as line:
        assert call(receiver.url, line, seconds=0.5) == 204
        time.sleep(0.7)  # the first one's time is over, and is nobody's any more
        assert call(receiver.url, line, seconds=0.5) == 204
        receiver.pause = 2.0
        with pytest.raises(EgressFailed, match="in time"):
            call(receiver.url, line, seconds=0.3)
        receiver.pause = 0.0
        assert call(receiver.url, line) == 204


def test_another_list_of_allowed_hosts_looks_the_address_up_again(receiver: Receiver) -> None:
    lookups: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["10.0.0.1"]

    url = receiver.url.replace("127.0.0.1", "named.example")
    stricter = EgressRules(hosts=("named.example",), insecure=True)
    with Line() as line:
        for _ in range(2):
            send("GET", url, headers={}, body=None, rules=TESTS, resolve=resolve, line=line)
        assert lookups == ["named.example"]
        with pytest.raises(EgressRefused, match="inside a network"):
            send("GET", url, headers={}, body=None, rules=stricter, resolve=resolve, line=line)
    assert receiver.connections == 1
