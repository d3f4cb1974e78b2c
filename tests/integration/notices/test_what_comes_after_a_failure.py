"""A notice that fails goes on by the next channel or to the next role, early enough for its deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import evidence, jobs, people, process_instances
from engine.model.history import HistoryKind
from engine.model.notices import Channel, Outcome, OutgoingNotice, Reply
from engine.model.people import Person
from engine.store import Store
from tests.integration.engine.acme import EVERYTHING
from tests.integration.notices.council import Council, Outside, council, tells

BUSY = Reply(Outcome.AGAIN, "Busy.")
REFUSED = Reply(Outcome.REFUSED, "No such address.")


def told(store: Store, channels: str, *, role: str = "head", due: str = "PT2H") -> Council:
    """Open a council that has just told a role of its task."""
    opened = council(store, f"channels: {channels}", p_bpmn=tells(role, due=due))
    opened.targets |= {
        channel: Outside() for channel in (Channel.EMAIL, Channel.NOTIFY, Channel.TEAMS)
    }
    opened.start()
    return opened


def outside(acme: Council, channel: Channel) -> Outside:
    target = acme.targets[channel]
    assert isinstance(target, Outside)
    return target


def test_each_recipient_has_a_copy_on_each_channel_and_the_token_waits_for_none(
    store: Store,
) -> None:
    acme = told(store, "{head: [inbox, email, notify]}")
    outside(acme, Channel.EMAIL).answer = lambda message: BUSY
    acme.passes(minutes=1)
    assert sorted(acme.copies()) == [
        ("email", "hana", "queued"),
        ("email", "hugo", "queued"),
        ("inbox", "", "delivered"),
        ("notify", "hana", "sent"),
        ("notify", "hugo", "sent"),
    ]
    assert outside(acme, Channel.NOTIFY).addresses.count("hana@acme.example") == 1
    assert [job.kind for job in acme.jobs()].count("notice") == 2  # those that are tried again
    assert not [job for job in acme.jobs() if job.kind == "service_task"]


def test_a_copy_keeps_its_id_at_every_attempt_and_every_attempt_is_kept(store: Store) -> None:
    acme = told(store, "{head: [email]}")
    mail = outside(acme, Channel.EMAIL)
    mail.answer = lambda message: BUSY if len(mail.sent) <= 4 else Reply(Outcome.DELIVERED)
    acme.passes(minutes=1)
    acme.passes(seconds=36)
    acme.passes(seconds=144)
    hana = [message for message in mail.sent if message.address == "hana@acme.example"]
    assert len(hana) == 3
    assert len({(message.id, message.body) for message in hana}) == 1
    assert [message.again for message in hana] == [False, True, True]
    [copy] = [one for one in acme.told()["head"].copies if one.delivery.recipient == "hana"]
    assert copy.delivery.state == "delivered"
    assert [(one.number, one.outcome) for one in copy.attempts] == [
        (1, "again"),
        (2, "again"),
        (3, "delivered"),
    ]


def test_a_wrong_address_takes_the_next_channel_at_once(store: Store) -> None:
    acme = told(store, "{head: [[email, notify]]}")
    outside(acme, Channel.EMAIL).answer = lambda message: (
        REFUSED if message.address.startswith("hana") else Reply(Outcome.SENT)
    )
    acme.passes(minutes=1)
    assert sorted(acme.copies()) == [
        ("email", "hana", "failed"),
        ("email", "hugo", "sent"),
        ("notify", "hana", "sent"),
    ]
    assert acme.jobs("dead_letter") == ()


def test_when_the_next_attempt_would_be_too_late_the_next_channel_is_tried_now(
    store: Store,
) -> None:
    acme = told(store, "{head: [[email, notify]]}", due="PT5M")
    outside(acme, Channel.EMAIL).answer = lambda message: BUSY
    acme.passes(minutes=1)  # 4 minutes are left: tried again after 30 seconds, then 2 minutes
    acme.passes(seconds=36)
    assert outside(acme, Channel.NOTIFY).sent == []
    before = acme.clock.now()
    acme.passes(seconds=144)  # the next one would be after 10 minutes
    assert acme.clock.now() == before + timedelta(seconds=144)
    assert sorted(outside(acme, Channel.NOTIFY).addresses) == [
        "hana@acme.example",
        "hugo@acme.example",
    ]
    assert {state for channel, _, state in acme.copies() if channel == "email"} == {"failed"}


def test_when_a_server_asks_to_be_left_alone_until_after_the_deadline_others_are_asked_now(
    store: Store,
) -> None:
    acme = told(store, "{head: [[email, notify]]}")
    later = acme.clock.now() + timedelta(hours=3)
    outside(acme, Channel.EMAIL).answer = lambda message: Reply(Outcome.AGAIN, "Later.", later)
    acme.passes(minutes=1)
    assert len(outside(acme, Channel.NOTIFY).sent) == 2


def test_after_the_last_channel_the_next_role_up_is_told_now(store: Store) -> None:
    acme = told(store, "{head: [email], director: [teams]}", due="PT2M")
    outside(acme, Channel.EMAIL).answer = lambda message: BUSY
    acme.passes(minutes=1)
    acme.passes(seconds=36)
    assert acme.copies("director") == [("teams", "", "sent")]
    [message] = outside(acme, Channel.TEAMS).sent
    assert message.settings["secret"] == "directors_hook"
    # Once, although two people of the role below could not be reached; one of them is a dead letter.
    assert len(acme.jobs("dead_letter")) <= 1


def test_the_role_above_is_left_alone_while_somebody_of_the_role_is_reached(
    store: Store,
) -> None:
    acme = told(store, "{head: [email], director: [teams]}")
    outside(acme, Channel.EMAIL).answer = lambda message: (
        REFUSED if message.address.startswith("hana") else Reply(Outcome.SENT)
    )
    acme.passes(minutes=1)
    assert acme.copies("director") == []
    [dead] = acme.jobs("dead_letter")
    assert dead.last_error == "No such address."


def test_the_last_one_goes_on_trying_however_late_it_is(store: Store) -> None:
    acme = told(store, "{director: [email]}", role="director", due="PT2M")
    mail = outside(acme, Channel.EMAIL)
    mail.answer = lambda message: BUSY
    acme.passes(minutes=1)
    acme.passes(hours=1)
    assert acme.copies("director") == [("email", "dora", "queued")]
    mail.answer = lambda message: Reply(Outcome.SENT)
    acme.passes(hours=1)
    assert acme.copies("director") == [("email", "dora", "sent")]


def test_a_limit_that_had_passed_already_hurries_nobody(store: Store) -> None:
    acme = told(store, "{head: [[email, notify]]}", due="PT30S")
    outside(acme, Channel.EMAIL).answer = lambda message: BUSY
    acme.passes(minutes=1)
    assert outside(acme, Channel.NOTIFY).sent == []


def test_what_never_arrives_waits_for_a_person_who_has_it_tried_again(store: Store) -> None:
    acme = told(store, "{director: [email]}", role="director")
    mail = outside(acme, Channel.EMAIL)
    mail.answer = lambda message: BUSY
    acme.passes(minutes=1)
    for _ in range(10):
        acme.passes(hours=10)
    assert len(mail.sent) == 9
    assert acme.copies("director") == [("email", "dora", "failed")]
    [dead] = acme.jobs("dead_letter")
    mail.answer = lambda message: Reply(Outcome.SENT)
    jobs.retry(acme.engine, by=acme.by, job_id=dead.id)
    jobs.run_due(acme.engine)
    assert acme.copies("director") == [("email", "dora", "sent")]
    assert not [job for job in acme.jobs() if job.kind == "notice"]
    assert len({message.id for message in mail.sent}) == 1


def test_a_role_of_nobody_and_an_account_without_an_address_go_on_to_the_next(
    store: Store,
) -> None:
    acme = told(store, "{head: [[email, teams]]}")
    for username in ("hana", "hugo"):
        person = Person(username, username, ("head",), email=None)
        people.add(acme.engine, by=acme.by, person=person)
    acme.passes(minutes=1)
    assert [copy for copy in acme.copies() if copy[0] == "teams"] == [("teams", "", "sent")]
    assert outside(acme, Channel.EMAIL).sent == []


def test_whoever_stands_in_for_somebody_away_is_told_instead(store: Store) -> None:
    acme = told(store, "{head: [email]}")
    people.add_absence(
        acme.engine,
        by=acme.by,
        username="hana",
        begins_at=acme.clock.now(),
        ends_at=None,
        delegate="wes",
    )
    acme.passes(minutes=1)
    assert sorted(outside(acme, Channel.EMAIL).addresses) == [
        "hugo@acme.example",
        "wes@acme.example",
    ]


def test_history_says_what_was_sent_and_what_failed_by_which_clause_and_to_nobodys_name(
    store: Store,
) -> None:
    acme = told(store, "{head: [[email, notify]]}")
    outside(acme, Channel.EMAIL).answer = lambda message: REFUSED
    acme.passes(minutes=1)
    [instance] = {one.notice.process_instance_id for one in acme.told().values()}
    with acme.engine.reading("acme") as tx:
        events = [one.event for one in tx.history.listing(instance, EVERYTHING).items]
    kinds = [event.kind for event in events]
    assert kinds.count(HistoryKind.NOTICE_FAILED) == 2
    assert kinds.count(HistoryKind.NOTICE_SENT) == 2
    for event in events:
        if event.kind in (HistoryKind.NOTICE_FAILED, HistoryKind.NOTICE_SENT):
            assert event.data["channel"] in ("email", "notify")
            assert "hana" not in str(event.data)


def test_a_worker_that_died_while_sending_is_followed_by_one_that_sends_the_same_id(
    store: Store,
) -> None:
    acme = told(store, "{director: [email]}", role="director")
    mail = outside(acme, Channel.EMAIL)

    def dies(message: OutgoingNotice) -> Reply:
        raise SystemExit

    mail.answer = dies
    with pytest.raises(SystemExit):
        acme.passes(minutes=1)
    mail.answer = lambda message: Reply(Outcome.SENT)
    assert acme.passes(seconds=60) == 0
    acme.passes(seconds=60)
    assert len({message.id for message in mail.sent}) == 1
    assert [message.again for message in mail.sent] == [False, True]
    assert acme.copies("director") == [("email", "dora", "sent")]


def test_a_notice_about_a_removed_process_leaves_nothing_that_fails(store: Store) -> None:
    acme = told(store, "{head: [email]}")
    outside(acme, Channel.EMAIL).answer = lambda message: BUSY
    acme.passes(minutes=1)
    with acme.engine.transaction("acme") as tx:
        assert tx.removal.remove_begun_by(acme.by.user) == 1
    acme.passes(hours=1)
    assert not [job for job in acme.jobs() if job.kind == "notice"]


def test_evidence_holds_every_attempt_at_every_copy_on_every_channel(store: Store) -> None:
    acme = told(store, "{head: [inbox, [email, teams]]}")
    mail = outside(acme, Channel.EMAIL)
    mail.answer = lambda message: BUSY if len(mail.sent) <= 2 else REFUSED
    acme.passes(minutes=1)
    acme.passes(seconds=36)
    [instance] = {message.reference for message in mail.sent}
    found = process_instances.listing(
        acme.engine, by=acme.by, page=EVERYTHING, business_key=instance
    )
    shown = evidence.of_instance(acme.engine, by=acme.by, instance_id=found.items[0].id)
    [notice] = shown.notices
    attempts = {
        (copy.delivery.channel, copy.delivery.recipient): [one.outcome for one in copy.attempts]
        for copy in notice.copies
    }
    assert attempts == {
        ("inbox", ""): [],
        ("email", "hana"): ["again", "refused"],
        ("email", "hugo"): ["again", "refused"],
        ("teams", ""): ["sent"],
    }
