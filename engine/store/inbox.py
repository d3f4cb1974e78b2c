"""The inbox: open tasks of some people and roles, a page at a time, at a cost that does not grow with the others'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from engine.model.inbox import InboxOrder, InboxQuery
from engine.model.pages import Page, PageRequest, page_token
from engine.model.user_tasks import UserTask, UserTaskState
from engine.store.rows import Repository, paged
from engine.store.schema import candidate, user_task
from engine.store.user_tasks import NEVER, user_task_of

FEW = 500
"""Up to so many tasks are looked up by their role; beyond, open tasks are walked in order instead."""

_GROUP, _USER, _EXCLUDED = "group", "user", "excluded"
_REST = "rest"
_BY_AGE = (user_task.c.created_at, False), (user_task.c.id, False), (user_task.c.version, False)
_INSTANTS = {
    InboxOrder.DUE: user_task.c.due_at,
    InboxOrder.FOLLOW_UP: user_task.c.follow_up_at,
}


class Inbox(Repository):
    def with_people(
        self, users: Sequence[str], query: InboxQuery, page: PageRequest
    ) -> Page[UserTask]:
        """Return the open tasks that one of these people has taken on."""
        found = self._open(query).where(user_task.c.assignee.in_(users))
        instant = _INSTANTS.get(query.order, user_task.c.created_at)
        # An expression, so that no index gives the order: one person's tasks are found by who has
        # them and sorted, not picked out of a walk over everybody's.
        last = func.coalesce(instant, NEVER, type_=instant.type)
        order = (last, False), (user_task.c.id, False)
        return paged(self._connection, found, page, order, user_task_of)

    def offered(
        self,
        users: Sequence[str],
        roles: Sequence[str],
        query: InboxQuery,
        page: PageRequest,
        *,
        not_excluded: str,
    ) -> Page[UserTask]:
        """Return the open tasks that nobody has taken on, offered to these people or roles."""
        named = and_(
            candidate.c.organisation == self._organisation,
            or_(
                and_(candidate.c.kind == _GROUP, candidate.c.name.in_(roles)),
                and_(candidate.c.kind == _USER, candidate.c.name.in_(users)),
            ),
        )
        found = self._open(query).where(user_task.c.assignee.is_(None))
        if self._are_few(named):
            found = found.where(user_task.c.id.in_(select(candidate.c.user_task_id).where(named)))
        else:
            found = found.where(exists().where(candidate.c.user_task_id == user_task.c.id, named))
        kept_out = exists().where(
            candidate.c.user_task_id == user_task.c.id,
            candidate.c.kind == _EXCLUDED,
            candidate.c.name == not_excluded,
        )
        return self._page(found.where(~kept_out), query, page)

    def _are_few(self, named: Any) -> bool:
        some = select(literal(1)).where(named).limit(FEW + 1).subquery()
        return self._connection.execute(select(func.count()).select_from(some)).scalar_one() <= FEW

    def _open(self, query: InboxQuery) -> Select[Any]:
        found = self._select(user_task).where(user_task.c.state == UserTaskState.OPEN)
        if query.process_definition_key:
            found = found.where(user_task.c.process_definition_key == query.process_definition_key)
        if query.overdue_at is not None:
            found = found.where(user_task.c.due_at < query.overdue_at)
        return found

    def _page(self, found: Select[Any], query: InboxQuery, page: PageRequest) -> Page[UserTask]:
        """Return one page in the order asked for; what has no such instant comes last, by age."""
        instant = _INSTANTS.get(query.order)
        if instant is None:
            return paged(self._connection, found, page, _BY_AGE, user_task_of)
        # In two steps, each along an index: ordering by `coalesce` would sort every open task. The
        # page token says by its length which step it belongs to.
        without = found.where(func.coalesce(instant, NEVER, type_=instant.type) == NEVER)
        after = page.after()
        if after is not None and len(after) != len(_BY_AGE) - 1:
            rest = PageRequest(page.size, page.token if len(after) == len(_BY_AGE) else None)
            return paged(self._connection, without, rest, _BY_AGE, user_task_of)
        order = (instant, False), (user_task.c.id, False)
        first = paged(
            self._connection, found.where(instant.is_not(None)), page, order, user_task_of
        )
        if query.overdue_at is not None and query.order is InboxOrder.DUE:
            return first  # what has no due time is never overdue
        room = page.rows - len(first.items)
        if first.next_token or not room:
            return Page(first.items, first.next_token or page_token([_REST]))
        last = paged(self._connection, without, PageRequest(room), _BY_AGE, user_task_of)
        return Page((*first.items, *last.items), last.next_token)
