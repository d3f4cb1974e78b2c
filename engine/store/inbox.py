"""The inbox: open tasks of some people and roles, a page at a time, at a cost that does not grow with the others'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, exists, func, or_, select, union_all

from engine.model.inbox import InboxOrder, InboxQuery
from engine.model.pages import Page, PageRequest, page_token
from engine.model.user_tasks import UserTask, UserTaskState
from engine.store.rows import Repository, paged
from engine.store.schema import Instant, candidate, user_task
from engine.store.user_tasks import NEVER, user_task_of

Seen = Callable[[Any], Any]
"""How a query sees a column: as an index has it, or so that no index is walked for it."""
FEW = 1000
"""Up to so many tasks are looked up by their role; beyond, open tasks are walked in order instead."""

_GROUP, _USER, _EXCLUDED = "group", "user", "excluded"
_REST = "rest"
_INSTANTS: Mapping[InboxOrder, Any] = {
    InboxOrder.DUE: user_task.c.due_at,
    InboxOrder.FOLLOW_UP: user_task.c.follow_up_at,
}


class Inbox(Repository):
    def with_people(
        self, users: Sequence[str], query: InboxQuery, page: PageRequest
    ) -> Page[UserTask]:
        """Return the open tasks that one of these people has taken on."""
        found = self._open(query, _as_it_is, key=_unindexed).where(
            user_task.c.assignee.in_(users), *_late(query, _unindexed)
        )
        # One person's tasks are found by who has them and sorted, not picked out of everybody's.
        order = _ascending((_unindexed(_instant(query)), user_task.c.id))
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
        named = self._of(_GROUP, roles), self._of(_USER, users)
        # Two selections, each along an index, which `or` would not be.
        mine = union_all(*(select(candidate.c.user_task_id).where(*one) for one in named))
        own = candidate.c.user_task_id == user_task.c.id
        kept_out = exists().where(
            own, candidate.c.kind == _EXCLUDED, candidate.c.name == not_excluded
        )
        asked = self._open(query, _as_it_is, key=_as_it_is)
        few_are_mine, few_are_asked = self._are_few(mine, asked, query)
        seen = _unindexed if few_are_mine or few_are_asked else _as_it_is
        if few_are_mine:
            found = self._open(query, _unindexed, key=_unindexed)
            found = found.where(user_task.c.id.in_(mine))
        else:
            by_role, by_name = (exists().where(own, *one) for one in named)
            found = asked if few_are_asked else self._open(query, _as_it_is, key=_unindexed)
            found = found.where(or_(by_role, by_name))
        late = _late(query, seen if query.order is InboxOrder.DUE else _unindexed)
        return self._page(found.where(_nobodys(seen), ~kept_out, *late), query, page, seen)

    def _of(self, kind: str, names: Sequence[str]) -> tuple[Any, ...]:
        return (
            candidate.c.organisation == self._organisation,
            candidate.c.kind == kind,
            candidate.c.name.in_(names),
        )

    def _are_few(
        self, mine: CompoundSelect[Any], asked: Select[Any], query: InboxQuery
    ) -> tuple[bool, bool]:
        """Say whether few tasks are offered to the person, and whether few are of the procedure."""
        counted: list[Any] = [mine]
        if query.process_definition_key:
            counted.append(asked.with_only_columns(user_task.c.id))
        numbers = self._connection.execute(
            select(
                *(
                    select(func.count())
                    .select_from(one.limit(FEW + 1).subquery())
                    .scalar_subquery()
                    for one in counted
                )
            )
        ).one()
        return numbers[0] <= FEW, len(numbers) > 1 and numbers[1] <= FEW

    def _open(self, query: InboxQuery, seen: Seen, *, key: Seen) -> Select[Any]:
        """Select the organisation's open tasks, of one procedure if the query says so."""
        found = select(user_task).where(
            seen(user_task.c.organisation) == self._organisation,
            seen(user_task.c.state) == UserTaskState.OPEN,
        )
        if query.process_definition_key:
            asked = key(user_task.c.process_definition_key)
            found = found.where(asked == query.process_definition_key)
        return found

    def _page(
        self, found: Select[Any], query: InboxQuery, page: PageRequest, seen: Seen
    ) -> Page[UserTask]:
        """Return one page in the order asked for; what has no such instant comes last, by age."""
        instant = _instant(query)
        age = seen(user_task.c.created_at), user_task.c.id, user_task.c.version
        by_age = _ascending(age)
        if instant is user_task.c.created_at:
            return paged(self._connection, found, page, by_age, user_task_of)
        # In two steps, each along an index: ordering by `coalesce` would sort every open task. The
        # page token says by its length which step it belongs to.
        without = found.where(_unindexed(instant) == NEVER)
        after = page.after()
        if after is not None and len(after) != len(by_age) - 1:
            rest = PageRequest(page.size, page.token if len(after) == len(by_age) else None)
            return paged(self._connection, without, rest, by_age, user_task_of)
        order = _ascending((seen(instant), user_task.c.id))
        has_it = found.where(seen(instant) < NEVER)
        first = paged(self._connection, has_it, page, order, user_task_of)
        if query.overdue_at is not None and query.order is InboxOrder.DUE:
            return first  # what has no due time is never overdue
        room = page.rows - len(first.items)
        if first.next_token or not room:
            return Page(first.items, first.next_token or page_token([_REST]))
        last = paged(self._connection, without, PageRequest(room), by_age, user_task_of)
        return Page((*first.items, *last.items), last.next_token)


def _instant(query: InboxQuery) -> Any:
    return _INSTANTS.get(query.order, user_task.c.created_at)


def _late(query: InboxQuery, seen: Seen) -> list[Any]:
    late = query.overdue_at
    return [] if late is None else [seen(user_task.c.due_at) < late]


def _nobodys(seen: Seen) -> Any:
    nobody = user_task.c.assignee
    return nobody.is_(None) if seen is _as_it_is else seen(nobody) == ""


def _as_it_is(column: Any) -> Any:
    """Return a column by which a database may find or order rows, along an index."""
    return column


def _unindexed(column: Any) -> Any:
    """Return a column as an expression, so that rows are found by something else than its index."""
    nothing = NEVER if isinstance(column.type, Instant) else ""
    return func.coalesce(column, nothing, type_=column.type)


def _ascending(columns: Sequence[Any]) -> list[tuple[Any, bool]]:
    return [(column, False) for column in columns]
