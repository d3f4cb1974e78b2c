"""People and tokens that act for an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.model.errors import RemitError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `demo` people exist in development only."""

    username: str
    name: str
    roles: tuple[str, ...]
    demo: bool = False


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
