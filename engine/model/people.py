"""People and tokens that act for an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.model.errors import RemitError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `demo` people exist in development only; one not `active` cannot come in.

    `roles` are those that an administrator gave; an issuer's are in their `IssuerAccount`.
    """

    username: str
    name: str
    roles: tuple[str, ...]
    demo: bool = False
    email: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a person is not there; the delegate, if any, sees their tasks meanwhile."""

    id: str
    username: str
    begins_at: datetime
    ends_at: datetime | None
    delegate: str | None
    recorded_by: str
    recorded_at: datetime

    def covers(self, now: datetime) -> bool:
        """Say whether the person is away at this instant."""
        return self.begins_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class IssuerAccount:
    """A person as their organisation's own sign-in knows them, and the roles it gave them last."""

    issuer: str
    subject: str
    username: str
    roles: tuple[str, ...]
    signed_in_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A bearer token of one organisation and role. The secret itself is shown once and never kept."""

    id: str
    organisation: str
    name: str
    role: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None


class PersonNotFound(RemitError):
    """There is nobody of this name in the organisation."""

    code: ClassVar[str] = "person_not_found"

    def __init__(self, username: str) -> None:
        super().__init__(f"There is nobody called {username} here.")


class PersonRefused(RemitError):
    """A person or an absence cannot be kept as it was described."""

    code: ClassVar[str] = "person_refused"


class AbsenceNotFound(RemitError):
    """There is no such absence, or not in this organisation."""

    code: ClassVar[str] = "absence_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such absence here.")


class UnknownRole(RemitError):
    """The role is neither one of Remit's own nor one of the organisation's."""

    code: ClassVar[str] = "unknown_role"

    def __init__(self, role: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no role {role!r}. Roles here: {', '.join(known)}.")


class OrganisationNotFound(RemitError):
    """There is no such organisation."""

    code: ClassVar[str] = "organisation_not_found"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no organisation {key!r}. Deploy its organisation.yaml first.")


class TokenNotFound(RemitError):
    """There is no such API token, or not in this organisation."""

    code: ClassVar[str] = "token_not_found"

    def __init__(self, token_id: str) -> None:
        super().__init__(f"There is no token {token_id} here.")
