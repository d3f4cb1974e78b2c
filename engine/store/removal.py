"""Takes instances out of the database with all that hangs on them: invented ones, and no others."""

from __future__ import annotations

from sqlalchemy import Column, and_, delete, false, or_, select

from engine.store.rows import Repository
from engine.store.schema import metadata, process_instance, user_task


class Removal(Repository):
    def remove_begun_by(self, user: str, *, by_then: str = "system") -> int:
        """Remove every instance that `user` began, with whatever refers to it; returns how many.

        Also those that `by_then` began because of them, whose business keys continue theirs.
        """
        begun = process_instance.c.started_by == user
        keys = self._connection.execute(
            self._select(process_instance, process_instance.c.business_key).where(begun)
        ).scalars()
        continued = [
            process_instance.c.business_key.startswith(f"{key}/", autoescape=True)
            for key in keys
            if key
        ]
        wanted = or_(
            begun, and_(process_instance.c.started_by == by_then, or_(*continued, false()))
        )
        instances = self._select(process_instance, process_instance.c.id).where(wanted)
        tasks = select(user_task.c.id).where(user_task.c.process_instance_id.in_(instances))
        for target, rows in ((user_task.c.id, tasks), (process_instance.c.id, instances)):
            for table in reversed(metadata.sorted_tables):
                for column in table.columns:
                    if _refers_to(column, target):
                        self._connection.execute(delete(table).where(column.in_(rows)))
        return self._connection.execute(
            delete(process_instance).where(
                process_instance.c.organisation == self._organisation, wanted
            )
        ).rowcount


def _refers_to(column: Column[object], target: Column[str]) -> bool:
    return any(key.column is target for key in column.foreign_keys)
