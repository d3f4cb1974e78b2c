"""What every repository shares: its organisation, and the walk through a list in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    false,
    or_,
    select,
)

from engine.model.pages import BadPageToken, Page, PageRequest, page_token

T = TypeVar("T")
_INSTANT = "@"


class Repository:
    """One noun's rows of one organisation."""

    def __init__(self, connection: Connection, organisation: str) -> None:
        self._connection = connection
        self._organisation = organisation

    def _select(self, table: FromClause, *columns: Any) -> Select[Any]:
        """Select from `table`, only what belongs to the organisation."""
        return select(*(columns or (table,))).where(table.c.organisation == self._organisation)


def paged(
    connection: Connection,
    query: Select[Any],
    page: PageRequest,
    order: Sequence[tuple[ColumnElement[Any], bool]],
    make: Callable[[Row[Any]], T],
) -> Page[T]:
    """Return one page of `query`, ordered by `order` (expression, descending?), the last one unique."""
    labelled = [expression.label(f"_order_{i}") for i, (expression, _) in enumerate(order)]
    query = query.add_columns(*labelled)
    after = page.after()
    if after is not None:
        query = query.where(_after(order, _values(order, after)))
    for expression, descending in order:
        query = query.order_by(expression.desc() if descending else expression.asc())
    rows = connection.execute(query.limit(page.rows + 1)).all()
    items = tuple(make(row) for row in rows[: page.rows])
    if len(rows) <= page.rows:
        return Page(items)
    last = rows[page.rows - 1]
    return Page(items, page_token([_packed(last._mapping[label.name]) for label in labelled]))


def _values(order: Sequence[tuple[ColumnElement[Any], bool]], after: Sequence[Any]) -> list[Any]:
    """Return the sort values of a page token; raise BadPageToken for what another list made, or nobody."""
    try:
        values = [_unpacked(value) for value in after]
    except (ValueError, OverflowError):
        raise BadPageToken from None
    if len(values) > len(order):
        raise BadPageToken
    for (expression, _), value in zip(order, values, strict=False):
        if not isinstance(value, expression.type.python_type) or "\x00" in str(value):
            raise BadPageToken
    return values


def _after(
    order: Sequence[tuple[ColumnElement[Any], bool]], values: Sequence[Any]
) -> ColumnElement[bool]:
    """Say in SQL that a row comes after the one with these sort values."""
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (expression, descending), value in zip(order, values, strict=False):
        beyond = expression < value if descending else expression > value
        steps.append(and_(*equal, beyond))
        equal.append(expression == value)
    return or_(false(), *steps)


def _packed(value: Any) -> Any:
    return _INSTANT + value.isoformat() if isinstance(value, datetime) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_INSTANT):
        return datetime.fromisoformat(value[1:]).astimezone(UTC)
    return value


def values_of(record: Any) -> dict[str, Any]:
    """Return a record's fields as column values: tuples become lists, as JSON keeps them."""
    found = {}
    for field in fields(record):
        value = getattr(record, field.name)
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found
