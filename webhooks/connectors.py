"""The way out for connectors: asks another system once and reads what it answers. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from engine.content import ConnectorAnswer, ConnectorRequest
from engine.model.connector_secrets import SentSecret
from engine.model.errors import RemitError
from webhooks import egress, json_bodies

JSON = "application/json"


class AnswerNotReadable(RemitError):
    """The other system's answer is too long, compressed, or not what its type says."""

    code: ClassVar[str] = "answer_not_readable"


class HttpConnectors:
    """Asks over HTTP, where an organisation's connectors may."""

    def __init__(self, open_secret: Callable[[str], str], *, insecure: bool) -> None:
        """`open_secret` unseals one; `insecure`: see EgressRules."""
        self._open = open_secret
        self._insecure = insecure

    def call(
        self,
        request: ConnectorRequest,
        *,
        key: str,
        secret: SentSecret | None,
        hosts: tuple[str, ...],
        seconds: float,
    ) -> ConnectorAnswer:
        """Send one request; raises EgressRefused, EgressFailed or AnswerNotReadable."""
        headers = {**request.headers, "User-Agent": "Remit", "Idempotency-Key": key}
        headers.setdefault("Accept", JSON)
        body = None
        if request.body is not None:
            headers["Content-Type"] = JSON
            body = request.body.encode()
        if secret is not None:
            headers[secret.header] = secret.prefix + self._open(secret.sealed)
        if not hosts:
            raise egress.EgressRefused("organisation.yaml lists no connector_hosts.")
        answer = egress.send(
            request.method,
            request.url,
            headers=headers,
            body=body,
            rules=egress.EgressRules(hosts, self._insecure),
            seconds=seconds,
        )
        return ConnectorAnswer(answer.status, answer.headers, _body(answer))


def _body(answer: egress.Answer) -> Any:
    """Return JSON as data, a text as text, and None for an answer without a body."""
    if not answer.body:
        return None
    if not answer.is_whole:
        raise AnswerNotReadable(f"The answer is longer than {egress.LONGEST_ANSWER} bytes.")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise AnswerNotReadable("The answer is compressed, though that was not asked for.")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON or kind.endswith("+json"):
        try:
            return json_bodies.parse(answer.body)
        except json_bodies.MalformedJson as error:
            # A refusal is known by its status, whatever its body.
            if 200 <= answer.status < 300:
                raise AnswerNotReadable(f"The answer is not the JSON it says: {error}") from None
    return answer.body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
