"""Notices by signed webhook: in each instance's own order, with the copy's id, and followed to their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from engine import jobs, webhook_deliveries, webhook_endpoints
from engine.model.notices import Channel
from engine.model.webhook_endpoints import EventType
from engine.store import Store
from tests.integration.engine.acme import EVERYTHING
from tests.integration.notices.council import Council, Outside, council, tells
from tests.integration.webhooks.receiver import Receiver
from webhooks import signatures


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


def listening(
    store: Store, receiver: Receiver, *, due: str = "PT2H", channels: str = "[webhook, teams]"
) -> tuple[Council, str]:
    lines = f"channels: {{director: [{channels}]}}"
    acme = council(store, lines, p_bpmn=tells("director", due=due))
    acme.targets[Channel.TEAMS] = Outside()
    _, secret = webhook_endpoints.create(
        acme.engine,
        by=acme.by,
        url=receiver.url,
        event_types=[EventType.NOTICE_QUEUED, EventType.USER_TASK_CREATED],
    )
    return acme, secret


def test_a_notice_is_signed_thin_and_in_the_order_of_its_instance(
    store: Store, receiver: Receiver
) -> None:
    acme, secret = listening(store, receiver)
    instance = acme.start(victim="Jo Bloggs")
    acme.passes(minutes=1)
    assert receiver.heard() == ["user_task.created", "notice.queued"]
    one = receiver.accepted[-1]
    sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
    signatures.check([secret], headers=one.headers, body=one.body, now=sent_at)
    [copy] = acme.told()["director"].copies
    assert one.id == copy.delivery.id == one.event["id"]
    assert (copy.delivery.channel, copy.delivery.state) == ("webhook", "delivered")
    assert [attempt.detail for attempt in copy.attempts] == ["HTTP 204"]
    data = one.event["data"]
    assert data["process_instance_id"] == instance.id
    assert (data["kind"], data["template"], data["to_role"]) == ("notice", "late", "director")
    assert data["due_at"] is not None
    assert "Bloggs" not in one.body.decode()
    assert not [job for job in acme.jobs() if job.kind == "notice"]


def test_an_endpoint_that_is_gone_takes_the_next_channel(store: Store, receiver: Receiver) -> None:
    receiver.answer = lambda number: 410
    acme, _ = listening(store, receiver)
    acme.start()
    acme.passes(minutes=1)
    acme.passes(hours=1)  # it went with the task's own event: the notice is looked at again
    assert [state for _, _, state in acme.copies("director")] == ["failed", "sent"]


def test_when_its_next_attempt_would_be_too_late_the_next_channel_is_tried_now(
    store: Store, receiver: Receiver
) -> None:
    receiver.answer = lambda number: 204 if number == 0 else 503
    acme, _ = listening(store, receiver, due="PT3M")
    acme.start()
    acme.passes(minutes=1)
    acme.passes(seconds=6)  # the second attempt; the third is after five minutes
    assert sorted(acme.copies("director"))[0] == ("teams", "", "sent")
    found = webhook_deliveries.listing(acme.engine, by=acme.by, page=EVERYTHING).items
    assert {one.event_type: one.state for one in found}["notice.queued"] == "dead_letter"


def test_without_an_endpoint_that_hears_of_notices_the_next_channel_is_tried(
    store: Store, receiver: Receiver
) -> None:
    acme = council(store, "channels: {director: [[webhook, teams]]}", p_bpmn=tells("director"))
    acme.targets[Channel.TEAMS] = Outside()
    acme.start()
    acme.passes(minutes=1)
    assert acme.copies("director") == [("webhook", "", "failed"), ("teams", "", "sent")]


def test_a_dead_letter_is_sent_again_by_its_job(store: Store, receiver: Receiver) -> None:
    receiver.answer = lambda number: 204 if number == 0 else 500
    acme, _ = listening(store, receiver, channels="webhook")
    acme.start()
    acme.passes(minutes=1)
    for _ in range(12):
        acme.passes(hours=30)
    [(_, _, state)] = acme.copies("director")
    assert state == "failed"
    [dead] = acme.jobs("dead_letter")
    receiver.answer = lambda number: 204
    jobs.retry(acme.engine, by=acme.by, job_id=dead.id)
    jobs.run_due(acme.engine)
    [(_, _, state)] = acme.copies("director")
    assert state == "delivered"
