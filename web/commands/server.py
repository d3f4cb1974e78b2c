"""Deploys to a running Remit over its API, for pipelines. Decides nothing; never shows the token."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import urllib3

from engine.model.errors import RemitError
from engine.model.problems import DeploymentRefused, Problem, Severity

SOURCE = "remit deploy --server"
SECONDS = 120.0
LONGEST_ANSWER = 5_000_000
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class ServerRefused(RemitError):
    """The server did not take the deployment, or did not answer as Remit does; the text says why."""

    code: ClassVar[str] = "server_refused"


def check_server(server: str) -> str:
    """Return the server's address without a slash at its end; raise ServerRefused for no address.

    The token goes over https alone, and over http to this machine.
    """
    try:
        parts = urlsplit(server.strip())
        _ = parts.port
    except ValueError:
        raise ServerRefused(
            f"{server!r} is not an address such as https://remit.example.org."
        ) from None
    plain = parts.scheme == "http" and parts.hostname in LOCAL
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ServerRefused(
            f"{server!r} is not an address such as https://remit.example.org: a token is sent "
            "over https, or over http to this machine."
        )
    if parts.query or parts.fragment or parts.username:
        raise ServerRefused("The server's address has no user name, query or fragment.")
    return server.strip().rstrip("/")


def deploy(
    server: str, *, token: str, organisation: str, files: Mapping[str, bytes], name: str
) -> dict[str, Any]:
    """Deploy files at a server, and return its answer.

    Raises DeploymentRefused with the server's findings, or ServerRefused.
    """
    address = check_server(server)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ServerRefused("The token is not one: `remit token create` prints one.")
    parts = [("name", name), ("source", SOURCE)]
    uploads = [(f"file{at}", (file, content)) for at, (file, content) in enumerate(files.items())]
    status, answer = _asked(
        f"{address}/api/v1/{quote(organisation, safe='')}/deployments",
        token,
        [*parts, *uploads],
        uuid.uuid4().hex,
    )
    if status == 201 and isinstance(answer.get("id"), str):
        return answer
    if answer.get("code") == DeploymentRefused.code and isinstance(answer.get("problems"), list):
        raise DeploymentRefused([problem_of(found) for found in answer["problems"]])
    raise ServerRefused(_why(status, answer, organisation))


def problem_of(found: Mapping[str, Any]) -> Problem:
    """Return a finding as the server told it."""
    return Problem(
        severity=Severity.WARNING if found.get("severity") == "warning" else Severity.ERROR,
        code=str(found.get("code", "")),
        message=str(found.get("message", "")),
        file=str(found.get("file") or ""),
        element_id=found.get("element_id"),
        line=found.get("line"),
        column=found.get("column"),
    )


def _asked(url: str, token: str, fields: list[Any], key: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "User-Agent": "remit"}
    host = urlsplit(url).hostname
    try:
        response = urllib3.request(
            "POST",
            url,
            fields=fields,
            headers=headers,
            timeout=urllib3.Timeout(connect=10.0, read=SECONDS),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        body = response.read(LONGEST_ANSWER, decode_content=True)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise ServerRefused(f"{host} did not answer: {type(error).__name__}.") from None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = {}
    return response.status, answer if isinstance(answer, dict) else {}


def _why(status: int, answer: Mapping[str, Any], organisation: str) -> str:
    if 300 <= status < 400:
        return "The server leads to another address: give that one as --server."
    detail = answer.get("detail")
    if not isinstance(detail, str):
        return f"The server answered {status}, and not as Remit does: check its address."
    if status == 401:
        return f"The server does not know the token. {detail}"
    if status == 404:
        return f"The server has no organisation {organisation} for this token. {detail}"
    return f"The server answered {status}. {detail}"
