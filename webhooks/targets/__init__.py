"""The ways out for notices: one adapter for each channel, behind one interface. Decides nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.model.notices import Channel, Outcome, OutgoingNotice, Reply
from webhooks.targets.target import ChannelSecrets, Target

PURPOSE = b"remit: one-time links in notices, 1"


class NoticeTargets:
    """Sends each notice by its channel's target."""

    def __init__(
        self, targets: Mapping[Channel, Callable[[], Target]], *, secret_key: Callable[[], str]
    ) -> None:
        """Each target is made when it is first needed, `secret_key` asked for with the first link."""
        self._makers = targets
        self._targets: dict[Channel, Target] = {}
        self._secret_key = secret_key

    def send(self, message: OutgoingNotice) -> Reply:
        """Make one attempt and say what came of it."""
        channel = message.channel
        if channel not in self._makers:
            return Reply(Outcome.REFUSED, f"The channel {channel} is not set up here.")
        if channel not in self._targets:
            # Two threads may both make it; either one does.
            self._targets[channel] = self._makers[channel]()
        return self._targets[channel].send(message)

    def link_secret(self, delivery_id: str) -> str:
        """Return the secret of the one-time link in a copy, which only the secret key yields."""
        derived = HKDF(
            algorithm=SHA256(), length=32, salt=None, info=PURPOSE + b":" + delivery_id.encode()
        ).derive(self._secret_key().encode())
        return base64.urlsafe_b64encode(derived).decode().rstrip("=")


__all__ = ["ChannelSecrets", "NoticeTargets", "Target"]
