"""Nothing calls inward: addresses are checked when connecting, held fast, and never redirected."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from webhooks import addresses, egress
from webhooks.egress import EgressFailed, EgressRefused, EgressRules, check_url, send

PUBLIC = EgressRules()
TESTS = EgressRules(insecure=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org/a b",
        "https://example.org/\r\nX-Injected: 1",
        "//example.org",
        "https://[::1",
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(url, PUBLIC)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("hooks.example.org", True),
        ("HOOKS.example.org", True),
        ("a.trusted.org", True),
        ("trusted.org.evil.org", False),
        ("nottrusted.org", False),
        ("example.org", False),
    ],
)
def test_an_organisations_list_of_hosts_is_kept_to(host: str, allowed: bool) -> None:
    rules = EgressRules(hosts=("hooks.example.org", ".trusted.org"))
    if allowed:
        assert check_url(f"https://{host}/x", rules).path == "/x"
    else:
        with pytest.raises(EgressRefused, match="list of hosts"):
            check_url(f"https://{host}/x", rules)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.5",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "ff02::1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "::ffff:0:127.0.0.1",
        "2001:0:1:2:3:4:80ff:fffe",
        "fec0::1",
        "fd00:ec2::254",
        "3fff::1",
        "192.0.0.8",
        "240.0.0.1",
    ],
)
def test_a_name_that_means_an_inner_address_is_never_called(address: str) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", address]

    with pytest.raises(EgressRefused, match="inside a network"):
        send("POST", "https://example.org/", headers={}, body=b"", rules=PUBLIC, resolve=resolve)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "10.0.0.1", "0", "0.0.0.0",
     "127.0.0.1.", "[::1]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254"],
)  # fmt: skip
def test_an_inner_address_is_refused_when_it_is_written_down(host: str) -> None:
    with pytest.raises(EgressRefused, match="inside a network"):
        check_url(f"https://{host}/latest", PUBLIC)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "0.0.0.0", "192.168.0.1", "[fe80::1]", "3232235521"]
)
def test_in_development_this_machine_is_called_and_still_none_inside(host: str) -> None:
    assert check_url("http://127.0.0.1:8000/hook", TESTS)
    assert check_url("http://[::1]:8000/hook", TESTS)
    with pytest.raises(EgressRefused, match="inside a network"):
        check_url(f"http://{host}/hook", TESTS)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "ex\u00e4mple.org",
        "\u2460\u2461\u2466.0.0.1",
        "a\\.example.org",
        "%31.example.org",
        "-a.org",
    ],
)
def test_a_host_is_written_plainly(host: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(f"https://{host}/", PUBLIC)


@pytest.mark.parametrize("trickled", ["headers", "body"])
def test_a_receiver_that_trickles_is_given_up_at_the_same_time(trickled: str) -> None:
    began = time.monotonic()
    with _trickling(trickled) as url, pytest.raises(EgressFailed, match="in time"):
        send("POST", url, headers={}, body=b"{}", rules=TESTS, seconds=0.6)
    assert time.monotonic() - began < 5


def test_a_time_limit_leaves_an_answer_in_time_alone(server: Server) -> None:
    for _ in range(20):
        answer = send("POST", server.url, headers={}, body=b"", rules=TESTS, seconds=5)
        assert (answer.status, answer.body, answer.is_whole) == (200, b"thanks", True)


def test_the_address_is_looked_up_once_and_that_one_is_called(server: Server) -> None:
    lookups = []

    def resolve(host: str, port: int) -> Sequence[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    url = f"http://named.example:{server.port}/hook?x=1"
    answer = send("POST", url, headers={"A": "b"}, body=b"{}", rules=TESTS, resolve=resolve)
    assert lookups == ["named.example"]
    assert (answer.status, answer.body) == (200, b"thanks")
    (seen,) = server.seen
    assert seen == ("POST", "/hook?x=1", f"named.example:{server.port}", "b", b"{}")


def test_where_nobody_listens_the_next_checked_address_is_called(server: Server) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        return ["::1", "127.0.0.1"]

    url = f"http://named.example:{server.port}/"
    answer = send("POST", url, headers={}, body=b"", rules=TESTS, resolve=resolve)
    assert answer.status == 200
    assert len(server.seen) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/elsewhere"}
    answer = send("POST", server.url, headers={}, body=b"", rules=TESTS)
    assert answer.status == 302
    assert len(server.seen) == 1


def test_of_an_endless_answer_only_the_beginning_is_read(server: Server) -> None:
    server.body = b"x" * 5_000_000
    answer = send("GET", server.url, headers={}, body=None, rules=TESTS)
    assert len(answer.body) == egress.LONGEST_ANSWER
    assert not answer.is_whole


def test_a_receiver_that_hangs_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "SECONDS_TO_ANSWER", 0.3)
    server.pause = 3.0
    began = time.monotonic()
    with pytest.raises(EgressFailed):
        send("POST", server.url, headers={}, body=b"", rules=TESTS)
    assert time.monotonic() - began < 2.5


def test_nobody_there_is_a_failure_that_names_no_secret() -> None:
    with pytest.raises(EgressFailed) as failed:
        send("POST", "http://127.0.0.1:1/token-123", headers={}, body=b"", rules=TESTS)
    assert "token-123" not in str(failed.value)


def test_a_certificate_for_another_name_is_refused() -> None:
    # A plain server is no TLS server at all: the handshake fails, and nothing was sent.
    with _serving() as server, pytest.raises(EgressFailed):
        send("POST", f"https://127.0.0.1:{server.port}/", headers={}, body=b"", rules=TESTS)
    assert server.seen == []


@contextmanager
def _trickling(what: str) -> Iterator[str]:
    """Serve an answer of which another byte comes every tenth of a second, for half a minute."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            if what == "body":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            else:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(300):
                if done.wait(0.1):
                    return
                connection.sendall(b"x")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        done.set()
        thread.join(10)
        listening.close()


class Server:
    """A receiver on this machine that answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str, str | None, bytes]] = []
        self.status, self.headers, self.body, self.pause = 200, {}, b"thanks", 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                sent = self.rfile.read(length)
                host = self.headers["Host"]
                outer.seen.append((self.command, self.path, host, self.headers.get("A"), sent))
                time.sleep(outer.pause)
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                try:
                    self.wfile.write(outer.body)
                except OSError:
                    return  # the caller has read enough

            do_GET = do_POST = _answer  # noqa: N815 - the names that the library calls

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _serving() -> Server:
    return Server()


@pytest.fixture
def server() -> Iterator[Server]:
    with _serving() as opened:
        yield opened
