"""The way out for webhooks: signs, sends, keeps secrets sealed. Decides neither when nor what."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.model.errors import RemitError
from engine.model.webhook_deliveries import Reply
from engine.process_engine import SendWebhook
from webhooks import egress, signatures

PURPOSE = b"remit: webhook secrets, 1"
LONGEST_EXCERPT = 500


class SecretNotReadable(RemitError):
    """A kept secret was sealed with another key than the one in use."""

    code: ClassVar[str] = "secret_not_readable"

    def __init__(self) -> None:
        super().__init__(
            "The webhook's secret was sealed with another REMIT_SECRET_KEY. Give the endpoint a "
            "new secret, or set the key that was in use then."
        )


class Sealing:
    """Seals secrets with a key that is derived from the installation's own, and opens them again."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))

    def seal(self, secret: str) -> str:
        """Return the secret as it may be kept."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return a sealed secret; raise SecretNotReadable when another key sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretNotReadable from None


class SignedWebhooks:
    """Sends signed webhooks to addresses that an organisation may call."""

    def __init__(self, secret_key: Callable[[], str], *, insecure: bool) -> None:
        """`secret_key` is asked for when the first secret is; `insecure`: see EgressRules."""
        self._secret_key = secret_key
        self._sealing: Sealing | None = None
        self._insecure = insecure

    def check(self, url: str, hosts: tuple[str, ...]) -> None:
        """Raise EgressRefused unless this address may be called."""
        egress.check_url(url, egress.EgressRules(hosts, self._insecure))

    def new_secret(self) -> str:
        """Return a fresh signing secret."""
        return signatures.new_secret()

    def seal(self, secret: str) -> str:
        """Return the secret as it may be kept."""
        return self._own_sealing().seal(secret)

    def open(self, sealed: str) -> str:
        """Return a kept secret; raise SecretNotReadable when another key sealed it."""
        return self._own_sealing().open(sealed)

    @contextmanager
    def sending(self) -> Iterator[SendWebhook]:
        """Give a way to send several requests, over one connection while the receiver keeps it."""
        with egress.Line() as line:
            yield partial(self.send, line=line)

    def send(
        self,
        url: str,
        body: str,
        *,
        webhook_id: str,
        sealed: Sequence[str],
        hosts: tuple[str, ...],
        now: datetime,
        line: egress.Line | None = None,
    ) -> Reply:
        """Send one request with a signature for each secret, and say what came back."""
        content = body.encode()
        try:
            keys = [self._own_sealing().open(secret) for secret in sealed]
            answer = egress.send(
                "POST",
                url,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": "Remit",
                    **signatures.signed_headers(
                        keys, webhook_id=webhook_id, sent_at=now, body=content
                    ),
                },
                body=content,
                rules=egress.EgressRules(hosts, self._insecure),
                line=line,
            )
        except (egress.EgressRefused, egress.EgressFailed, SecretNotReadable) as error:
            return Reply(None, str(error))
        return Reply(answer.status, _excerpt(answer), answer.headers)

    def _own_sealing(self) -> Sealing:
        if self._sealing is None:
            self._sealing = Sealing(self._secret_key())
        return self._sealing


def _excerpt(answer: egress.Answer) -> str | None:
    """Return the beginning of what a refusal says; a success says nothing that is kept."""
    if 200 <= answer.status < 300:
        return None
    text = answer.body[:LONGEST_EXCERPT].decode("utf-8", "replace")
    return "".join(one if one.isprintable() else " " for one in text).strip() or None
