"""Receipts: a request that comes twice with the same idempotency key is carried out once.

The key is taken first, marked done in the very transaction that does the work, and given its
answer after. A process that dies in between leaves a key that says what is known, never a repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from engine.model.actors import Actor
from engine.model.errors import RemitError
from engine.process_engine import ProcessEngine, receipt_key

LEASE = timedelta(seconds=30)
"""How long a request may run before its key, never marked done, may be taken again."""


class ReceiptConflict(RemitError):
    """The idempotency key was used before, for another request."""

    code: ClassVar[str] = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key came with another request before. Use a new key for a new request."
        )


class ReceiptRunning(RemitError):
    """The first request with this key is still being carried out."""

    code: ClassVar[str] = "idempotency_key_in_progress"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still running. Ask again in a moment."
        )


class ReceiptWithoutAnswer(RemitError):
    """The first request was carried out, but its answer was lost before it was kept."""

    code: ClassVar[str] = "idempotency_answer_lost"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key was carried out, but its answer was lost. "
            "Nothing was done again: read what it was about to see where it stands."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    body: str


def earlier_answer(
    engine: ProcessEngine, *, by: Actor, key: str, request_hash: str
) -> Answer | None:
    """Take the key for this request, or return the answer of the same one before.

    Raises ReceiptConflict, ReceiptRunning or ReceiptWithoutAnswer.
    """
    now = engine.clock.now()
    with engine.store.transaction(by.organisation) as tx:
        found = tx.receipts.find(key)
        if found is None:
            if not tx.receipts.add(key, request_hash, now=now, leased_until=now + LEASE):
                raise ReceiptRunning
            return None
        if found.request_hash != request_hash:
            raise ReceiptConflict
        if found.answer is not None and found.status is not None:
            return Answer(found.status, found.answer)
        if found.done:
            raise ReceiptWithoutAnswer
        if found.leased_until > now:
            raise ReceiptRunning
        tx.receipts.take_again(key, leased_until=now + LEASE)
        return None


@contextmanager
def carrying_out(engine: ProcessEngine, *, by: Actor, key: str) -> Iterator[None]:
    """Mark the key done in the transaction of whatever is done inside; give it up if it fails."""
    token = receipt_key.set(key)
    try:
        yield
    except BaseException:
        with engine.store.transaction(by.organisation) as tx:
            tx.receipts.remove(key)
        raise
    finally:
        receipt_key.reset(token)


def answered(engine: ProcessEngine, *, by: Actor, key: str, answer: Answer) -> None:
    """Keep what the request was answered, for its repeats."""
    with engine.store.transaction(by.organisation) as tx:
        tx.receipts.answer(key, answer.status, answer.body)
