"""Notices as they are told: one row per job and role, so a repeat adds none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert

from engine.model.notices import Channel, Notice, NoticeKind
from engine.model.pages import Page, PageRequest
from engine.store.rows import Repository, paged, values_of
from engine.store.schema import notice


class Notices(Repository):
    def add(self, records: Sequence[Notice]) -> None:
        if records:
            self._connection.execute(
                insert(notice),
                [{**values_of(r), "organisation": self._organisation} for r in records],
            )

    def find(self, job_id: str, to_role: str) -> Notice | None:
        """Return what this role was told, None when it was not."""
        row = self._connection.execute(
            self._select(notice).where(notice.c.job_id == job_id, notice.c.to_role == to_role)
        ).one_or_none()
        return _notice(row) if row else None

    def listing(
        self,
        page: PageRequest,
        *,
        process_instance_id: str | None = None,
        roles: frozenset[str] | None = None,
        kind: NoticeKind | None = None,
    ) -> Page[Notice]:
        """Return notices, newest first; `roles`: only those to one of them."""
        query = self._select(notice)
        if process_instance_id is not None:
            query = query.where(notice.c.process_instance_id == process_instance_id)
        if kind is not None:
            query = query.where(notice.c.kind == kind)
        if roles is not None:
            query = query.where(notice.c.to_role.in_(sorted(roles)))
        order = (
            (notice.c.delivered_at, True),
            (notice.c.job_id, True),
            (notice.c.to_role, True),
        )
        return paged(self._connection, query, page, order, _notice)


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        job_id=row.job_id,
        to_role=row.to_role,
        process_instance_id=row.process_instance_id,
        element_id=row.element_id,
        template=row.template,
        channel=row.channel,
        subject=row.subject,
        body=row.body,
        clauses=tuple(row.clauses),
        delivered_at=row.delivered_at,
        kind=NoticeKind(row.kind),
        due_at=row.due_at,
        user_task_id=row.user_task_id,
        outside_subject=row.outside_subject,
        outside_body=row.outside_body,
        routes=tuple(tuple(Channel(channel) for channel in route) for route in row.routes),
    )
