"""Drafts: what a person has typed into a form and not yet sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from engine.store.rows import Repository
from engine.store.schema import draft


class Drafts(Repository):
    def put(self, task_id: str, user: str, content: Mapping[str, Any], *, now: datetime) -> None:
        """Keep this person's draft of this task, in place of an earlier one."""
        values = {"content": dict(content), "saved_at": now}
        changed = self._connection.execute(
            update(draft)
            .where(
                draft.c.organisation == self._organisation,
                draft.c.user_task_id == task_id,
                draft.c.user == user,
            )
            .values(**values)
        )
        if not changed.rowcount:
            self._connection.execute(
                insert(draft).values(
                    user_task_id=task_id, user=user, organisation=self._organisation, **values
                )
            )

    def get(self, task_id: str, user: str) -> Mapping[str, Any] | None:
        """Return this person's draft of this task, None when there is none."""
        content: Mapping[str, Any] | None = self._connection.execute(
            self._select(draft, draft.c.content).where(
                draft.c.user_task_id == task_id, draft.c.user == user
            )
        ).scalar_one_or_none()
        return content

    def remove(self, task_ids: list[str]) -> None:
        """Drop every draft of these tasks."""
        self._connection.execute(
            delete(draft).where(
                draft.c.organisation == self._organisation, draft.c.user_task_id.in_(task_ids)
            )
        )
