"""How notices got on: each with its copies and every attempt at one, for who may see it. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.notices import Channel, Notice, NoticeAttempt, NoticeDelivery, Outcome
from engine.model.pages import LARGEST_PAGE, PageRequest
from engine.model.webhook_deliveries import WebhookAttempt
from engine.store import Transaction


@dataclass(frozen=True, slots=True)
class ToldCopy:
    """One copy of a notice with every attempt at it."""

    delivery: NoticeDelivery
    attempts: tuple[NoticeAttempt, ...]


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A notice with the copies that were made of it, the oldest first."""

    notice: Notice
    copies: tuple[ToldCopy, ...]


def of(tx: Transaction, notices: Sequence[Notice]) -> tuple[ToldNotice, ...]:
    """Return notices with their copies and every attempt."""
    if not notices:
        return ()
    deliveries = tx.notice_deliveries.of([notice.job_id for notice in notices])
    tried: dict[str, list[NoticeAttempt]] = {}
    for attempt in tx.notice_deliveries.attempts([one.id for one in deliveries]):
        tried.setdefault(attempt.delivery_id, []).append(attempt)
    for one in deliveries:
        if one.channel is Channel.WEBHOOK and one.recipient:
            tried[one.id] = [_of_webhook(each) for each in tx.webhook_deliveries.attempts(one.id)]
    copies: dict[tuple[str, str], list[ToldCopy]] = {}
    for one in deliveries:
        copy = ToldCopy(one, tuple(tried.get(one.id, ())))
        copies.setdefault((one.job_id, one.to_role), []).append(copy)
    return tuple(
        ToldNotice(notice, tuple(copies.get((notice.job_id, notice.to_role), ())))
        for notice in notices
    )


def of_instance(tx: Transaction, instance_id: str) -> tuple[ToldNotice, ...]:
    """Return every notice of an instance with its copies and every attempt, the latest first."""
    found: list[ToldNotice] = []
    page = PageRequest(size=LARGEST_PAGE)
    while True:
        part = tx.notices.listing(page, process_instance_id=instance_id)
        found += of(tx, part.items)
        if part.next_token is None:
            return tuple(found)
        page = PageRequest(size=LARGEST_PAGE, token=part.next_token)


def _of_webhook(attempt: WebhookAttempt) -> NoticeAttempt:
    arrived = attempt.status is not None and 200 <= attempt.status < 300
    detail = attempt.error if attempt.status is None else f"HTTP {attempt.status}"
    outcome = Outcome.DELIVERED if arrived else Outcome.AGAIN
    return NoticeAttempt(attempt.delivery_id, attempt.number, attempt.at, outcome, detail)
