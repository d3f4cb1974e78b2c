"""One-time links to user tasks. Only a hash of each link's secret is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.model.links import LinkAction, TaskLink
from engine.store.identity_schema import task_link
from engine.store.rows import Repository, values_of


class Links(Repository):
    def add(self, record: TaskLink, secret_hash: str) -> None:
        self._connection.execute(
            insert(task_link).values(**values_of(record), secret_hash=secret_hash)
        )

    def get(self, link_id: str) -> TaskLink | None:
        row = self._connection.execute(
            self._select(task_link).where(task_link.c.id == link_id)
        ).one_or_none()
        return _link(row) if row else None

    def find(self, secret_hash: str) -> TaskLink | None:
        """Return the link of a secret, None when there is none."""
        row = self._connection.execute(
            self._select(task_link).where(task_link.c.secret_hash == secret_hash)
        ).one_or_none()
        return _link(row) if row else None

    def use(self, link_id: str, *, now: datetime) -> bool:
        """Consume a link; False when it was used before."""
        changed = self._connection.execute(
            self._update(link_id).where(task_link.c.used_at.is_(None)).values(used_at=now)
        )
        return changed.rowcount == 1

    def ask_again(self, link_id: str, *, now: datetime | None) -> None:
        """Note that the recipient asked for a new link; None: they have been sent one."""
        self._connection.execute(self._update(link_id).values(asked_again_at=now))

    def asked_again(self) -> tuple[TaskLink, ...]:
        """Return the links whose recipients wait for a new one, the longest wait first."""
        rows = self._connection.execute(
            self._select(task_link)
            .where(task_link.c.asked_again_at.is_not(None))
            .order_by(task_link.c.asked_again_at, task_link.c.id)
        )
        return tuple(_link(row) for row in rows)

    def _update(self, link_id: str) -> Any:
        return update(task_link).where(
            task_link.c.organisation == self._organisation, task_link.c.id == link_id
        )


class AllLinks:
    """Links of every organisation, for finding out which one a secret opens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, secret_hash: str) -> TaskLink | None:
        row = self._connection.execute(
            select(task_link).where(task_link.c.secret_hash == secret_hash)
        ).one_or_none()
        return _link(row) if row else None


def _link(row: Any) -> TaskLink:
    return TaskLink(
        id=row.id,
        organisation=row.organisation,
        user_task_id=row.user_task_id,
        task_version=row.task_version,
        definition_id=row.definition_id,
        username=row.username,
        action=LinkAction(row.action),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        asked_again_at=row.asked_again_at,
    )
