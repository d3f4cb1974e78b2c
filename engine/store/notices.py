"""Notices that were delivered within Remit: one row per job and role, so a repeat adds none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert

from engine.model.notices import Notice
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

    def listing(
        self,
        page: PageRequest,
        *,
        process_instance_id: str | None = None,
        roles: frozenset[str] | None = None,
    ) -> Page[Notice]:
        """Return notices, newest first; `roles`: only those to one of them."""
        query = self._select(notice)
        if process_instance_id is not None:
            query = query.where(notice.c.process_instance_id == process_instance_id)
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
    )
