"""When a webhook is tried again: the specification's schedule, spread, and Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.model.webhook_deliveries import (
    JITTER,
    SCHEDULE,
    DeliveryState,
    Reply,
    WebhookDelivery,
    after_attempt,
)
from webhooks.deliver import Sealing, SecretNotReadable

NOW = datetime(2026, 12, 24, 10, tzinfo=UTC)
FAILED = Reply(500)


def delivery(number: int = 0) -> WebhookDelivery:
    return WebhookDelivery(
        id=f"{number:032x}",
        organisation="acme",
        endpoint_id="e",
        process_instance_id=None,
        stream="s",
        sequence=1,
        event_type="decision.made",
        body="{}",
        created_at=NOW,
        due_at=NOW,
    )


def test_ten_attempts_are_made_over_three_days_and_then_a_person_is_needed() -> None:
    one, now, waits = delivery(), NOW, []
    while one.state is DeliveryState.PENDING:
        one = after_attempt(one, FAILED, now=now)
        waits.append((one.due_at - now).total_seconds())
        now = one.due_at
    assert one.state is DeliveryState.DEAD_LETTER
    assert one.attempts == len(SCHEDULE) == 10
    for wait, asked in zip(waits, SCHEDULE[1:], strict=False):
        assert asked <= wait <= asked * (1 + JITTER)
    assert timedelta(days=3) < now - NOW < timedelta(days=4)


def test_the_waits_of_many_deliveries_are_spread() -> None:
    waits = {after_attempt(delivery(number), FAILED, now=NOW).due_at for number in range(100)}
    assert len(waits) > 90


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("3600", timedelta(hours=1)),
        ("Thu, 24 Dec 2026 12:00:00 GMT", timedelta(hours=2)),
        ("999999999", timedelta(days=1)),
        ("Thu, 24 Dec 2099 12:00:00 GMT", timedelta(days=1)),
    ],
)
def test_retry_after_is_honoured_up_to_a_day(retry_after: str, wait: timedelta) -> None:
    reply = Reply(503, headers={"retry-after": retry_after})
    assert after_attempt(delivery(), reply, now=NOW).due_at == NOW + wait


@pytest.mark.parametrize("retry_after", ["", "soon", "-5", "²", "24 Dec 2026", "1e9"])
def test_a_retry_after_that_says_nothing_changes_nothing(retry_after: str) -> None:
    reply = Reply(503, headers={"retry-after": retry_after})
    plain = after_attempt(delivery(), FAILED, now=NOW)
    assert after_attempt(delivery(), reply, now=NOW) == plain


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_every_2xx_is_success(status: int) -> None:
    assert after_attempt(delivery(), Reply(status), now=NOW).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [None, 199, 301, 302, 400, 404, 429, 500, 502, 504])
def test_everything_else_is_tried_again(status: int | None) -> None:
    assert after_attempt(delivery(), Reply(status), now=NOW).state is DeliveryState.PENDING


def test_a_secret_is_opened_only_with_the_key_that_sealed_it() -> None:
    sealed = Sealing("one key of this installation").seal("whsec_abc")
    assert "whsec_abc" not in sealed
    assert Sealing("one key of this installation").open(sealed) == "whsec_abc"
    with pytest.raises(SecretNotReadable):
        Sealing("another key").open(sealed)
