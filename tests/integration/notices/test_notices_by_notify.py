"""Notices by GOV.UK Notify: its published client against a stand-in that checks every token; reports come back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from engine.model.notices import Channel
from engine.store import Store
from tests.integration.notices.council import SECRET_KEY, Council, Outside, council, tells
from tests.integration.notices.notify_stand_in import KEY, NotifyStandIn
from web.app import create_app
from web.settings import Environment, Settings
from webhooks.targets import govuk_notify
from webhooks.targets.govuk_notify import GovukNotify

TOKEN = "a bearer token of ten or more"


@pytest.fixture
def notify() -> Iterator[NotifyStandIn]:
    opened = NotifyStandIn()
    yield opened
    opened.close()


@pytest.fixture
def acme(store: Store, notify: NotifyStandIn) -> Council:
    channels = "channels: {director: [[notify, teams]]}"
    opened = council(store, channels, p_bpmn=tells("director"))
    secrets = {("acme", "notify_key"): KEY}
    opened.targets |= {
        Channel.NOTIFY: GovukNotify(secrets, address=notify.url),
        Channel.TEAMS: Outside(),
    }
    return opened


def reports(
    acme: Council, token: str | None, body: object, organisation: str = "acme"
) -> TestResponse:
    settings = Settings(
        secret_key=SECRET_KEY,
        environment=Environment.TEST,
        channel_secrets=(("acme.notify_token", TOKEN),),
    )
    client = create_app(acme.engine, settings).test_client()
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    path = f"/webhooks/{organisation}/notify/report"
    return client.post(path, json=body, headers=headers)


def test_a_notice_goes_by_the_template_that_lives_there_and_says_nothing_personal(
    acme: Council, notify: NotifyStandIn
) -> None:
    acme.start(victim="Jo Bloggs")
    acme.passes(minutes=1)
    [taken] = notify.taken
    [copy] = acme.told()["director"].copies
    assert taken["email_address"] == "dora@acme.example"
    assert taken["template_id"] == "0f4a3c3e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
    assert taken["reference"] == copy.delivery.id
    said = taken["personalisation"]
    assert set(said) == {"subject", "body", "reference", "clauses", "due_at", "link"}
    assert said["reference"] == "A-1"
    assert said["link"].startswith("https://remit.example.org/t/")
    assert "Bloggs" not in str(taken)
    assert notify.refused == []
    assert copy.delivery.state == "sent"


def test_a_report_makes_it_delivered_and_the_same_again_changes_nothing(acme: Council) -> None:
    acme.start()
    acme.passes(minutes=1)
    [copy] = acme.told()["director"].copies
    body = {"id": "n-1", "reference": copy.delivery.id, "status": "delivered", "to": "d@x.example"}
    assert reports(acme, TOKEN, body).status_code == 204
    assert reports(acme, TOKEN, body).status_code == 204
    [after] = acme.told()["director"].copies
    assert after.delivery.state == "delivered"
    assert [one.outcome for one in after.attempts] == ["sent", "delivered"]
    assert not [job for job in acme.jobs() if job.kind == "notice"]


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_a_report_of_failure_takes_the_next_channel(acme: Council, status: str) -> None:
    acme.start()
    acme.passes(minutes=1)
    [copy] = acme.told()["director"].copies
    body = {"reference": copy.delivery.id, "status": status}
    assert reports(acme, TOKEN, body).status_code == 204
    acme.passes()
    assert acme.copies("director") == [("notify", "dora", "failed"), ("teams", "", "sent")]


def test_only_whoever_bears_the_token_reports(acme: Council) -> None:
    acme.start()
    acme.passes(minutes=1)
    [copy] = acme.told()["director"].copies
    body = {"reference": copy.delivery.id, "status": "delivered"}
    for token in (None, "", "wrong", TOKEN + "x", "é"):
        assert reports(acme, token, body).status_code == 401
    assert reports(acme, TOKEN, body, organisation="nobody").status_code == 401
    assert reports(acme, "", body, organisation="nobody").status_code == 401
    assert acme.copies("director") == [("notify", "dora", "sent")]


def test_notify_reports_on_its_own_copies_and_on_no_other_channels(acme: Council) -> None:
    acme.start()
    acme.passes(minutes=1)
    [copy] = acme.told()["director"].copies
    reports(acme, TOKEN, {"reference": copy.delivery.id, "status": "permanent-failure"})
    acme.passes()
    [_, in_teams] = acme.told()["director"].copies
    body = {"reference": in_teams.delivery.id, "status": "delivered"}
    assert reports(acme, TOKEN, body).status_code == 404
    assert acme.copies("director")[1] == ("teams", "", "sent")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 204),
        ({}, 204),
        ({"reference": 7, "status": "delivered"}, 204),
        ({"reference": "nobody's", "status": "delivered"}, 404),
        ({"reference": "nobody's", "status": "sending"}, 204),
    ],
)
def test_odd_reports_change_nothing(acme: Council, body: object, status: int) -> None:
    assert reports(acme, TOKEN, body).status_code == status


def test_a_wrong_address_is_for_good_and_the_address_is_not_kept(
    acme: Council, notify: NotifyStandIn
) -> None:
    notify.fails = lambda asked: (400, {})
    acme.start()
    acme.passes(minutes=1)
    [first, second] = acme.told()["director"].copies
    assert (first.delivery.state, second.delivery.channel) == ("failed", "teams")
    assert "dora@" not in str(first)


def test_when_it_is_busy_it_is_asked_again_when_it_says(
    acme: Council, notify: NotifyStandIn
) -> None:
    notify.fails = lambda asked: (429, {"Retry-After": "900"})
    acme.start()
    acme.passes(minutes=1)
    [copy] = acme.told()["director"].copies
    assert copy.delivery.state == "queued"
    assert copy.delivery.due_at == acme.clock.now() + timedelta(seconds=900)
    notify.fails = lambda asked: None
    acme.passes(seconds=900)
    assert acme.copies("director") == [("notify", "dora", "sent")]
    assert len(notify.taken) == 1


def test_a_service_that_trickles_is_given_up_and_asked_again(
    acme: Council, trickling: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(govuk_notify, "SECONDS_IN_ALL", 0.5)
    address = f"http://127.0.0.1:{trickling}"
    acme.targets[Channel.NOTIFY] = GovukNotify({("acme", "notify_key"): KEY}, address=address)
    acme.start()
    began = time.monotonic()
    acme.passes(minutes=1)
    assert time.monotonic() - began < 5
    assert acme.copies("director") == [("notify", "dora", "queued")]


def test_what_got_through_unnoticed_is_not_sent_twice(
    acme: Council, notify: NotifyStandIn
) -> None:
    def taken_then_broken(asked: dict[str, object]) -> tuple[int, dict[str, str]]:
        notify.taken.append(asked)
        return 500, {}

    notify.fails = taken_then_broken
    acme.start()
    acme.passes(minutes=1)
    notify.fails = lambda asked: None
    acme.passes(seconds=36)
    assert len(notify.taken) == 1
    assert acme.copies("director") == [("notify", "dora", "sent")]


@pytest.mark.parametrize(
    ("secrets", "state"),
    [({("acme", "notify_key"): KEY[:-4] + "0000"}, "queued"), ({}, "failed")],
)
def test_a_wrong_key_may_be_put_right_and_a_missing_one_is_not_waited_for(
    store: Store, notify: NotifyStandIn, secrets: dict[tuple[str, str], str], state: str
) -> None:
    acme = council(store, "channels: {director: [notify]}", p_bpmn=tells("director"))
    acme.targets[Channel.NOTIFY] = GovukNotify(secrets, address=notify.url)
    acme.start()
    acme.passes(minutes=1)
    assert acme.copies("director") == [("notify", "dora", state)]
    assert notify.taken == []
    assert len(notify.refused) == len(secrets)
