"""Messages that came before anything waited for them, kept until they expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, or_

from engine.model.messages import BufferedMessage
from engine.store.rows import Repository
from engine.store.schema import buffered_message


class BufferedMessages(Repository):
    def add(self, record: BufferedMessage) -> None:
        self._connection.execute(
            insert(buffered_message).values(
                id=record.id,
                organisation=self._organisation,
                name=record.name,
                correlation_key=record.correlation_key,
                variables=dict(record.variables),
                received_at=record.received_at,
                expires_at=record.expires_at,
            )
        )

    def take(
        self, name: str, keys: tuple[str | None, ...], now: datetime
    ) -> BufferedMessage | None:
        """Remove and return the oldest unexpired message of this name and one of these keys."""
        given = [key for key in keys if key is not None]
        matches: ColumnElement[bool] = buffered_message.c.correlation_key.in_(given)
        if None in keys:
            matches = or_(matches, buffered_message.c.correlation_key.is_(None))
        row = self._connection.execute(
            self._select(buffered_message)
            .where(buffered_message.c.name == name, matches, buffered_message.c.expires_at > now)
            .order_by(buffered_message.c.received_at, buffered_message.c.id)
            .limit(1)
            .with_for_update()
        ).one_or_none()
        if row is None:
            return None
        self._connection.execute(delete(buffered_message).where(buffered_message.c.id == row.id))
        return BufferedMessage(
            row.id, row.name, row.correlation_key, row.variables, row.received_at, row.expires_at
        )

    def drop_expired(self, now: datetime) -> int:
        """Remove what nobody came for in time; returns how many."""
        return self._connection.execute(
            delete(buffered_message).where(
                buffered_message.c.organisation == self._organisation,
                buffered_message.c.expires_at <= now,
            )
        ).rowcount
