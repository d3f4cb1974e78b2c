"""Local accounts and the invitations to open one. Only hashes are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.model.sign_ins import Invitation, LocalAccount
from engine.store.identity_schema import invitation, local_account
from engine.store.rows import Repository, values_of


class Accounts(Repository):
    def get(self, username: str) -> LocalAccount | None:
        row: Any = self._connection.execute(
            self._select(local_account).where(local_account.c.username == username)
        ).one_or_none()
        if row is None:
            return None
        return LocalAccount(
            username=row.username,
            password_hash=row.password_hash,
            changed_at=row.changed_at,
            failures=row.failures,
            last_failed_at=row.last_failed_at,
        )

    def put(self, record: LocalAccount) -> None:
        """Open an account, or keep its new password or its failures."""
        values = values_of(record)
        changed = self._connection.execute(
            update(local_account)
            .where(
                local_account.c.organisation == self._organisation,
                local_account.c.username == record.username,
            )
            .values(**values)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(local_account).values(**values, organisation=self._organisation)
            )

    def invite(self, record: Invitation, secret_hash: str) -> None:
        """Keep an invitation, in place of every earlier one of this person."""
        self.drop_invitations(record.username)
        self._connection.execute(
            insert(invitation).values(**values_of(record), secret_hash=secret_hash)
        )

    def drop_invitations(self, username: str) -> None:
        self._connection.execute(
            delete(invitation).where(
                invitation.c.organisation == self._organisation, invitation.c.username == username
            )
        )


class AllInvitations:
    """Invitations of every organisation, for finding out whose a secret is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, secret_hash: str) -> Invitation | None:
        row: Any = self._connection.execute(
            select(invitation).where(invitation.c.secret_hash == secret_hash)
        ).one_or_none()
        if row is None:
            return None
        return Invitation(
            organisation=row.organisation,
            username=row.username,
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
        )
