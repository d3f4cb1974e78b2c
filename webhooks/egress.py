"""The only way out of the building: one request to an address that was looked at and then held fast.

No redirect is followed, nothing private is reached, no answer is longer than is read.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

import urllib3

from engine.model.errors import RemitError

SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 15.0
LONGEST_ANSWER = 64 * 1024

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
    host. `insecure` (development and tests) lets http and this machine's own addresses through.
    """

    hosts: tuple[str, ...] = ()
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, and the first 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


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
    if port == 0:
        raise EgressRefused("Port 0 is no port.")
    if any(character.isspace() or ord(character) < 32 for character in url):
        raise EgressRefused("An address holds no spaces or control characters.")
    if rules.hosts and not any(_is_allowed(parts.hostname, host) for host in rules.hosts):
        raise EgressRefused(
            f"{parts.hostname} is not on the list of hosts that this organisation calls."
        )
    return parts


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    rules: EgressRules,
    resolve: Resolve | None = None,
) -> Answer:
    """Send one request and return what came back, whatever its status; a redirect is an answer.

    The host's addresses are looked up once, all of them checked, and the one that was checked is
    the one that is called. Raises EgressRefused or EgressFailed.
    """
    parts = check_url(url, rules)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _checked_address(parts.hostname, port, rules, resolve or _resolve)
    timeout = urllib3.Timeout(connect=SECONDS_TO_CONNECT, total=SECONDS_TO_ANSWER)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address,
            port,
            timeout=timeout,
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
            cert_reqs="CERT_REQUIRED",
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    try:
        with pool.request(
            method,
            target,
            body=body,
            headers={**headers, "Host": host},
            redirect=False,
            retries=False,
            preload_content=False,
        ) as response:
            content = response.read(LONGEST_ANSWER, decode_content=False)
            named = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, named, content)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        # The class only: a message may hold the address, which may hold a secret.
        raise EgressFailed(f"{parts.hostname} did not answer: {type(error).__name__}.") from error
    finally:
        pool.close()


def _checked_address(host: str, port: int, rules: EgressRules, resolve: Resolve) -> str:
    try:
        addresses = resolve(host, port)
    except OSError as error:
        raise EgressFailed(f"{host} has no address.") from error
    if not addresses:
        raise EgressFailed(f"{host} has no address.")
    for address in addresses:
        if not _is_public(address) and not rules.insecure:
            raise EgressRefused(f"{host} is an address inside a network: it is never called.")
    return addresses[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inside is not None:
            return inside.is_global and not inside.is_multicast
    return found.is_global and not found.is_multicast


def _is_allowed(host: str, allowed: str) -> bool:
    host, allowed = host.lower().rstrip("."), allowed.lower()
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
