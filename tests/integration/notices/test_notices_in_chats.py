"""Notices in Teams and Slack: shaped by Apprise, carried by the same way out as every other call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.notices import Channel, Outcome, OutgoingNotice
from engine.store import Store
from tests.integration.engine.acme import NOW
from tests.integration.notices.council import council, tells
from tests.integration.webhooks.receiver import Receiver
from webhooks.targets.chats import Chats

TEAMS_PATH = (
    "/powerautomate/automations/direct/workflows/abcdef0123456789abcdef0123456789"
    "/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s3cr3t-_sig"
)
SLACK_PATH = "/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx"
MESSAGE = OutgoingNotice(
    id="0123456789abcdef",
    organisation="acme",
    channel=Channel.TEAMS,
    address="",
    subject="Acme Council: late (A-1)",
    body="Open it here: https://remit.example.org/user-tasks/1",
    reference="A-1",
    clauses=(),
    due_at=None,
    link="https://remit.example.org/user-tasks/1",
    now=NOW,
    settings={"secret": "hook"},
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


def chats(receiver: Receiver, path: str = TEAMS_PATH, *, insecure: bool = True) -> Chats:
    return Chats({("acme", "hook"): receiver.url.removesuffix("/hook") + path}, insecure=insecure)


def test_teams_gets_an_adaptive_card_at_exactly_the_workflows_address(receiver: Receiver) -> None:
    receiver.answer = lambda number: 202
    assert chats(receiver).send(MESSAGE).outcome is Outcome.SENT
    [one] = receiver.received
    assert one.path == TEAMS_PATH
    card = json.loads(one.body)
    assert card["type"] == "message"
    content = card["attachments"][0]["content"]
    assert content["type"] == "AdaptiveCard"
    texts = [block["text"] for block in content["body"]]
    assert MESSAGE.subject in texts
    assert f"Open it here: [{MESSAGE.link}]({MESSAGE.link})" in texts


def test_what_looks_like_a_mark_or_a_mention_is_only_shown(receiver: Receiver) -> None:
    receiver.answer = lambda number: 202
    body = f"*Due* <at>everybody</at> [x](https://evil.example)\n{MESSAGE.link}"
    chats(receiver).send(replace(MESSAGE, body=body))
    content = json.loads(receiver.received[0].body)["attachments"][0]["content"]
    text = content["body"][-1]["text"]
    assert text.startswith(r"\*Due\* \<at\>everybody\</at\> \[x\](https://evil.example)")
    assert "entities" not in content["msteams"]


def test_slack_gets_its_message(receiver: Receiver) -> None:
    receiver.answer = lambda number: 200
    reply = chats(receiver, SLACK_PATH).send(replace(MESSAGE, channel=Channel.SLACK))
    assert reply.outcome is Outcome.DELIVERED
    [one] = receiver.received
    assert one.path == SLACK_PATH
    assert MESSAGE.link in one.body.decode()
    assert "A-1" in one.body.decode()


@pytest.mark.parametrize("channel", [Channel.TEAMS, Channel.SLACK])
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.REFUSED),
        (410, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (302, Outcome.REFUSED),
        (500, Outcome.AGAIN),
        (429, Outcome.AGAIN),
    ],
)
def test_what_is_answered_decides(
    receiver: Receiver, channel: Channel, status: int, outcome: Outcome
) -> None:
    receiver.answer = lambda number: (
        status,
        {"Retry-After": "120", "Location": "http://169.254.169.254/latest/meta-data"},
    )
    path = TEAMS_PATH if channel is Channel.TEAMS else SLACK_PATH
    reply = chats(receiver, path).send(replace(MESSAGE, channel=channel))
    assert reply.outcome is outcome
    assert len(receiver.received) == 1
    if outcome is Outcome.AGAIN:
        assert reply.not_before == NOW + timedelta(seconds=120)
    assert "s3cr3t" not in str(reply)


def test_outside_development_nothing_inside_a_network_is_called(receiver: Receiver) -> None:
    secrets = {("acme", "hook"): f"https://127.0.0.1:9{TEAMS_PATH}"}
    reply = Chats(secrets, insecure=False).send(MESSAGE)
    assert reply.outcome is Outcome.REFUSED
    assert chats(receiver, insecure=False).send(MESSAGE).outcome is Outcome.REFUSED
    assert receiver.received == []


def test_hosts_that_are_not_on_the_organisations_list_are_not_called(receiver: Receiver) -> None:
    reply = chats(receiver).send(replace(MESSAGE, hosts=(".logic.azure.com",)))
    assert reply.outcome is Outcome.REFUSED
    assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "https://example.org/", "https://example.org/workflows/", "file:///x/y/z"],
)
@pytest.mark.parametrize("channel", [Channel.TEAMS, Channel.SLACK])
def test_what_is_no_address_of_the_service_is_refused(channel: Channel, url: str) -> None:
    reply = Chats({("acme", "hook"): url}, insecure=True).send(replace(MESSAGE, channel=channel))
    assert reply.outcome is Outcome.REFUSED


def test_nobody_who_listens_is_tried_again_and_the_address_is_not_kept() -> None:
    secrets = {("acme", "hook"): f"http://127.0.0.1:9{TEAMS_PATH}"}
    reply = Chats(secrets, insecure=True).send(MESSAGE)
    assert reply.outcome is Outcome.AGAIN
    assert "s3cr3t" not in str(reply)
    assert Chats({}, insecure=True).send(MESSAGE).outcome is Outcome.REFUSED


def test_a_role_that_reads_elsewhere_is_told_there(store: Store, receiver: Receiver) -> None:
    acme = council(store, "channels: {default: [teams]}", p_bpmn=tells("director"))
    base = receiver.url.removesuffix("/hook")
    secrets = {
        ("acme", "teams_hook"): f"{base}/workflows/everybody{TEAMS_PATH}",
        ("acme", "directors_hook"): f"{base}/directors{TEAMS_PATH}",
    }
    acme.targets[Channel.TEAMS] = Chats(secrets, insecure=True)
    acme.start()
    acme.passes(minutes=1)
    [one] = receiver.received
    assert one.path.startswith("/directors/")
    assert acme.copies("director") == [("teams", "", "sent")]
    assert "/t/" not in one.body.decode()  # a link is for one person, and many read here
