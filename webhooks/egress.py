"""The only way out of the building: one request to an address that was looked at and then held fast.

No redirect is followed, nothing private is reached, no answer is longer than is read, none takes
longer than is waited.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

import urllib3

from engine.model.errors import RemitError
from webhooks import addresses
from webhooks.time_limits import HttpPool, HttpsPool, TimeLimit

SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 15.0
LONGEST_ANSWER = 64 * 1024
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|[0-9a-f:.]+")

Resolve = Callable[[str, int], Sequence[str]]


class EgressRefused(RemitError):
    """The address is not one that Remit calls."""

    code: ClassVar[str] = "egress_refused"


class EgressFailed(RemitError):
    """Nobody answered, or not in time."""

    code: ClassVar[str] = "egress_failed"


@dataclass(frozen=True, slots=True)
class EgressRules:
    """Where an organisation's calls may go.

    `hosts` lists host names, or `.example.org` for every name below it; none means any public
    host. `insecure` (development and tests) lets http and this machine itself through, and still
    no other machine inside.
    """

    hosts: tuple[str, ...] = ()
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, and the first 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True


def check_url(url: str, rules: EgressRules) -> SplitResult:
    """Return the parts of an address that may be called; raises EgressRefused. Asks no server."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise EgressRefused(f"{url!r} is not an address.") from None
    if parts.scheme != "https" and not (rules.insecure and parts.scheme == "http"):
        raise EgressRefused("Only https:// addresses are called.")
    if not parts.hostname or parts.username or parts.password or parts.fragment:
        raise EgressRefused("An address is https://host/path, without a user name or a fragment.")
    if not HOST.fullmatch(parts.hostname):
        raise EgressRefused("A host is a name or an address, with ASCII letters alone.")
    if port == 0:
        raise EgressRefused("Port 0 is no port.")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise EgressRefused("An address holds no spaces or control characters.")
    literal = addresses.written(parts.hostname)
    if literal is not None:
        _check_address(parts.hostname, literal, rules)
    if rules.hosts and not any(_is_allowed(parts.hostname, host) for host in rules.hosts):
        raise EgressRefused(
            f"{parts.hostname} is not on the list of hosts that this organisation calls."
        )
    return parts


class Line:
    """Keeps the connection of the last request open for the next one to the same place.

    The address that was checked stays the one that is called. Not for several threads at once.
    """

    def __init__(self) -> None:
        self._place: object = None
        self._connection: _Connection | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def open_to(self, place: object) -> _Connection | None:
        """Return the connection that is open to a place, None when there is none."""
        found = self._connection if self._place == place else None
        return found if found is not None and found.is_sound else None

    def keep(self, place: object, connection: _Connection) -> _Connection:
        """Keep a connection open instead of the one before; returns it."""
        self._hang_up()
        self._place, self._connection = place, connection
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._place = self._connection = None


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    rules: EgressRules,
    resolve: Resolve | None = None,
    seconds: float | None = None,
    line: Line | None = None,
) -> Answer:
    """Send one request and return what came back, whatever its status; a redirect is an answer.

    The host's addresses are looked up once, all of them checked, and the one that was checked is
    the one that is called. From connecting to the last byte it takes `seconds` at most, however
    slowly the other side talks. On a `line` the connection of an earlier request is used again;
    when the other side has just closed it, the request is sent once more on a new one.
    Raises EgressRefused or EgressFailed.
    """
    parts = check_url(url, rules)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    seconds = SECONDS_TO_ANSWER if seconds is None else seconds
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = _Request(method, target, {**headers, "Host": _host(parts)}, body)
    ends = monotonic() + seconds
    place = (parts.scheme, parts.hostname, port, rules)
    open_one = line.open_to(place) if line is not None else None
    if open_one is not None:
        with contextlib.suppress(_HungUp):
            return open_one.ask(asked, ends)
    found = _checked_addresses(parts.hostname, port, rules, resolve or _resolve)
    with Line() if line is None else contextlib.nullcontext(line) as kept:
        for address in found:
            connection = kept.keep(place, _Connection(parts, address, port))
            try:
                return connection.ask(asked, ends)
            except _Unreachable as error:
                unreachable = error
    raise unreachable


class _Unreachable(EgressFailed):
    """Nobody listens at this address; another one of the host may answer."""


class _HungUp(EgressFailed):
    """The other side closed the connection before it began to answer."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


class _Connection:
    """A connection to one address that was checked, and its time limit."""

    def __init__(self, parts: SplitResult, address: str, port: int) -> None:
        self.is_sound = True
        self._host = parts.hostname
        self._limit = TimeLimit()
        self._pool: urllib3.HTTPConnectionPool
        if parts.scheme == "http":
            self._pool = HttpPool(address, port, limit=self._limit)
        else:
            self._pool = HttpsPool(
                address,
                port,
                limit=self._limit,
                server_hostname=parts.hostname,
                assert_hostname=parts.hostname,
                ssl_context=_tls(),
            )

    def close(self) -> None:
        self._limit.close()
        self._pool.close()

    def ask(self, request: _Request, ends: float) -> Answer:
        """Return what came back by `ends`; raises EgressFailed, and says which kind it is."""
        seconds = max(ends - monotonic(), 0.001)
        try:
            with self._limit.of(seconds):
                return self._answer(request, seconds)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self.is_sound = False
            # The class only: a message may hold the address, which may hold a secret.
            why = " in time" if self._limit.is_over else f": {type(error).__name__}"
            unreachable = isinstance(error, urllib3.exceptions.ConnectTimeoutError)
            kind = _Unreachable if unreachable and not self._limit.is_over else EgressFailed
            raise kind(f"{self._host} did not answer{why}.") from error

    def _answer(self, request: _Request, seconds: float) -> Answer:
        try:
            response = self._pool.request(
                request.method,
                request.target,
                body=request.body,
                headers=request.headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=min(SECONDS_TO_CONNECT, seconds), read=seconds),
            )
        except urllib3.exceptions.ProtocolError as error:
            if self._limit.is_over:
                raise
            raise _HungUp(f"{self._host} did not answer: {type(error).__name__}.") from error
        with response:
            content = response.read(LONGEST_ANSWER + 1, decode_content=False)
            named = {name.lower(): value for name, value in response.headers.items()}
        if self._limit.is_over:
            raise TimeoutError
        is_whole = len(content) <= LONGEST_ANSWER
        return Answer(response.status, named, content[:LONGEST_ANSWER], is_whole)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return what checks certificates; reading the authorities anew for each call costs more than it."""
    return ssl.create_default_context()


def _host(parts: SplitResult) -> str:
    """Return what the header Host says: the address as it was written."""
    assert parts.hostname is not None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return host if parts.port is None else f"{host}:{parts.port}"


def _checked_addresses(
    host: str, port: int, rules: EgressRules, resolve: Resolve
) -> Sequence[str]:
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise EgressFailed(f"{host} has no address.") from error
    if not found:
        raise EgressFailed(f"{host} has no address.")
    for address in found:
        _check_address(host, address, rules)
    return found


def _check_address(host: str, address: str, rules: EgressRules) -> None:
    if addresses.is_public(address) or (rules.insecure and addresses.is_this_machine(address)):
        return
    raise EgressRefused(f"{host} is an address inside a network: it is never called.")


def _is_allowed(host: str, allowed: str) -> bool:
    host, allowed = host.lower().rstrip("."), allowed.lower()
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
