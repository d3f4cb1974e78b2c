"""API tokens. Only a hash of each secret is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.model.people import ApiToken
from engine.store.rows import Repository, values_of
from engine.store.schema import api_token, organisation


class Tokens(Repository):
    def add(self, record: ApiToken, secret_hash: str) -> None:
        self._connection.execute(
            insert(api_token).values(**values_of(record), secret_hash=secret_hash)
        )

    def listing(self) -> tuple[ApiToken, ...]:
        rows = self._connection.execute(
            self._select(api_token).order_by(api_token.c.created_at, api_token.c.id)
        )
        return tuple(_token(row) for row in rows)

    def revoke(self, token_id: str, *, now: datetime) -> bool:
        """Make a token worthless from now on; False when there is none to revoke."""
        changed = self._connection.execute(
            update(api_token)
            .where(
                api_token.c.organisation == self._organisation,
                api_token.c.id == token_id,
                api_token.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        return changed.rowcount == 1


# Built once: every request of a program asks it.
_FIND = (
    select(api_token, organisation.c.catalogue)
    .join(organisation, organisation.c.key == api_token.c.organisation)
    .where(api_token.c.secret_hash == bindparam("of_secret"), api_token.c.revoked_at.is_(None))
)


class AllTokens:
    """Tokens of every organisation, for finding out whose a secret is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, secret_hash: str) -> tuple[ApiToken, int] | None:
        """Return the unrevoked token with this hash of its secret, and its organisation's catalogue."""
        row = self._connection.execute(_FIND, {"of_secret": secret_hash}).one_or_none()
        return (_token(row), row.catalogue) if row else None


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        organisation=row.organisation,
        name=row.name,
        role=row.role,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
    )
