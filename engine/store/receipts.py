"""Receipts of requests that came with an idempotency key, so that a repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from engine.store.rows import Repository
from engine.store.schema import receipt


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request by its key. `done` in the transaction that did it; `answer` shortly after."""

    key: str
    request_hash: str
    done: bool
    status: int | None
    answer: str | None
    leased_until: datetime


class AllReceipts:
    """Receipts of every organisation, for the one owner of a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def release(self) -> int:
        """Forget the requests that a process which is gone had not done; returns how many."""
        return self._connection.execute(delete(receipt).where(receipt.c.done.is_(False))).rowcount


class Receipts(Repository):
    def find(self, key: str) -> Receipt | None:
        row = self._connection.execute(
            self._select(receipt).where(receipt.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        return Receipt(
            row.key, row.request_hash, row.done, row.status, row.answer, row.leased_until
        )

    def add(self, key: str, request_hash: str, *, now: datetime, leased_until: datetime) -> bool:
        """Take the key; False when another request took it at the same moment."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(
                    insert(receipt).values(
                        organisation=self._organisation,
                        key=key,
                        request_hash=request_hash,
                        done=False,
                        received_at=now,
                        leased_until=leased_until,
                    )
                )
        except IntegrityError:
            return False
        return True

    def take_again(self, key: str, *, leased_until: datetime) -> None:
        """Give a request that died before it did anything another chance."""
        self._change(key, leased_until=leased_until)

    def mark_done(self, key: str) -> None:
        self._change(key, done=True)

    def answer(self, key: str, status: int, answer: str) -> None:
        self._change(key, done=True, status=status, answer=answer)

    def remove(self, key: str) -> None:
        """Forget a request that was not done, so that it may be tried again."""
        self._connection.execute(
            delete(receipt).where(
                receipt.c.organisation == self._organisation,
                receipt.c.key == key,
                receipt.c.done.is_(False),
            )
        )

    def _change(self, key: str, **values: object) -> None:
        self._connection.execute(
            update(receipt)
            .where(receipt.c.organisation == self._organisation, receipt.c.key == key)
            .values(**values)
        )
