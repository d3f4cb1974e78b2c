"""Administration pages: who may open them, and that each does what it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine import deployments, people, process_definitions, tokens
from engine.model.access import AccessKind
from engine.model.identifiers import new_id
from engine.model.jobs import JobKind
from engine.model.pages import PageRequest
from engine.store.schema import job
from engine.store.webhook_schema import webhook_attempt, webhook_delivery, webhook_endpoint
from tests.integration.api.world import content
from tests.integration.identity.town import APPROVAL, SIGN_IN, SYSTEM, Town
from web.administration.jobs import KINDS

PAGES = {
    "/administration": "Administration",
    "/administration/people": "People and roles",
    "/administration/people/new": "Add a person",
    "/administration/people/wes": "Wes Grant",
    "/administration/people/wes/change": "Change Wes Grant",
    "/administration/tokens": "Tokens",
    "/administration/versions": "Versions",
    "/administration/versions/approval": "Versions of Approval",
    "/administration/jobs": "Jobs",
    "/administration/calendar": "Calendar",
    "/administration/access": "Access log",
    "/account": "Your account",
}


def test_an_administrator_opens_each_page_with_few_statements(town: Town) -> None:
    browser = town.browser("Alex Reid")
    assert "Administration" in browser.text
    for address, heading in PAGES.items():
        with town.engine.store.statistics() as counted:
            browser.opens(address)
        assert (browser.status, browser.heading) == (200, heading)
        assert counted.statements <= 8, (address, counted.texts)


@pytest.mark.parametrize("address", [path for path in PAGES if path != "/account"])
def test_somebody_who_administers_nothing_opens_none(town: Town, address: str) -> None:
    browser = town.browser("Wendy Hartley")
    assert "Administration" not in browser.text
    assert browser.opens(address).status == 403


def test_a_person_is_added_with_roles_and_changed_and_written_down(town: Town) -> None:
    browser = town.browser("Alex Reid").opens("/administration/people").follows("Add a person")
    browser.types(
        username="Nina.Ward", name="Nina Ward", email="nina@town.example", roles=["head"]
    ).presses("Add this person")
    assert browser.address == "/administration/people/nina.ward"
    person = people.get(town.engine, by=SYSTEM, username="nina.ward")
    assert (person.roles, person.email, person.active) == (("head",), "nina@town.example", True)
    browser.follows("Change name, roles or access").types(roles=["worker", "administrator"])
    browser.presses("Save")
    assert people.get(town.engine, by=SYSTEM, username="nina.ward").roles == (
        "worker",
        "administrator",
    )
    log = [event for event in town.written_down() if event.kind is AccessKind.PERSON_CHANGED]
    assert "nina.ward: head became worker, administrator" in {event.about for event in log}


@pytest.mark.parametrize(
    "typed",
    [
        {"username": "Nina Ward!", "name": "Nina"},
        {"username": "wes", "name": "Somebody else"},
        {"username": "nina", "name": ""},
        {"username": "nina", "name": "Nina", "email": "no address"},
    ],
)
def test_a_person_who_cannot_be_kept_is_refused_with_what_was_typed(
    town: Town, typed: dict[str, str]
) -> None:
    browser = town.browser("Alex Reid").opens("/administration/people/new").types(**typed)
    browser.presses("Add this person")
    assert browser.status == 422
    assert "There is a problem" in browser.text
    assert browser.value("name") == typed["name"]
    assert people.get(town.engine, by=SYSTEM, username="wes").name == "Wes Grant"


def test_a_forged_role_changes_nothing(town: Town) -> None:
    browser = town.browser("Alex Reid").opens("/administration/people/wes/change")
    data = {"csrf_token": browser.value("csrf_token"), "name": "Wes", "roles": "emperor"}
    assert browser.client.post("/administration/people/wes/change", data=data).status_code == 422
    assert people.get(town.engine, by=SYSTEM, username="wes").roles == ("worker",)


def test_a_name_is_shown_as_text_whatever_it_says(town: Town) -> None:
    browser = town.browser("Alex Reid").opens("/administration/people/new")
    browser.types(username="eve", name="<script>alert(1)</script>", roles=["worker"])
    browser.presses("Add this person")
    assert browser.heading == "<script>alert(1)</script>"
    assert browser.answer is not None
    assert "<script>alert" not in browser.answer.text


def test_a_token_is_shown_once_works_and_is_revoked(town: Town) -> None:
    browser = town.browser("Alex Reid").opens("/administration/tokens")
    browser.types(name="Phone system", role="worker").presses("Make the token")
    [secret] = re.findall(r"remit_[\w-]{43}", browser.text)
    assert tokens.authenticate(town.engine, secret) is not None
    assert secret not in browser.opens("/administration/tokens").text
    browser.presses("Revoke Phone system")
    assert "Revoked" in browser.text
    kinds = {event.kind for event in town.written_down()}
    assert {AccessKind.TOKEN_MADE, AccessKind.TOKEN_REVOKED} <= kinds
    assert tokens.authenticate(town.engine, secret) is None


def test_two_versions_are_compared_as_text_and_rolled_back(town: Town) -> None:
    changed = APPROVAL.read_bytes().replace(b'name="Confirm"', b'name="Confirm it"')
    files = content() | {"approval.bpmn": changed}
    files["organisation.yaml"] += SIGN_IN.encode()
    deployments.deploy(town.engine, by=SYSTEM, files=files, name="second")
    browser = town.browser("Alex Reid").opens("/administration/versions").follows("Approval")
    browser.opens("/administration/versions/approval?from=1&to=2")
    assert "Changed: Task for a person “Confirm it” (confirm): its name" in browser.text
    browser.presses("Activate version 1")
    [active] = [
        found.version
        for found in process_definitions.versions(
            town.engine, by=SYSTEM, key="approval", page=PageRequest()
        ).items
        if found.state == "active"
    ]
    assert active == 1


def test_the_overview_names_roles_that_nobody_fills(town: Town) -> None:
    browser = town.browser("Alex Reid").opens("/administration")
    assert "nobody fills" not in browser.text
    for username in ("wendy", "wes"):
        people.add_absence(
            town.engine,
            by=SYSTEM,
            username=username,
            begins_at=town.clock.now(),
            ends_at=None,
            delegate=None,
        )
    browser.opens("/administration")
    assert "Worker: its tasks are seen by Helen Shaw" in browser.text


def test_the_calendar_says_what_is_open_and_what_is_not(town: Town) -> None:
    text = town.browser("Alex Reid").opens("/administration/calendar").text
    assert "9am to 5pm" in text
    assert "Saturday Closed" in text
    assert "Friday 25 December 2026: Bank holiday" in text


def test_the_page_of_jobs_has_words_for_every_kind_of_job() -> None:
    assert set(KINDS) == set(JobKind)


def test_jobs_of_every_kind_that_stopped_trying_are_listed_and_tried_again(town: Town) -> None:
    with town.engine.store.engine.begin() as connection:
        connection.execute(insert(job), [_dead_letter(kind, town) for kind in JobKind])
    browser = town.browser("Alex Reid")
    with town.engine.store.statistics() as counted:
        browser.opens("/administration/jobs")
    assert counted.statements <= 8
    assert browser.text.count("The server said 500") == len(JobKind)
    assert "5 of 5" in browser.text
    browser.presses("Try again: Notice on its way told")
    assert "Tried again now: Notice on its way" in browser.text
    assert browser.text.count("The server said 500") == len(JobKind) - 1
    with town.engine.store.engine.connect() as connection:
        [again] = connection.execute(select(job).where(job.c.kind == JobKind.NOTICE)).all()
    assert (again.state, again.attempts) == ("waiting", 0)


def _dead_letter(kind: JobKind, town: Town) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation": "town",
        "kind": kind,
        "key": f"of {kind}",
        "element_id": "told",
        "payload": {},
        "due_at": town.clock.now(),
        "state": "dead_letter",
        "priority": 0,
        "attempts": 5,
        "max_attempts": 5,
        "retry_delays": [],
        "last_error": "The server said 500",
    }


def test_webhooks_with_many_attempts_cost_few_statements(town: Town) -> None:
    endpoint, now = new_id(), town.clock.now()
    deliveries = [new_id() for _ in range(30)]
    with town.engine.store.engine.begin() as connection:
        connection.execute(
            insert(webhook_endpoint).values(
                id=endpoint, organisation="town", url="https://other.example", description="",
                event_types=[], secrets=[], state="enabled", created_at=now, created_by="alex",
            )
        )  # fmt: skip
        connection.execute(
            insert(webhook_delivery),
            [
                {
                    "id": one, "organisation": "town", "endpoint_id": endpoint, "stream": "s", "sequence": number,
                    "event_type": "user_task.created", "body": "{}", "created_at": now, "due_at": now,
                    "state": "dead_letter", "attempts": 2, "attempts_ever": 2, "ended_at": now,
                }
                for number, one in enumerate(deliveries)
            ],
        )  # fmt: skip
        connection.execute(
            insert(webhook_attempt),
            [
                {
                    "delivery_id": one,
                    "number": number,
                    "organisation": "town",
                    "at": now,
                    "status": 500 + number,
                }
                for one in deliveries
                for number in (1, 2)
            ],
        )
    browser = town.browser("Alex Reid")
    with town.engine.store.statistics() as counted:
        browser.opens("/administration/webhooks-out")
    assert counted.statements <= 8
    assert browser.text.count("501") == browser.text.count("502") == len(deliveries)
