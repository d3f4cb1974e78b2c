"""The only way out of the building: one request to an address that was looked at and then held fast.

No redirect is followed, nothing private is reached, no answer is longer than is read, none takes
longer than is waited.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    rules: EgressRules,
    resolve: Resolve | None = None,
    seconds: float | None = None,
) -> Answer:
    """Send one request and return what came back, whatever its status; a redirect is an answer.

    The host's addresses are looked up once, all of them checked, and the one that was checked is
    the one that is called. From connecting to the last byte it takes `seconds` at most, however
    slowly the other side talks. Raises EgressRefused or EgressFailed.
    """
    parts = check_url(url, rules)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _checked_addresses(parts.hostname, port, rules, resolve or _resolve)
    seconds = SECONDS_TO_ANSWER if seconds is None else seconds
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {**headers, "Host": _host(parts)}
    with TimeLimit(seconds) as limit:
        for place, address in enumerate(found, start=1):
            pool = _pool(parts, address, port, seconds, limit)
            try:
                return _asked(pool, method, target, named, body, limit)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                unreachable = isinstance(error, urllib3.exceptions.ConnectTimeoutError)
                if unreachable and place < len(found) and not limit.is_over:
                    continue
                # The class only: a message may hold the address, which may hold a secret.
                why = " in time" if limit.is_over else f": {type(error).__name__}"
                raise EgressFailed(f"{parts.hostname} did not answer{why}.") from error
            finally:
                pool.close()
    raise AssertionError("there is an address, and it was tried")


def _pool(
    parts: SplitResult, address: str, port: int, seconds: float, limit: TimeLimit
) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=min(SECONDS_TO_CONNECT, seconds), read=seconds)
    if parts.scheme == "http":
        return HttpPool(address, port, timeout=timeout, limit=limit)
    return HttpsPool(
        address,
        port,
        timeout=timeout,
        limit=limit,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        cert_reqs="CERT_REQUIRED",
    )


def _asked(
    pool: urllib3.HTTPConnectionPool,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None,
    limit: TimeLimit,
) -> Answer:
    with pool.request(
        method,
        target,
        body=body,
        headers=headers,
        redirect=False,
        retries=False,
        preload_content=False,
    ) as response:
        content = response.read(LONGEST_ANSWER + 1, decode_content=False)
        named = {name.lower(): value for name, value in response.headers.items()}
    if limit.is_over:
        raise TimeoutError
    is_whole = len(content) <= LONGEST_ANSWER
    return Answer(response.status, named, content[:LONGEST_ANSWER], is_whole)


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
