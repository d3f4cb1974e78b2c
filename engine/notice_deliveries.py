"""Brings one copy of a notice to its channel, and decides with the model what comes next.

At least once: nothing is sent inside a transaction, and whoever dies between sending and noting it
sends the same id again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine import advance, links, notice_queue, webhook_events
from engine.catalogue import Catalogue
from engine.content import ChannelSettings, Role, thin_reference
from engine.model.actors import system_actor
from engine.model.errors import RemitError
from engine.model.history import HistoryEvent, HistoryKind
from engine.model.identifiers import new_id
from engine.model.jobs import Job, JobState
from engine.model.notices import (
    LINK,
    PERSONAL,
    Channel,
    Notice,
    NoticeAttempt,
    NoticeDelivery,
    NoticeDeliveryNotFound,
    NoticeKind,
    NoticeState,
    Outcome,
    OutgoingNotice,
    Reply,
    after_attempt,
    asked_again,
    delivered,
    failed,
)
from engine.model.process_instances import ProcessInstance
from engine.model.webhook_deliveries import DeliveryState
from engine.model.webhook_deliveries import asked_again as webhook_asked_again
from engine.process_engine import ProcessEngine
from engine.store import Transaction

LEASE = timedelta(seconds=120)
"""Longer than any channel may take."""

_TOLD = {
    NoticeState.SENT: HistoryKind.NOTICE_SENT,
    NoticeState.DELIVERED: HistoryKind.NOTICE_DELIVERED,
    NoticeState.FAILED: HistoryKind.NOTICE_FAILED,
}


@dataclass(frozen=True, slots=True)
class _Begun:
    """An attempt that has begun; `refused` when there is nothing to call out for."""

    delivery: NoticeDelivery
    notice: Notice
    message: OutgoingNotice
    refused: Reply | None


def run(engine: ProcessEngine, job: Job) -> None:
    """Make the attempt that a job stands for, and note what came of it."""
    now, lease = engine.clock.now(), new_id()
    with engine.transaction(job.organisation) as tx:
        claimed = tx.jobs.claim(job.id, lease, now=now, until=now + LEASE)
        if claimed is None:
            return
        delivery = tx.notice_deliveries.find(job.id)
        if delivery is None or delivery.state in (NoticeState.DELIVERED, NoticeState.WITHDRAWN):
            tx.jobs.done(job.id)
            return
        by_webhook = delivery.channel is Channel.WEBHOOK and bool(delivery.recipient)
        begun = None if by_webhook else _begin(engine, tx, delivery, now)
    if begun is None:
        follow(engine, job.organisation, job.id)
        return
    reply = begun.refused or _send(engine, job.organisation, begun)
    with engine.transaction(job.organisation) as tx:
        _noted(engine, tx, claimed, begun, reply)


def reported(
    engine: ProcessEngine,
    *,
    organisation: str,
    channel: Channel,
    delivery_id: str,
    arrived: bool,
    detail: str,
) -> None:
    """Note what a channel's service says later of a copy that it took on.

    The same report again changes nothing. Raises NoticeDeliveryNotFound, for a copy on another
    channel too.
    """
    now = engine.clock.now()
    with engine.transaction(organisation) as tx:
        found = tx.notice_deliveries.get(delivery_id)
        if found.channel is not channel:
            raise NoticeDeliveryNotFound(delivery_id)
        instance, number = tx.process_instances.lock(found.process_instance_id)
        delivery = tx.notice_deliveries.get(delivery_id)
        notice = tx.notices.find(delivery.job_id, delivery.to_role)
        if notice is None or delivery.state not in (NoticeState.QUEUED, NoticeState.SENT):
            return
        became = delivered(delivery, now=now) if arrived else failed(delivery, detail, now=now)
        job = tx.jobs.find(delivery_id, lock=True)
        if job is None:
            job = notice_queue.job_of(organisation, notice, delivery, now)
            tx.jobs.add([job])
        catalogue = engine.catalogues.of(tx, number)
        outcome = Outcome.DELIVERED if arrived else Outcome.REFUSED
        became = replace(became, attempts_ever=became.attempts_ever + 1)
        _keep(tx, became, outcome, detail or None, now)
        _became(engine, tx, catalogue, instance, job, notice, became, now)


def follow(engine: ProcessEngine, organisation: str, delivery_id: str) -> None:
    """Take over from its webhook how a copy of a notice fares; does nothing for any other."""
    now = engine.clock.now()
    with engine.transaction(organisation) as tx:
        found = tx.notice_deliveries.find(delivery_id)
        if found is None:
            return
        instance, number = tx.process_instances.lock(found.process_instance_id)
        job = tx.jobs.find(delivery_id, lock=True)
        delivery = tx.notice_deliveries.get(delivery_id)
        notice = tx.notices.find(delivery.job_id, delivery.to_role)
        if job is None or notice is None or delivery.state is NoticeState.DELIVERED:
            return
        webhook = tx.webhook_deliveries.get(delivery_id)
        catalogue = engine.catalogues.of(tx, number)
        if delivery.state is NoticeState.FAILED and webhook.state is DeliveryState.DEAD_LETTER:
            # A person had the notice's job tried again.
            delivery = asked_again(delivery, now=now)
            webhook = webhook_asked_again(webhook, now=now)
            webhook_events.wake(
                engine, tx, webhook.endpoint_id, webhook.stream, now=now, at_once=True
            )
            tx.webhook_deliveries.save(webhook)
        onward = _onward(tx, catalogue, notice, delivery) is not None
        late = onward and notice.deadline is not None and webhook.due_at > notice.deadline
        became = replace(delivery, attempts_ever=webhook.attempts_ever, due_at=webhook.due_at)
        if webhook.state is DeliveryState.DELIVERED:
            became = delivered(became, now=now)
        elif webhook.state is DeliveryState.DEAD_LETTER:
            became = failed(became, "The endpoint did not take it.", now=now)
        elif late and webhook.attempts:
            became = failed(became, "Trying again would be too late.", now=now)
            tx.webhook_deliveries.save(
                replace(webhook, state=DeliveryState.DEAD_LETTER, ended_at=now)
            )
        else:
            job = replace(job, due_at=now + notice_queue.LOOKS_AGAIN, attempts=0)
        tx.notice_deliveries.save(became)
        _became(engine, tx, catalogue, instance, job, notice, became, now)


def _begin(
    engine: ProcessEngine, tx: Transaction, kept: NoticeDelivery, now: datetime
) -> _Begun | None:
    delivery = asked_again(kept, now=now) if kept.state is NoticeState.FAILED else kept
    if delivery.state is NoticeState.SENT:
        tx.jobs.done(delivery.id)
        return None
    notice = tx.notices.find(delivery.job_id, delivery.to_role)
    assert notice is not None
    organisation = engine.catalogues.of(tx).organisation
    instance = tx.process_instances.get(delivery.process_instance_id)
    settings = organisation.channel_settings.get(delivery.channel, ChannelSettings())
    address, refused = "", None
    if delivery.channel in PERSONAL:
        person = engine.directories.of(tx).people.get(delivery.recipient)
        address = (person.email if person else None) or ""
        if not delivery.recipient:
            refused = Reply(Outcome.REFUSED, "Nobody holds the role now.")
        elif not address:
            refused = Reply(Outcome.REFUSED, "The account has no e-mail address.")
    elif delivery.channel is Channel.WEBHOOK:
        refused = Reply(Outcome.REFUSED, "No webhook endpoint hears of notices.")
    if _is_moot(tx, notice):
        refused = Reply(Outcome.MOOT, "The task is not open any more.")
    again = delivery.begun > 0
    delivery = replace(delivery, begun=delivery.begun + 1)
    tx.notice_deliveries.save(delivery)
    message = OutgoingNotice(
        id=delivery.id,
        organisation=tx.organisation,
        channel=delivery.channel,
        address=address,
        subject=notice.outside_subject,
        body=notice.outside_body,
        reference=thin_reference(instance.business_key, instance.id),
        clauses=notice.clauses,
        due_at=notice.due_at,
        link=_page(engine, notice),
        now=now,
        settings=settings.for_role(delivery.to_role),
        hosts=organisation.webhook_hosts,
        again=again,
    )
    return _Begun(delivery, notice, message, refused)


def _send(engine: ProcessEngine, organisation: str, begun: _Begun) -> Reply:
    if engine.notice_sender is None:
        return Reply(Outcome.REFUSED, "This installation has no way out for notices.")
    link = _one_time_link(engine, organisation, begun) or begun.message.link
    body = begun.message.body.replace(LINK, link)
    return engine.notice_sender.send(replace(begun.message, body=body, link=link))


def _one_time_link(engine: ProcessEngine, organisation: str, begun: _Begun) -> str | None:
    """Return a link for the one person whom the copy goes to; None where there is no task of theirs."""
    task_id = begun.notice.user_task_id
    if task_id is None or begun.delivery.channel not in PERSONAL:
        return None
    assert engine.notice_sender is not None
    try:
        _, secret = links.make(
            engine,
            by=system_actor(organisation),
            task_id=task_id,
            username=begun.delivery.recipient,
            secret=engine.notice_sender.link_secret(begun.delivery.id),
        )
    except RemitError:
        return None  # closed, or not this person's to do: the page says so to whoever signs in
    return f"{engine.address}/t/{secret}"


def _page(engine: ProcessEngine, notice: Notice) -> str:
    if notice.user_task_id is not None:
        return f"{engine.address}/user-tasks/{notice.user_task_id}"
    return f"{engine.address}/process-instances/{notice.process_instance_id}"


def _is_moot(tx: Transaction, notice: Notice) -> bool:
    if notice.kind is NoticeKind.NOTICE or notice.user_task_id is None:
        return False
    return not tx.user_tasks.get(notice.user_task_id).is_open


def _noted(engine: ProcessEngine, tx: Transaction, job: Job, begun: _Begun, reply: Reply) -> None:
    now = engine.clock.now()
    instance, number = tx.process_instances.lock(begun.delivery.process_instance_id)
    current = tx.jobs.find(job.id, lock=True)
    if current is None or current.lease != job.lease:
        return  # another has taken over, and will send it again under the same id
    catalogue = engine.catalogues.of(tx, number)
    delivery = tx.notice_deliveries.get(job.id)
    if delivery.state is NoticeState.FAILED:
        delivery = asked_again(delivery, now=now)
    if delivery.state is not NoticeState.QUEUED:
        tx.jobs.done(job.id)  # the service has reported already how it fared
        return
    tried = after_attempt(
        delivery,
        reply,
        now=now,
        deadline=begun.notice.deadline,
        onward=_onward(tx, catalogue, begun.notice, delivery) is not None,
    )
    _keep(tx, tried, reply.outcome, reply.detail, now)
    _became(engine, tx, catalogue, instance, current, begun.notice, tried, now)


def _keep(
    tx: Transaction, tried: NoticeDelivery, outcome: Outcome, detail: str | None, now: datetime
) -> None:
    tx.notice_deliveries.save(tried)
    attempt = NoticeAttempt(tried.id, tried.attempts_ever, now, outcome, detail)
    tx.notice_deliveries.add_attempt(attempt, tried.process_instance_id)


def _became(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    job: Job,
    notice: Notice,
    delivery: NoticeDelivery,
    now: datetime,
) -> None:
    """Write into the history what became of a copy, and see to what comes after it."""
    free = replace(job, lease=None, leased_until=None, last_error=delivery.last_error)
    if delivery.state is NoticeState.QUEUED:
        if delivery.channel is not Channel.WEBHOOK or not delivery.recipient:
            free = replace(free, due_at=delivery.due_at)
        tx.jobs.save(free)
        engine.dispatch(tx, [free], now=now)
        return
    if delivery.state in _TOLD:
        event = HistoryEvent(
            _TOLD[delivery.state],
            at=now,
            element_id=notice.element_id,
            clauses=notice.clauses,
            data={
                "to_role": notice.to_role,
                "template": notice.template,
                "channel": delivery.channel,
                "job_id": notice.job_id,
                "delivery_id": delivery.id,
                "attempts": delivery.attempts_ever,
            },
        )
        instance = advance.record(engine, tx, catalogue, instance, event)
    if delivery.state is NoticeState.FAILED and not _moved_on(
        engine, tx, catalogue, instance, notice, delivery, now
    ):
        tx.jobs.save(replace(free, state=JobState.DEAD_LETTER))
        return
    tx.jobs.done(job.id)


def _onward(
    tx: Transaction, catalogue: Catalogue, notice: Notice, delivery: NoticeDelivery
) -> Channel | Role | None:
    """Return what can be tried instead of a copy that fails: a channel, the role above, or nothing.

    The role above hears only when nobody of this one can be reached in another way.
    """
    if delivery.next_channel is not None:
        return delivery.next_channel
    others = [
        one
        for one in tx.notice_deliveries.of([notice.job_id])
        if one.to_role == notice.to_role and one.id != delivery.id
    ]
    if any(one.channel is not Channel.INBOX and one.may_have_arrived for one in others):
        return None
    above = next(iter(catalogue.organisation.ladder(notice.to_role)), None)
    if above is None or tx.notices.find(notice.job_id, above.id) is not None:
        return None
    return above


def _moved_on(
    engine: ProcessEngine,
    tx: Transaction,
    catalogue: Catalogue,
    instance: ProcessInstance,
    notice: Notice,
    delivery: NoticeDelivery,
    now: datetime,
) -> bool:
    match _onward(tx, catalogue, notice, delivery):
        case Channel() as channel:
            person = delivery.recipient if delivery.channel in PERSONAL else ""
            notice_queue.put_on(
                engine,
                tx,
                catalogue,
                instance,
                notice,
                delivery.route,
                delivery.position + 1,
                now=now,
                people=[person] if person and channel in PERSONAL else None,
            )
        case Role() as role:
            routes = catalogue.organisation.channels_of(role.id)
            above = notice_queue.up_to(notice, role.id, routes, now=now)
            notice_queue.put(engine, tx, catalogue, instance, above, now=now)
        case None:
            return False
    return True
