"""Absences, those who stand in, roles that nobody fills, and tasks that ask for a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import people, user_tasks
from engine.model.actors import NotAllowed, Permission
from engine.model.people import Person, PersonRefused
from engine.model.user_tasks import UserTaskExcluded, UserTaskNotFound
from tests.integration.identity.town import SYSTEM, Town


def is_away(town: Town, username: str, delegate: str | None = None, days: int = 7) -> None:
    now = town.clock.now()
    people.add_absence(
        town.engine,
        by=SYSTEM,
        username=username,
        begins_at=now,
        ends_at=now + timedelta(days=days),
        delegate=delegate,
    )


def sees(town: Town, username: str) -> bool:
    return bool(town.tasks_of(town.actor(username)))


def completes(town: Town, username: str, **options: Any) -> None:
    task = town.open_task()
    user_tasks.complete(
        town.engine, by=town.actor(username), task_id=task.id, variables={}, **options
    )


def test_when_everybody_of_a_role_is_away_the_next_role_up_sees_its_tasks(town: Town) -> None:
    town.begins()
    assert not sees(town, "helen")
    is_away(town, "wendy")
    assert not sees(town, "helen"), "Wes is there"
    is_away(town, "wes")
    assert sees(town, "helen")
    assert people.gaps(town.engine, by=SYSTEM)["worker"] == ("helen",)
    completes(town, "helen")


def test_the_next_role_up_does_not_see_them_any_more_once_somebody_is_back(town: Town) -> None:
    town.begins()
    is_away(town, "wendy", days=7)
    is_away(town, "wes", days=2)
    assert sees(town, "helen")
    town.clock.move_to(town.clock.now() + timedelta(days=2))
    assert not sees(town, "helen")


def test_a_role_that_nobody_holds_is_seen_by_the_next_one_up(town: Town) -> None:
    for username in ("wendy", "wes"):
        person = people.get(town.engine, by=SYSTEM, username=username)
        gone = Person(person.username, person.name, (), demo=person.demo)
        people.add(town.engine, by=SYSTEM, person=gone)
    town.begins()
    assert sees(town, "helen")


def test_who_stands_in_sees_the_tasks_and_does_them_under_their_own_name(town: Town) -> None:
    town.begins()
    town.completes("wendy")
    assert town.completes("wes").element_id == "sign_off"
    assert not sees(town, "wes")
    with pytest.raises(UserTaskNotFound):
        completes(town, "wes")
    is_away(town, "helen", delegate="wes")
    assert sees(town, "wes")
    task = town.open_task()
    completes(town, "wes")
    done = user_tasks.get(town.engine, by=SYSTEM, task_id=task.id)
    assert done.completed_by == "wes"


def test_tasks_that_were_taken_on_before_an_absence_are_done_by_who_stands_in(town: Town) -> None:
    task = town.begins()
    user_tasks.claim(town.engine, by=town.actor("wendy"), task_id=task.id)
    is_away(town, "wendy", delegate="helen")
    completes(town, "helen")


def test_standing_in_gives_tasks_and_no_permissions(town: Town) -> None:
    is_away(town, "alex", delegate="wes")
    actor = town.actor("wes")
    assert "administrator" in actor.roles, "its tasks"
    assert not actor.may(Permission.ADMINISTER)
    assert not actor.may(Permission.DEPLOY)


def test_who_stands_in_for_somebody_who_stands_in_does_both_ones_tasks(town: Town) -> None:
    is_away(town, "helen", delegate="wes")
    is_away(town, "wes", delegate="wendy")
    assert "head" in town.actor("wendy").roles
    is_away(town, "wendy", delegate="helen")
    assert "head" not in town.actor("wendy").roles, "all three are away, in a circle"


def test_an_absence_that_cannot_be_is_refused(town: Town) -> None:
    now = town.clock.now()
    for ends_at, delegate in ((now, None), (now - timedelta(1), None), (None, "helen")):
        with pytest.raises(PersonRefused):
            people.add_absence(
                town.engine,
                by=SYSTEM,
                username="helen",
                begins_at=now,
                ends_at=ends_at,
                delegate=delegate,
            )


def test_nobody_records_the_absence_of_somebody_else(town: Town) -> None:
    with pytest.raises(NotAllowed):
        people.add_absence(
            town.engine,
            by=town.actor("wes"),
            username="helen",
            begins_at=town.clock.now(),
            ends_at=None,
            delegate="wes",
        )


def test_a_candidate_group_resolves_to_people(town: Town) -> None:
    def names() -> list[str]:
        return [found.name for found in people.resolve(town.engine, by=SYSTEM, role="worker")]

    assert names() == ["Wendy Hartley", "Wes Grant"]
    is_away(town, "wendy", delegate="alex")
    assert names() == ["Alex Reid", "Wes Grant"]
    is_away(town, "wes")
    is_away(town, "alex")
    assert names() == ["Helen Shaw"]


def test_who_did_the_first_step_is_not_offered_the_second_and_cannot_do_it(town: Town) -> None:
    town.begins()
    task = town.completes("wes")
    assert task.element_id == "confirm"
    assert task.excluded_users == ("wes",)
    assert not sees(town, "wes")
    assert sees(town, "wendy")
    for call in (user_tasks.claim, user_tasks.complete):
        options: dict[str, Any] = {"variables": {}} if call is user_tasks.complete else {}
        with pytest.raises(UserTaskExcluded):
            call(town.engine, by=town.actor("wes"), task_id=task.id, **options)
    with pytest.raises(UserTaskExcluded):
        user_tasks.delegate(town.engine, by=town.actor("wendy"), task_id=task.id, to="wes")
    completes(town, "wendy")


def test_not_even_an_administrator_is_their_own_second_person(town: Town) -> None:
    town.begins()
    task = town.completes("alex")
    assert not sees(town, "alex")
    with pytest.raises(UserTaskExcluded):
        completes(town, "alex")
    assert user_tasks.get(town.engine, by=SYSTEM, task_id=task.id).version == task.version


def test_standing_in_does_not_get_round_the_second_person(town: Town) -> None:
    town.begins()
    town.completes("wes")
    is_away(town, "wendy", delegate="wes")
    assert not sees(town, "wes")
    with pytest.raises(UserTaskExcluded):
        completes(town, "wes")


def test_the_page_of_a_task_for_a_second_person_says_so(town: Town) -> None:
    town.begins()
    people.add(town.engine, by=SYSTEM, person=Person("helen", "Helen Shaw", ("worker",), True))
    task = town.completes("helen")
    browser = town.browser("Helen Shaw")
    assert "Confirm" not in browser.text
    token = browser.value("csrf_token")
    answer = browser.client.post(f"/user-tasks/{task.id}/complete", data={"csrf_token": token})
    assert answer.status_code == 403
    assert town.open_task().id == task.id


def test_days_away_are_recorded_on_ones_own_page(town: Town) -> None:
    browser = town.browser("Wendy Hartley").opens("/account")
    browser.types(
        first_day=24, first_month=12, first_year=2026,
        last_day=28, last_month=12, last_year=2026, delegate="helen",
    )  # fmt: skip
    # A select is filled by its name like any other field.
    browser.presses("Record the absence")
    assert "From 24 December 2026 to 28 December 2026; Helen Shaw stands in" in browser.text
    [absence] = people.absences(town.engine, by=SYSTEM, username="wendy")
    assert absence.begins_at.isoformat() == "2026-12-24T00:00:00+00:00"
    assert absence.ends_at is not None
    assert absence.ends_at.isoformat() == "2026-12-29T00:00:00+00:00"
    browser.types(first_day=31, first_month=2, first_year=2027).presses("Record the absence")
    assert browser.status == 422
    assert "must be a real date" in browser.text
    assert browser.value("first_day") == "31"
    browser.opens("/account").presses(
        "Remove the absence From 24 December 2026 to 28 December 2026"
    )
    assert "No absence is recorded" in browser.text
