"""User tasks: rows that follow from the instance's document, and who has claimed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, delete, func, insert, not_, or_, select, update

from engine.model.pages import Page, PageRequest
from engine.model.process_instances import ProcessInstance
from engine.model.user_tasks import UserTask, UserTaskNotFound, UserTaskState
from engine.model.waits import UserTaskWait
from engine.store.process_instances import process_instance_of
from engine.store.rows import Repository, paged
from engine.store.schema import candidate, organisation, process_instance, user_task

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_GROUP = "group"
_USER = "user"
_EXCLUDED = "excluded"


# Statements of every step are built once: building them costs more than running them.
_WITH_INSTANCE: Any = (
    select(
        *(column.label(f"task_{column.name}") for column in user_task.c),
        process_instance,
        organisation.c.catalogue,
    )
    .join(process_instance, process_instance.c.id == user_task.c.process_instance_id)
    .join(organisation, organisation.c.key == user_task.c.organisation)
    .where(
        user_task.c.organisation == bindparam("of_organisation"),
        user_task.c.id == bindparam("of_id"),
    )
)
_LOCK: Any = _WITH_INSTANCE.with_for_update(of=process_instance)
_ADD = insert(user_task)
_ADD_CANDIDATES = insert(candidate)
_DONE = user_task.c.id == bindparam("done")
_CLOSE = (
    update(user_task)
    .where(
        user_task.c.organisation == bindparam("of_organisation"),
        user_task.c.id == bindparam("of_token"),
    )
    .values(
        state=case((_DONE, UserTaskState.COMPLETED.value), else_=UserTaskState.CANCELLED.value),
        completed_at=bindparam("now"),
        completed_by=case((_DONE, bindparam("done_by", type_=user_task.c.completed_by.type))),
        version=user_task.c.version + 1,
    )
)


class UserTasks(Repository):
    def add(self, instance: ProcessInstance, waits: Sequence[UserTaskWait]) -> None:
        """Store the rows of user tasks that an instance now waits for."""
        rows = [{**_row(wait), **self._of(instance)} for wait in waits]
        if rows:
            self._connection.execute(_ADD, rows)
        self._add_candidates(waits)

    def change(self, wait: UserTaskWait) -> None:
        """Bring one row in step with its wait; its version grows."""
        values = _row(wait)
        del values["id"], values["state"], values["version"]
        self._connection.execute(
            self._update(wait.token_id).values(**values, version=user_task.c.version + 1)
        )
        self._connection.execute(
            delete(candidate).where(
                candidate.c.organisation == self._organisation,
                candidate.c.user_task_id == wait.token_id,
            )
        )
        self._add_candidates([wait])

    def close(
        self, token_ids: Sequence[str], *, now: datetime, completed: str | None, by: str | None
    ) -> None:
        """Close the rows of tokens that moved on: `completed` was done by `by`, the others cancelled."""
        if not token_ids:
            return
        self._connection.execute(
            _CLOSE,
            [
                {
                    "of_organisation": self._organisation,
                    "of_token": token_id,
                    "done": completed,
                    "now": now,
                    "done_by": by,
                }
                for token_id in token_ids
            ],
        )

    def assign(self, token_id: str, assignee: str | None) -> None:
        self._connection.execute(
            self._update(token_id).values(assignee=assignee, version=user_task.c.version + 1)
        )

    def get(self, task_id: str) -> UserTask:
        """Return the task; raise UserTaskNotFound."""
        row = self._connection.execute(
            self._select(user_task).where(user_task.c.id == task_id)
        ).one_or_none()
        if row is None:
            raise UserTaskNotFound(task_id)
        return user_task_of(row)

    def lock(self, task_id: str) -> tuple[UserTask, ProcessInstance, int]:
        """Return the task, its instance locked until the transaction ends, and the catalogue number."""
        row: Any = self._connection.execute(
            _LOCK, {"of_organisation": self._organisation, "of_id": task_id}
        ).one_or_none()
        if row is None:
            raise UserTaskNotFound(task_id)
        return user_task_of(row, "task_"), process_instance_of(row), row.catalogue

    def with_instance(self, task_id: str) -> tuple[UserTask, ProcessInstance, int]:
        """Return the task, its instance as it is, and the organisation's catalogue number."""
        row: Any = self._connection.execute(
            _WITH_INSTANCE, {"of_organisation": self._organisation, "of_id": task_id}
        ).one_or_none()
        if row is None:
            raise UserTaskNotFound(task_id)
        return user_task_of(row, "task_"), process_instance_of(row), row.catalogue

    def listing(
        self,
        page: PageRequest,
        *,
        state: UserTaskState | None = None,
        process_instance_id: str | None = None,
        candidate_group: str | None = None,
        assignee: str | None = None,
        overdue: bool | None = None,
        now: datetime | None = None,
        visible_to: tuple[frozenset[str], frozenset[str]] | None = None,
        not_excluded: str | None = None,
        by_due: bool = False,
    ) -> Page[UserTask]:
        """Return tasks, oldest first or, `by_due`, the most urgent first.

        `overdue`: those due before `now`, or those that are not. `visible_to` (user, roles) keeps those assigned to the user or offered to them or a role.
        """
        query = self._select(user_task)
        if state is not None:
            query = query.where(user_task.c.state == state)
        if process_instance_id is not None:
            query = query.where(user_task.c.process_instance_id == process_instance_id)
        if candidate_group is not None:
            query = query.where(user_task.c.id.in_(self._offered_to(groups=[candidate_group])))
        if assignee is not None:
            query = query.where(user_task.c.assignee == assignee)
        if overdue is not None:
            late = user_task.c.due_at < now
            query = query.where(late if overdue else or_(user_task.c.due_at.is_(None), not_(late)))
        if visible_to is not None:
            users, roles = visible_to
            offered = self._offered_to(groups=sorted(roles), users=sorted(users))
            assigned = user_task.c.assignee.in_(sorted(users))
            query = query.where(or_(assigned, user_task.c.id.in_(offered)))
        if not_excluded is not None:
            query = query.where(user_task.c.id.not_in(self._excluded_from(not_excluded)))
        first = func.coalesce(user_task.c.due_at, NEVER, type_=user_task.c.due_at.type)
        order = (first if by_due else user_task.c.created_at, False), (user_task.c.id, False)
        return paged(self._connection, query, page, order, user_task_of)

    def of_instance(self, instance_id: str) -> tuple[UserTask, ...]:
        """Return every task an instance ever had, oldest first."""
        rows = self._connection.execute(
            self._select(user_task)
            .where(user_task.c.process_instance_id == instance_id)
            .order_by(user_task.c.created_at, user_task.c.id)
        )
        return tuple(user_task_of(row) for row in rows)

    def _offered_to(self, *, groups: Sequence[str], users: Sequence[str] = ()) -> Any:
        named = and_(candidate.c.kind == _GROUP, candidate.c.name.in_(groups))
        if users:
            named = or_(named, and_(candidate.c.kind == _USER, candidate.c.name.in_(users)))
        return self._select(candidate, candidate.c.user_task_id).where(named)

    def _excluded_from(self, user: str) -> Any:
        return self._select(candidate, candidate.c.user_task_id).where(
            candidate.c.kind == _EXCLUDED, candidate.c.name == user
        )

    def _of(self, instance: ProcessInstance) -> dict[str, Any]:
        return {
            "organisation": self._organisation,
            "process_instance_id": instance.id,
            "process_definition_key": instance.process_definition_key,
            "business_key": instance.business_key,
        }

    def _add_candidates(self, waits: Sequence[UserTaskWait]) -> None:
        rows = [
            {
                "user_task_id": wait.token_id,
                "kind": kind,
                "name": name,
                "organisation": self._organisation,
            }
            for wait in waits
            for kind, names in (
                (_GROUP, wait.candidate_groups),
                (_USER, wait.candidate_users),
                (_EXCLUDED, wait.excluded_users),
            )
            for name in dict.fromkeys(names)
        ]
        if rows:
            self._connection.execute(_ADD_CANDIDATES, rows)

    def _update(self, token_id: str) -> Any:
        return update(user_task).where(
            user_task.c.organisation == self._organisation, user_task.c.id == token_id
        )


def _row(wait: UserTaskWait) -> dict[str, Any]:
    return {
        "id": wait.token_id,
        "element_id": wait.element_id,
        "name": wait.name,
        "assignee": wait.assignee,
        "candidate_users": list(wait.candidate_users),
        "candidate_groups": list(wait.candidate_groups),
        "created_at": wait.created_at,
        "due_at": wait.due_at,
        "follow_up_at": wait.follow_up_at,
        "priority": wait.priority,
        "form_ref": wait.form_ref,
        "clauses": list(wait.clauses),
        "excluded_users": list(wait.excluded_users),
        "state": UserTaskState.OPEN,
        "version": 1,
    }


def user_task_of(row: Row[Any], prefix: str = "") -> UserTask:
    def column(name: str) -> Any:
        return getattr(row, prefix + name)

    return UserTask(
        id=column("id"),
        process_instance_id=column("process_instance_id"),
        process_definition_key=column("process_definition_key"),
        business_key=column("business_key"),
        element_id=column("element_id"),
        name=column("name"),
        assignee=column("assignee"),
        candidate_users=tuple(column("candidate_users")),
        candidate_groups=tuple(column("candidate_groups")),
        created_at=column("created_at"),
        due_at=column("due_at"),
        follow_up_at=column("follow_up_at"),
        priority=column("priority"),
        form_ref=column("form_ref"),
        clauses=tuple(column("clauses")),
        state=UserTaskState(column("state")),
        version=column("version"),
        completed_at=column("completed_at"),
        completed_by=column("completed_by"),
        excluded_users=tuple(column("excluded_users")),
    )
