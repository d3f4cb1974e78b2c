"""What every channel's target offers, and where its secrets are looked up by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.model.notices import OutgoingNotice, Reply

ChannelSecrets = Mapping[tuple[str, str], str]
"""By organisation and name: what the organisation's content names and never holds."""


class Target(Protocol):
    """One channel's way out."""

    def send(self, message: OutgoingNotice) -> Reply:
        """Make one attempt and say what came of it; never raises for what is outside."""


def secret_of(secrets: ChannelSecrets, message: OutgoingNotice) -> str | None:
    """Return the secret that the channel's settings name, None when the installation has none."""
    return secrets.get((message.organisation, message.settings.get("secret", "")))
