"""Notices: what was told to whom by which clause, how each copy travels, and what every attempt gave."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from engine.model.errors import RemitError


class Channel(StrEnum):
    """How a notice reaches a role or its people."""

    INBOX = "inbox"
    EMAIL = "email"
    NOTIFY = "notify"
    TEAMS = "teams"
    SLACK = "slack"
    WEBHOOK = "webhook"


PERSONAL = frozenset({Channel.EMAIL, Channel.NOTIFY})
"""Channels that reach one person each; the others reach a place that a whole role reads."""

Route = tuple[Channel, ...]
"""Channels of which each is tried when the one before it has failed or would be too late."""


class NoticeKind(StrEnum):
    """Why a notice is sent."""

    NOTICE = "notice"
    """A diagram's task of the topic `notice`."""
    TASK_CREATED = "task_created"
    TASK_ASSIGNED = "task_assigned"
    TASK_OVERDUE = "task_overdue"
    LINK_RENEWED = "link_renewed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one role, as its inbox shows it; `to_role` is empty when it names people only.

    `job_id` is the same for every role that is told the same thing. `outside_subject` and
    `outside_body` are what leaves the building: thin, with `LINK` where the link goes. `due_at` is
    the time limit that it is about.
    """

    job_id: str
    to_role: str
    process_instance_id: str
    element_id: str
    template: str
    channel: str
    subject: str
    body: str
    clauses: tuple[str, ...]
    delivered_at: datetime
    kind: NoticeKind = NoticeKind.NOTICE
    due_at: datetime | None = None
    user_task_id: str | None = None
    outside_subject: str = ""
    outside_body: str = ""
    routes: tuple[Route, ...] = ((Channel.INBOX,),)

    @property
    def deadline(self) -> datetime | None:
        """Return the limit that it can still beat; None where there is none, or it had passed."""
        if self.due_at is None or self.due_at <= self.delivered_at:
            return None
        return self.due_at


LINK = "{{ link }}"
"""Stands in a text that is kept for the link that is made when it is sent."""


class NoticeState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    """Handed over to a service that brings it on; it may still say that it could not."""
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """Nobody needs to be told any more: the task that it asks for is done."""


SCHEDULE = (0, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
"""Seconds before each attempt, counted from the one before: about sixteen hours in all."""

JITTER = 0.2
"""Up to this share is added to each wait, so that a server that recovers is not asked all at once."""


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """One copy of a notice on one channel. `id` is its job's too, and the same at every attempt.

    `recipient` is a user name on personal channels, an endpoint's id for webhooks, empty where a
    whole role reads. `route` are the channels that stand in for one another, `position` is this
    one's. `begun` counts attempts that began, `attempts` those that ended since it was last asked for.
    """

    id: str
    job_id: str
    to_role: str
    process_instance_id: str
    channel: Channel
    recipient: str
    route: Route
    position: int
    created_at: datetime
    due_at: datetime
    state: NoticeState = NoticeState.QUEUED
    begun: int = 0
    attempts: int = 0
    attempts_ever: int = 0
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    last_error: str | None = None

    @property
    def may_have_arrived(self) -> bool:
        """Say whether it is sent, or has not been tried yet: one that failed before is no hope."""
        if self.state is NoticeState.QUEUED:
            return self.attempts == 0
        return self.state in (NoticeState.SENT, NoticeState.DELIVERED)

    @property
    def next_channel(self) -> Channel | None:
        """Return what stands in for this channel when it fails."""
        after = self.position + 1
        return self.route[after] if after < len(self.route) else None


@dataclass(frozen=True, slots=True)
class NoticeAttempt:
    """One try: what came of it, and why it was not more."""

    delivery_id: str
    number: int
    at: datetime
    outcome: str
    detail: str | None


class Outcome(StrEnum):
    """What an attempt gave."""

    DELIVERED = "delivered"
    SENT = "sent"
    AGAIN = "again"
    """Not now: a fault that may pass."""
    REFUSED = "refused"
    """Never: another attempt would give the same."""
    MOOT = "moot"
    """There is nothing to tell any more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a channel says of an attempt. `not_before`: when it asks to be asked again."""

    outcome: Outcome
    detail: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """Everything that a channel may know of what it sends; no name, no answer, no narrative.

    `settings` are the channel's own from organisation.yaml; a secret is in them by name. `again`
    says that an earlier attempt may have got through unnoticed.
    """

    id: str
    organisation: str
    channel: Channel
    address: str
    subject: str
    body: str
    reference: str
    clauses: tuple[str, ...]
    due_at: datetime | None
    link: str
    now: datetime
    settings: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    again: bool = False


def after_attempt(
    delivery: NoticeDelivery,
    reply: Reply,
    *,
    now: datetime,
    deadline: datetime | None,
    onward: bool,
) -> NoticeDelivery:
    """Say what becomes of a delivery: sent, delivered, tried again later, or failed for good.

    With somewhere to go `onward` (another channel, the next role up) it has failed as soon as its
    next attempt would come after the deadline; as the last one it goes on trying, late as it is.
    """
    tried = replace(
        delivery, attempts=delivery.attempts + 1, attempts_ever=delivery.attempts_ever + 1
    )
    match reply.outcome:
        case Outcome.DELIVERED:
            return delivered(tried, now=now)
        case Outcome.SENT:
            return replace(tried, state=NoticeState.SENT, sent_at=now, last_error=None)
        case Outcome.MOOT:
            return replace(
                tried, state=NoticeState.WITHDRAWN, ended_at=now, last_error=reply.detail
            )
        case Outcome.REFUSED:
            return failed(tried, reply.detail, now=now)
    if tried.attempts >= len(SCHEDULE):
        return failed(tried, reply.detail, now=now)
    seconds = SCHEDULE[tried.attempts] * (1 + JITTER * _share(delivery.id, tried.attempts_ever))
    again_at = max(now + timedelta(seconds=seconds), reply.not_before or now)
    if onward and deadline is not None and again_at > deadline:
        return failed(tried, f"{reply.detail} Trying again would be too late.", now=now)
    return replace(tried, due_at=again_at, last_error=reply.detail)


def delivered(delivery: NoticeDelivery, *, now: datetime) -> NoticeDelivery:
    """Return a delivery that has arrived."""
    return replace(
        delivery,
        state=NoticeState.DELIVERED,
        sent_at=delivery.sent_at or now,
        ended_at=now,
        last_error=None,
    )


def failed(delivery: NoticeDelivery, why: str | None, *, now: datetime) -> NoticeDelivery:
    """Return a delivery that will not arrive."""
    return replace(delivery, state=NoticeState.FAILED, ended_at=now, last_error=why)


def asked_again(delivery: NoticeDelivery, *, now: datetime) -> NoticeDelivery:
    """Return a delivery as new: due now, with every attempt before it again."""
    return replace(
        delivery, state=NoticeState.QUEUED, attempts=0, due_at=now, ended_at=None, last_error=None
    )


def _share(delivery_id: str, attempt: int) -> float:
    """Return a number from 0 to 1 that looks random and is the same whenever it is asked for."""
    digest = hashlib.sha256(f"{delivery_id}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF


class NoticeDeliveryNotFound(RemitError):
    """There is no such delivery of a notice, or not in this organisation."""

    code: ClassVar[str] = "notice_delivery_not_found"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"There is no delivery {delivery_id} of a notice here.")
