"""Process instances: one row each, guarded by its revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, not_, or_, select, update

from engine.model.pages import Page, PageRequest
from engine.model.process_instances import (
    InstanceState,
    ProcessInstance,
    ProcessInstanceMoved,
    ProcessInstanceNotFound,
)
from engine.store.rows import Repository, paged
from engine.store.schema import organisation, process_instance, user_task

# Statements of every step are built once: building them costs more than running them.
_WITH_CATALOGUE = (
    select(process_instance, organisation.c.catalogue)
    .join(organisation, organisation.c.key == process_instance.c.organisation)
    .where(
        process_instance.c.organisation == bindparam("of_organisation"),
        process_instance.c.id == bindparam("of_id"),
    )
)
_LOCK = _WITH_CATALOGUE.with_for_update(of=process_instance)
_SAVE = (
    update(process_instance)
    .where(
        process_instance.c.organisation == bindparam("of_organisation"),
        process_instance.c.id == bindparam("of_id"),
        process_instance.c.revision == bindparam("of_revision"),
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                "state",
                "ended_at",
                "revision",
                "document",
                "history_length",
                "history_hash",
            )
        }
    )
)


class ProcessInstances(Repository):
    def add(self, record: ProcessInstance) -> None:
        self._connection.execute(
            insert(process_instance).values(
                id=record.id,
                organisation=self._organisation,
                definition_id=record.process_definition_id,
                process_definition_key=record.process_definition_key,
                version=record.version,
                business_key=record.business_key,
                started_at=record.started_at,
                started_by=record.started_by,
                **_moving(record),
            )
        )

    def get(self, instance_id: str) -> ProcessInstance:
        """Return the instance as it is; raise ProcessInstanceNotFound."""
        row = self._connection.execute(
            self._select(process_instance).where(process_instance.c.id == instance_id)
        ).one_or_none()
        if row is None:
            raise ProcessInstanceNotFound(instance_id)
        return process_instance_of(row)

    def with_catalogue(self, instance_id: str) -> tuple[ProcessInstance, int]:
        """Return the instance as it is, and the organisation's catalogue number."""
        return self._found(_WITH_CATALOGUE, instance_id)

    def lock(self, instance_id: str) -> tuple[ProcessInstance, int]:
        """Return the instance, locked until the transaction ends, and the organisation's catalogue."""
        return self._found(_LOCK, instance_id)

    def _found(self, statement: Any, instance_id: str) -> tuple[ProcessInstance, int]:
        row: Any = self._connection.execute(
            statement, {"of_organisation": self._organisation, "of_id": instance_id}
        ).one_or_none()
        if row is None:
            raise ProcessInstanceNotFound(instance_id)
        return process_instance_of(row), row.catalogue

    def save(self, record: ProcessInstance) -> ProcessInstance:
        """Store a step's end; raise ProcessInstanceMoved when another step came between (law 2)."""
        saved = replace(record, revision=record.revision + 1)
        changed = self._connection.execute(
            _SAVE,
            {
                **_moving(saved),
                "of_organisation": self._organisation,
                "of_id": record.id,
                "of_revision": record.revision,
            },
        )
        if changed.rowcount != 1:
            raise ProcessInstanceMoved(record.id)
        return saved

    def of_processes(
        self,
        keys: Sequence[str],
        *,
        started: tuple[datetime, datetime] | None = None,
        ended: tuple[datetime, datetime] | None = None,
    ) -> Iterator[ProcessInstance]:
        """Yield the instances of processes in the order they started, a hundred at a time.

        Only those that `started` or `ended` from the first instant (included) to the second.
        """
        columns = process_instance.c
        query = self._select(process_instance).where(columns.process_definition_key.in_(keys))
        for column, period in ((columns.started_at, started), (columns.ended_at, ended)):
            if period is not None:
                query = query.where(column >= period[0], column < period[1])
        query = query.order_by(columns.started_at, columns.id)
        for row in self._connection.execute(query.execution_options(yield_per=100)):
            yield process_instance_of(row)

    def listing(
        self,
        page: PageRequest,
        *,
        state: InstanceState | None = None,
        business_key: str | None = None,
        process_definition_key: str | None = None,
        overdue: bool | None = None,
        now: datetime | None = None,
        text: str | None = None,
    ) -> Page[ProcessInstance]:
        """Return instances, newest first; `overdue`: those with an open task due before `now`, or those without."""
        query = self._select(process_instance)
        if state is not None:
            query = query.where(process_instance.c.state == state)
        if business_key is not None:
            query = query.where(process_instance.c.business_key == business_key)
        if process_definition_key is not None:
            query = query.where(
                process_instance.c.process_definition_key == process_definition_key
            )
        if overdue is not None:
            late = self._select(user_task, user_task.c.process_instance_id).where(
                user_task.c.state == "open", user_task.c.due_at < now
            )
            is_late = process_instance.c.id.in_(late)
            query = query.where(is_late if overdue else not_(is_late))
        if text:
            query = query.where(
                or_(
                    process_instance.c.business_key.icontains(text, autoescape=True),
                    process_instance.c.process_definition_key.icontains(text, autoescape=True),
                    process_instance.c.id == text,
                )
            )
        order = ((process_instance.c.started_at, True), (process_instance.c.id, True))
        return paged(self._connection, query, page, order, process_instance_of)


def _moving(record: ProcessInstance) -> dict[str, Any]:
    """Return the columns that a step may change."""
    return {
        "state": record.state,
        "ended_at": record.ended_at,
        "revision": record.revision,
        "document": record.document,
        "history_length": record.history_length,
        "history_hash": record.history_hash,
    }


def process_instance_of(row: Row[Any]) -> ProcessInstance:
    """Make the value from a row that holds the table's columns under their own names."""
    return ProcessInstance(
        id=row.id,
        process_definition_id=row.definition_id,
        process_definition_key=row.process_definition_key,
        version=row.version,
        business_key=row.business_key,
        state=InstanceState(row.state),
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
        revision=row.revision,
        document=row.document,
        history_length=row.history_length,
        history_hash=row.history_hash,
    )
