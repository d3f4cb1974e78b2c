"""Sessions of people and tokens, and how they signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError


class Means(StrEnum):
    """How a session began."""

    ISSUER = "issuer"
    PASSWORD = "password"  # noqa: S105 - the word, not one
    TOKEN = "token"  # noqa: S105
    DEMO = "demo"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in until `ends_at`; a person, or the token that was pasted."""

    organisation: str
    username: str | None
    token_id: str | None
    means: Means
    begun_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """A person's own password here, kept as an argon2 hash."""

    username: str
    password_hash: str
    changed_at: datetime
    failures: int = 0
    last_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """The right to choose a password once."""

    organisation: str
    username: str
    created_at: datetime
    created_by: str
    expires_at: datetime


class SignInRefused(RemitError):
    """Nobody is signed in by this; the text does not tell whether the account exists."""

    code: ClassVar[str] = "sign_in_refused"


class PasswordRefused(RemitError):
    """The password cannot be used: it is too short, too long or says the person's own name."""

    code: ClassVar[str] = "password_refused"


class InvitationRefused(RemitError):
    """The invitation was used, is too old, or never existed."""

    code: ClassVar[str] = "invitation_refused"

    def __init__(self) -> None:
        super().__init__(
            "This invitation cannot be used: it was used before, or it is too old. "
            "Ask your administrator for a new one."
        )


class IssuerUnavailable(RemitError):
    """The organisation's own sign-in does not answer, or not as OpenID Connect asks."""

    code: ClassVar[str] = "issuer_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Your organisation’s own sign-in does not answer at the moment. Nothing was changed. "
            "Try again in a few minutes."
        )


class IssuerAnswerRefused(RemitError):
    """What came back from the organisation's own sign-in cannot be trusted, so nobody is signed in."""

    code: ClassVar[str] = "issuer_answer_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            "Signing in with your organisation’s account did not work, so nobody was signed in. "
            "Start again from the sign-in page."
        )
