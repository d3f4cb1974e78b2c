"""What is known of attached files. Their contents are kept elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from engine.model.attachments import Attachment
from engine.store.rows import Repository, values_of
from engine.store.schema import attachment, process_instance


class Attachments(Repository):
    def add(self, record: Attachment) -> None:
        self._connection.execute(insert(attachment).values(**values_of(record)))

    def find(self, attachment_id: str) -> Attachment | None:
        """Return a file that has not been removed, None when there is none."""
        row = self._connection.execute(
            self._select(attachment).where(
                attachment.c.id == attachment_id, attachment.c.removed_at.is_(None)
            )
        ).one_or_none()
        return None if row is None else _attachment(row)

    def of_instance(self, instance_id: str) -> tuple[Attachment, ...]:
        """Return an instance's files in the order in which they were attached."""
        rows = self._connection.execute(
            self._select(attachment)
            .where(
                attachment.c.process_instance_id == instance_id, attachment.c.removed_at.is_(None)
            )
            .order_by(attachment.c.attached_at, attachment.c.id)
        )
        return tuple(_attachment(row) for row in rows)

    def count(self, instance_id: str) -> int:
        """Return how many files an instance has had, those removed included."""
        found: int = self._connection.execute(
            self._select(attachment, func.count()).where(
                attachment.c.process_instance_id == instance_id
            )
        ).scalar_one()
        return found

    def remove(self, attachment_id: str, *, now: datetime, by: str) -> None:
        """Note that a file is gone; what was known of it stays."""
        self._connection.execute(
            update(attachment)
            .where(
                attachment.c.organisation == self._organisation, attachment.c.id == attachment_id
            )
            .values(removed_at=now, removed_by=by)
        )

    def keys_begun_by(self, user: str) -> tuple[str, ...]:
        """Return where the files of all instances that `user` began are kept."""
        begun = select(process_instance.c.id).where(process_instance.c.started_by == user)
        rows = self._connection.execute(
            self._select(attachment).where(attachment.c.process_instance_id.in_(begun))
        )
        return tuple(_attachment(row).key for row in rows)


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(
        id=row.id,
        organisation=row.organisation,
        process_instance_id=row.process_instance_id,
        user_task_id=row.user_task_id,
        field=row.field,
        name=row.name,
        content_type=row.content_type,
        size=row.size,
        sha256=row.sha256,
        attached_at=row.attached_at,
        attached_by=row.attached_by,
    )
