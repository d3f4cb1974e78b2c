"""One-time links: what they are bound to, what ends them, and that looking changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from engine import links, people, process_instances, user_tasks
from engine.model.access import AccessKind
from engine.model.actors import NotAllowed, system_actor
from engine.model.people import Person
from engine.model.user_tasks import UserTaskExcluded, UserTaskNotFound, UserTaskState
from tests.integration.identity.town import SYSTEM, Town
from tests.integration.web.browser import Browser

REFUSED = "This link cannot be used any more"


def to_confirm(town: Town) -> str:
    """Return a link for Helen to the task that a link alone may complete."""
    town.begins()
    return town.link(town.completes("wendy"), "helen")


def opened(town: Town, address: str) -> Browser:
    return Browser(town.app.test_client()).opens(address)


def state_of_everything(town: Town) -> tuple[object, ...]:
    task = town.open_task()
    instance = process_instances.get(town.engine, by=SYSTEM, instance_id=task.process_instance_id)
    with town.engine.reading("town") as tx:
        return task, instance.revision, tx.links.asked_again()


def test_a_link_shows_the_task_and_only_the_button_completes_it(town: Town) -> None:
    address = to_confirm(town)
    browser = opened(town, address)
    assert browser.address == "/task-link"
    assert browser.heading == "Town Council Confirm"
    assert "Nothing has been done yet" in browser.text
    task = town.open_task()
    browser.presses("Complete this task")
    assert browser.heading == "Done: Confirm"
    done = user_tasks.get(town.engine, by=SYSTEM, task_id=task.id)
    assert (done.state, done.completed_by) == (UserTaskState.COMPLETED, "helen")
    # All of it happened at one instant, so what was written down has no order.
    assert "helen" in {entry.user for entry in town.written_down()}
    assert REFUSED in opened(town, address).text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_link_changes_nothing_however_often(town: Town, method: str) -> None:
    address = to_confirm(town)
    before = state_of_everything(town)
    client = town.app.test_client()
    for path in (address, address, "/task-link", "/task-link/complete", "/task-link/again"):
        assert client.open(path, method=method).status_code in (200, 303, 405)
    assert state_of_everything(town) == before
    opened(town, address).presses("Complete this task")
    assert town.open_task().element_id == "sign_off"


def test_the_token_is_swapped_for_the_session_at_once(town: Town) -> None:
    address = to_confirm(town)
    client = town.app.test_client()
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/task-link")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    token = address.removeprefix("/t/")
    cookie = client.get_cookie("remit_session")
    assert cookie is not None
    assert token not in cookie.value
    assert token not in client.get("/task-link").text


def test_a_token_has_32_random_bytes_and_only_its_hash_is_kept(town: Town) -> None:
    token = to_confirm(town).removeprefix("/t/")
    assert len(token) == 43
    with town.engine.store.system_reading() as system:
        assert system.links.find(token) is None
        assert system.links.find(hashlib.sha256(token.encode()).hexdigest()) is not None


def test_openings_are_written_down_as_openings(town: Town) -> None:
    address = to_confirm(town)
    opened(town, address)
    kinds = [event.kind for event in town.written_down()]
    assert kinds.count(AccessKind.LINK_OPENED) == 1
    assert AccessKind.LINK_USED not in kinds


def test_a_link_ends_when_the_task_is_done_otherwise(town: Town) -> None:
    address = to_confirm(town)
    page = opened(town, address)
    town.completes("helen")
    assert page.presses("Complete this task").status == 410
    assert REFUSED in opened(town, address).text
    assert town.open_task().element_id == "sign_off"
    assert AccessKind.LINK_REFUSED in {event.kind for event in town.written_down()}


def test_a_link_outlives_the_time_in_which_its_case_is_suspended(town: Town) -> None:
    page = opened(town, to_confirm(town))
    instance_id = town.open_task().process_instance_id
    process_instances.suspend(town.engine, by=SYSTEM, instance_id=instance_id, reason="wait")
    assert page.presses("Complete this task").status == 409
    assert "The case is suspended: nothing was completed" in page.text
    process_instances.activate(town.engine, by=SYSTEM, instance_id=instance_id)
    assert page.presses("Complete this task").heading == "Done: Confirm"


def test_a_link_ends_when_the_task_is_handed_over(town: Town) -> None:
    address = to_confirm(town)
    page = opened(town, address)
    task = town.open_task()
    user_tasks.delegate(town.engine, by=town.actor("helen"), task_id=task.id, to="wes")
    assert REFUSED in opened(town, address).text
    assert page.presses("Complete this task").status == 410
    assert town.open_task().id == task.id


def test_a_link_ends_when_its_instance_moves_to_another_version(town: Town) -> None:
    to_confirm(town)
    task = town.open_task()
    link, _ = links.make(town.engine, by=SYSTEM, task_id=task.id, username="helen")
    now = town.clock.now()
    assert link.state(task, link.definition_id, now).value == "usable"
    assert link.state(task, "another version's id", now).value == "void"
    assert link.state(replace(task, version=task.version + 1), link.definition_id, now) == "void"


def test_a_link_ends_after_a_week_and_with_its_instance(town: Town) -> None:
    address = to_confirm(town)
    town.clock.move_to(town.clock.now() + timedelta(days=7))
    assert REFUSED in opened(town, address).text
    fresh = town.link(town.open_task(), "helen")
    instance = town.open_task().process_instance_id
    process_instances.cancel(town.engine, by=SYSTEM, instance_id=instance, reason="a test")
    assert REFUSED in opened(town, fresh).text


def test_a_link_ends_when_its_recipient_may_not_do_the_task_any_more(town: Town) -> None:
    address = to_confirm(town)
    page = opened(town, address)
    people.add(town.engine, by=SYSTEM, person=Person("helen", "Helen Shaw", (), True))
    assert page.presses("Complete this task").status == 410
    gone = Person("helen", "Helen Shaw", ("head",), True, active=False)
    people.add(town.engine, by=SYSTEM, person=gone)
    assert REFUSED in opened(town, address).text


def test_a_sign_off_needs_signing_in_and_leads_back_to_the_task(town: Town) -> None:
    town.begins()
    town.completes("wendy")
    task = town.completes("wes")
    assert task.element_id == "sign_off"
    browser = opened(town, town.link(task, "helen"))
    assert "Complete this task" not in browser.text
    forced = browser.client.post(
        "/task-link/complete", data={"csrf_token": browser.value("csrf_token")}
    )
    assert forced.status_code == 403
    assert town.open_task().id == task.id
    browser.presses("Sign in to do this task")
    assert browser.address == "/sign-in/town"
    browser.opens("/sign-in").presses("Sign in as Helen Shaw")
    assert browser.address == f"/user-tasks/{task.id}"


def test_a_link_forged_or_of_another_organisation_is_one_and_the_same_page(town: Town) -> None:
    texts = set()
    for token in ("x", "A" * 43, "../../etc/passwd", "%00", "A" * 4000):
        browser = opened(town, f"/t/{token}")
        if browser.address == "/task-link":
            assert browser.status == 410
            texts.add(browser.text)
        else:
            assert browser.status == 404
    assert len(texts) == 1


def test_a_form_without_the_session_of_its_link_completes_nothing(town: Town) -> None:
    address = to_confirm(town)
    client = town.app.test_client()
    assert client.post(address).status_code == 405
    assert client.post("/task-link/complete").status_code == 422
    client.get(address)
    forged = client.post("/task-link/complete", data={"csrf_token": "forged"})
    assert forged.status_code == 422
    assert town.open_task().element_id == "confirm"


def test_asking_for_a_new_link_tells_nothing(town: Town) -> None:
    address = to_confirm(town)
    user_tasks.claim(town.engine, by=town.actor("helen"), task_id=town.open_task().id)
    known = opened(town, address).presses("Send me a new one")
    unknown = opened(town, "/t/guess").presses("Send me a new one")
    assert known.text == unknown.text
    assert (known.status, unknown.status) == (200, 200)
    [link] = links.asked_again(town.engine, by=SYSTEM)
    assert link.username == "helen"
    _, secret = links.renew(town.engine, by=SYSTEM, link=link)
    assert links.asked_again(town.engine, by=SYSTEM) == ()
    opened(town, f"/t/{secret}").presses("Complete this task")
    assert town.open_task().element_id == "sign_off"


def test_nobody_gets_a_new_link_to_what_is_not_theirs_any_more(town: Town) -> None:
    address = to_confirm(town)
    user_tasks.delegate(town.engine, by=town.actor("helen"), task_id=town.open_task().id, to="wes")
    opened(town, address).presses("Send me a new one")
    assert links.asked_again(town.engine, by=SYSTEM) == ()


def test_only_remit_itself_makes_links_and_only_for_those_a_task_is_for(town: Town) -> None:
    task = town.begins()
    with pytest.raises(NotAllowed):
        links.make(town.engine, by=town.actor("alex"), task_id=task.id, username="wendy")
    with pytest.raises(UserTaskNotFound):
        links.make(town.engine, by=SYSTEM, task_id=task.id, username="helen")
    with pytest.raises(UserTaskNotFound):
        links.make(town.engine, by=system_actor("port"), task_id=task.id, username="wendy")
    task = town.completes("wendy")
    with pytest.raises(UserTaskExcluded):
        links.make(town.engine, by=SYSTEM, task_id=task.id, username="wendy")
