"""A notice brings its recipient a link that opens the task, the same at every attempt."""

from __future__ import annotations

import pytest

from engine import links, notices
from engine.model.links import LinkNotUsable
from engine.model.notices import Channel, Outcome, Reply
from engine.store import Store
from tests.integration.engine.acme import EVERYTHING
from tests.integration.notices.council import Council, Outside, council, tells

TOLD_OF_TASKS = """
task_notices:
  created: {channels: [email]}
"""


@pytest.fixture
def acme(store: Store) -> Council:
    opened = council(store, "", extra=TOLD_OF_TASKS, p_bpmn=tells("director", due="PT2H"))
    opened.targets[Channel.EMAIL] = Outside()
    return opened


def mail(acme: Council) -> Outside:
    target = acme.targets[Channel.EMAIL]
    assert isinstance(target, Outside)
    return target


def test_the_link_shows_the_task_to_its_recipient(acme: Council) -> None:
    acme.start()
    acme.passes()
    [message] = mail(acme).sent
    assert message.link in message.body
    link = links.opened(acme.engine, secret=message.link.rpartition("/t/")[2])
    assert link is not None
    shown = links.shown(acme.engine, organisation="acme", link_id=link.id)
    assert (shown.actor.user, shown.task.element_id) == ("dora", "ask")


def test_another_attempt_brings_the_same_link_and_makes_no_second_one(acme: Council) -> None:
    mail(acme).answer = lambda message: Reply(Outcome.AGAIN, "Busy.")
    acme.start()
    acme.passes()
    acme.passes(seconds=36)
    first, second = mail(acme).sent
    assert first.link == second.link
    with acme.engine.reading("acme") as tx:
        events = tx.access_events.listing(EVERYTHING).items
    assert [one.kind for one in events].count("link_made") == 1


def test_a_person_who_asks_for_a_new_link_is_sent_one(acme: Council) -> None:
    acme.start()
    acme.passes()
    [first] = mail(acme).sent
    secret = first.link.rpartition("/t/")[2]
    link = links.opened(acme.engine, secret=secret)
    assert link is not None
    acme.passes(days=8)
    with pytest.raises(LinkNotUsable):
        links.shown(acme.engine, organisation="acme", link_id=link.id)
    mail(acme).sent.clear()
    notices.ask_link_again(acme.engine, organisation="acme", link_id=link.id)
    acme.passes()
    [again] = mail(acme).sent
    assert again.address == "dora@acme.example"
    opened = links.opened(acme.engine, secret=again.link.rpartition("/t/")[2])
    assert opened is not None
    assert links.shown(acme.engine, organisation="acme", link_id=opened.id).task.is_open


def test_for_a_task_that_is_done_nobody_is_sent_a_link_or_a_notice(acme: Council) -> None:
    mail(acme).answer = lambda message: Reply(Outcome.AGAIN, "Busy.")
    acme.start()
    acme.passes()
    acme.complete("ask")
    acme.passes(seconds=36)
    assert len(mail(acme).sent) == 1
    assert acme.copies("director") == [("email", "dora", "withdrawn")]
    assert acme.jobs() == ()
