"""Every route for every role: who may not, is refused and changes nothing; who may, is not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from engine import people
from engine.model.actors import BUILT_IN_ROLES, system_actor
from engine.model.people import Person
from engine.store.schema import metadata
from tests.integration.api.world import World
from web import authorisation as pages
from webhooks import authorisation as api

ROLES = (*BUILT_IN_ROLES, "worker", "head", "")
"""Remit's own, the organisation's, and none."""
NOT_ALLOWED, FORM_EXPIRED, ERROR = 403, 422, 500
REMEMBERED = {"session", "access_event", "receipt"}
"""Tables in which a refusal may leave a trace."""


@pytest.fixture
def places(world: World) -> Iterator[dict[str, str]]:
    """What stands in an address for each of its variables: things that are there."""
    caller = world.caller()
    instance = caller.starts("H-1")
    return {
        "org": "town",
        "instance_id": instance,
        "task_id": caller.open_task(instance)["id"],
        "username": "wendy",
        "key": "harm",
        "version": "1",
        "decision_key": "severity",
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_and_changes_what_it_may_and_nothing_else(
    world: World, places: dict[str, str], role: str
) -> None:
    client, csrf = _signed_in(world, role)
    allowed = people.actor(world.engine, organisation="town", username="visitor").permissions
    headers = {"Authorization": f"Bearer {world.secret(role)}"} if role else {}
    before = _contents(world)
    wrong = []
    for rule, method in _routes(world):
        is_page = rule.endpoint in pages.SIGNED_IN
        needed = pages.SIGNED_IN[rule.endpoint] if is_page else {api.NEEDS[rule.endpoint]}
        may = not needed or not allowed.isdisjoint(needed)
        if (may and method != "GET") or rule.endpoint == "inbox.home":
            continue  # what those do who may is told by the tests of each page
        if is_page:
            answer = client.open(_url(rule, places), method=method, data={"csrf_token": csrf})
        elif role:
            answer = world.app.test_client().open(
                _url(rule, places), method=method, headers=headers
            )
        else:
            continue  # somebody without a role has no token
        refused = answer.status_code == NOT_ALLOWED
        expected = not refused and answer.status_code < ERROR if may else refused
        if not expected:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert _contents(world) == before


def test_no_form_does_anything_without_the_token_of_its_session(
    world: World, places: dict[str, str]
) -> None:
    client, csrf = _signed_in(world, "administrator")
    before, wrong = _contents(world), []
    for rule in world.app.url_map.iter_rules():
        of_pages = rule.endpoint in pages.SIGNED_IN or rule.endpoint in pages.PUBLIC
        if not of_pages or "POST" not in (rule.methods or set()):
            continue
        for data in ({}, {"csrf_token": ""}, {"csrf_token": csrf[::-1]}, {"csrf_token": "é"}):
            answer = client.post(_url(rule, places), data=data)
            if answer.status_code != FORM_EXPIRED or "open for too long" not in answer.text:
                wrong.append(f"{rule.rule} {data}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert _contents(world) == before


def test_who_may_only_read_a_task_is_not_offered_to_do_it(
    world: World, places: dict[str, str]
) -> None:
    client, _ = _signed_in(world, "compliance")
    page = client.get(f"/user-tasks/{places['task_id']}").text
    assert "You can read this task, but not do it" in page
    assert "Continue" not in page
    assert 'name="answer:' not in page


def _routes(world: World) -> Iterator[tuple[Rule, str]]:
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint not in pages.PUBLIC and rule.endpoint not in api.PUBLIC:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def _url(rule: Rule, places: Mapping[str, str]) -> str:
    _, built = rule.build({name: _place(name, places) for name in rule.arguments}) or ("", "")
    assert built, rule
    return built


def _place(name: str, places: Mapping[str, str]) -> str:
    return places.get(name, "0" * 32)


def _signed_in(world: World, role: str) -> tuple[FlaskClient, str]:
    """Return a browser in which a person of one role has signed in, and its form token."""
    person = Person("visitor", "Vera Visitor", (role,) if role else (), demo=True)
    people.add(world.engine, by=system_actor("town"), person=person)
    client = world.app.test_client()
    client.get("/sign-in")
    answer = client.post(
        "/sign-in/person",
        data={"csrf_token": _csrf(client), "organisation": "town", "username": "visitor"},
    )
    assert answer.status_code == 303
    client.get("/account")
    return client, _csrf(client)


def _csrf(client: FlaskClient) -> str:
    with client.session_transaction() as kept:
        return str(kept["csrf"])


def _contents(world: World) -> dict[str, str]:
    """Return a fingerprint of every table in which nothing may change."""
    with world.engine.store.engine.connect() as connection:
        return {
            table.name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(select(table))))).encode()
            ).hexdigest()
            for table in metadata.sorted_tables
            if table.name not in REMEMBERED
        }
