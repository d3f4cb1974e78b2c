"""Notices by e-mail: over TLS to a real mail server, thin, once for each id, and impossible to bend."""

from __future__ import annotations

import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.model.notices import Channel, Outcome, OutgoingNotice
from engine.store import Store
from tests.integration.engine.acme import NOW
from tests.integration.notices.council import council, tells
from tests.integration.notices.mail_server import PASSWORD, USER, MailServer
from webhooks.targets import mail as target
from webhooks.targets.mail import Mail

MESSAGE = OutgoingNotice(
    id="0123456789abcdef",
    organisation="acme",
    channel=Channel.EMAIL,
    address="hana@acme.example",
    subject="Acme Council: late (A-1)",
    body="Open it here: https://remit.example.org/t/secret",
    reference="A-1",
    clauses=(),
    due_at=None,
    link="https://remit.example.org/t/secret",
    now=NOW,
    settings={"sender": "Acme <remit@acme.example>", "reply_to": "head@acme.example"},
)


def mail(server: MailServer, pem: Path, *, scheme: str = "smtp", user: str = USER) -> Mail:
    password = PASSWORD.replace("@", "%40").replace(" ", "%20")
    url = f"{scheme}://{user}:{password}@localhost:{server.port}"
    context = ssl.create_default_context(cafile=str(pem))
    return Mail({"": target.mail_server(url)}, context=context)


def test_a_notice_is_handed_over_encrypted_with_an_id_that_is_its_own(
    mail_server: MailServer, pem: Path
) -> None:
    sender = mail(mail_server, pem)
    assert sender.send(MESSAGE).outcome is Outcome.SENT
    assert sender.send(replace(MESSAGE, again=True)).outcome is Outcome.SENT
    first, second = mail_server.mails
    assert mail_server.encrypted == [True, True]
    assert first["Message-ID"] == second["Message-ID"] == f"<notice.{MESSAGE.id}@acme.example>"
    assert first["From"] == "Acme <remit@acme.example>"
    assert first["To"] == "hana@acme.example"
    assert first["Reply-To"] == "head@acme.example"
    assert first["Subject"] == MESSAGE.subject
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"].datetime == NOW
    assert first.get_content_type() == "text/plain"
    assert first.get_content().strip() == MESSAGE.body


def test_a_server_that_is_encrypted_from_the_start_is_spoken_to_so(pem: Path) -> None:
    server = MailServer(pem, tls="at_once")
    try:
        assert mail(server, pem, scheme="smtps").send(MESSAGE).outcome is Outcome.SENT
        assert server.encrypted == [True]
    finally:
        server.close()


def test_nothing_is_said_to_a_server_without_tls_or_with_a_certificate_of_somebody_else(
    mail_server: MailServer, pem: Path
) -> None:
    stranger = Mail({"": target.mail_server(f"smtp://localhost:{mail_server.port}")})
    assert stranger.send(MESSAGE).outcome is Outcome.AGAIN
    plain = MailServer(None, tls="none", password=False)
    try:
        url = f"smtp://localhost:{plain.port}"
        strict = Mail({"": target.mail_server(url)})
        assert strict.send(MESSAGE).outcome is Outcome.REFUSED
        assert plain.asked == []
        lenient = Mail({"": target.mail_server(url)}, insecure=True)
        assert lenient.send(MESSAGE).outcome is Outcome.SENT
    finally:
        plain.close()
    assert mail_server.asked == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 No such user hana@acme.example", Outcome.REFUSED),
        ("450 4.2.0 Greylisted", Outcome.AGAIN),
        ("552 Mailbox full", Outcome.REFUSED),
    ],
)
def test_what_a_server_says_of_a_recipient_decides_and_the_address_is_not_kept(
    mail_server: MailServer, pem: Path, answer: str, outcome: Outcome
) -> None:
    mail_server.answer = lambda address: answer
    reply = mail(mail_server, pem).send(MESSAGE)
    assert reply.outcome is outcome
    assert answer[:3] in str(reply.detail)
    assert "hana" not in str(reply.detail)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_trickles_is_given_up_however_long_it_would_go_on(
    trickling: int, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(target, "SECONDS_IN_ALL", 0.5)
    server = target.mail_server(f"{scheme}://127.0.0.1:{trickling}")
    began = time.monotonic()
    reply = Mail({"": server}, insecure=True).send(MESSAGE)
    assert reply.outcome is Outcome.AGAIN
    assert time.monotonic() - began < 5


def test_a_wrong_password_and_a_server_that_is_away_are_tried_again(
    mail_server: MailServer, pem: Path
) -> None:
    wrong = mail(mail_server, pem, user="somebody").send(MESSAGE)
    assert wrong.outcome is Outcome.AGAIN
    away = Mail({"": target.mail_server("smtp://127.0.0.1:9")}, insecure=True)
    assert away.send(MESSAGE).outcome is Outcome.AGAIN
    assert Mail({}).send(MESSAGE).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "bent",
    [
        {"address": "hana@acme.example\r\nBcc: eve@evil.example"},
        {"address": "hana@acme.example\nBcc: eve@evil.example"},
        {"address": "hana@acme.example, eve@evil.example"},
        {"address": "hana@acme.example>, <eve@evil.example"},
        {"address": "no address"},
        {"address": ""},
        {"subject": "Late\r\nBcc: eve@evil.example"},
        {"subject": "Late\nBcc: eve@evil.example"},
        {"settings": {"sender": "a@acme.example\r\nBcc: eve@evil.example"}},
        {
            "settings": {
                "sender": "a@acme.example",
                "reply_to": "b@c.example\r\nBcc: eve@e.example",
            }
        },
    ],
)
def test_nothing_begins_another_header_or_adds_a_recipient(
    mail_server: MailServer, pem: Path, bent: dict[str, object]
) -> None:
    reply = mail(mail_server, pem).send(replace(MESSAGE, **bent))  # type: ignore[arg-type]
    assert reply.outcome is Outcome.REFUSED
    assert mail_server.mails == []
    assert not any("eve" in address for address in mail_server.asked)


def test_a_body_that_looks_like_headers_or_ends_like_mail_stays_a_body(
    mail_server: MailServer, pem: Path
) -> None:
    body = (
        "\r\nBcc: eve@evil.example\r\n.\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<eve@evil.example>"
    )
    assert mail(mail_server, pem).send(replace(MESSAGE, body=body)).outcome is Outcome.SENT
    [arrived] = mail_server.mails
    assert arrived["Bcc"] is None
    assert ".\nMAIL FROM:<x@y.example>" in arrived.get_content().replace("\r\n", "\n")
    assert mail_server.asked == ["hana@acme.example"]


def test_what_leaves_the_building_is_thin_and_its_link_opens_the_task(
    store: Store, mail_server: MailServer, pem: Path
) -> None:
    template = (
        b"---\nsubject: Late for {{ victim }}\nclauses: []\n---\n{{ victim }}: {{ story }}\n"
    )
    acme = council(store, "channels: {head: [inbox, email]}", p_bpmn=tells(), late_md=template)
    acme.targets[Channel.EMAIL] = mail(mail_server, pem)
    instance = acme.start(business_key="A-1", victim="Jo Bloggs", story="She fell.")
    acme.passes(minutes=1)
    assert len(mail_server.mails) == 2
    for arrived in mail_server.mails:
        text = f"{arrived['Subject']}\n{arrived.get_content()}"
        assert "Jo Bloggs" not in arrived.as_string()
        assert "She fell" not in arrived.as_string()
        assert "Acme Council: late (A-1)" in text
        assert "Due: Thursday 24 December 2026 at 12:00" in text
        assert "https://remit.example.org/t/" in text
        assert "{{" not in text
    links = {
        next(word for word in one.get_content().split() if "/t/" in word)
        for one in mail_server.mails
    }
    assert len(links) == 2  # each person's own
    told = acme.told()["head"].notice
    assert told.subject == "Late for Jo Bloggs"  # the inbox shows the template's own text
    assert told.process_instance_id == instance.id


def test_a_business_key_that_may_be_a_name_stays_inside(
    store: Store, mail_server: MailServer, pem: Path
) -> None:
    acme = council(store, "channels: {director: [email]}", p_bpmn=tells("director"))
    acme.targets[Channel.EMAIL] = mail(mail_server, pem)
    instance = acme.start(business_key="Jo Bloggs")
    acme.passes(minutes=1)
    [arrived] = mail_server.mails
    assert "Bloggs" not in arrived.as_string()
    assert instance.id in arrived.get_content()
