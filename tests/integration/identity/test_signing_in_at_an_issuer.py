"""People sign in at a real OpenID Connect issuer; whatever does not fit signs nobody in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from engine import people
from engine.model.access import AccessKind
from engine.model.people import Person
from tests.integration.identity.issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.integration.identity.town import SYSTEM, Town
from tests.integration.web.browser import Browser

USERNAME = "grace.oduya@town.example"


def comes_back(browser: Browser) -> str:
    """Go to the issuer and return the address with which it sends the browser back."""
    leaves = browser.client.get("/sign-in/town/issuer")
    assert leaves.status_code == 303
    answer = requests.get(leaves.headers["Location"], allow_redirects=False, timeout=5)
    return answer.headers["Location"]


def signs_in(browser: Browser) -> TestResponse:
    return browser.client.get(comes_back(browser))


def test_somebody_comes_in_with_the_roles_of_their_groups(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    browser = town_with_issuer.browser()
    answer = signs_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Signed in as Grace Oduya" in browser.opens("/inbox").text
    actor = town_with_issuer.actor(USERNAME)
    assert "head" in actor.roles
    [asked] = issuer.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32


def test_each_signing_in_asks_with_other_secrets(town_with_issuer: Town, issuer: Issuer) -> None:
    for _ in range(2):
        signs_in(town_with_issuer.browser())
    first, second = issuer.asked
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_groups_that_are_taken_away_are_gone_with_the_next_signing_in(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    town = town_with_issuer
    signs_in(town.browser())
    given = replace(
        people.get(town.engine, by=SYSTEM, username=USERNAME), roles=("administrator",)
    )
    people.add(town.engine, by=SYSTEM, person=given)
    assert town.actor(USERNAME).roles >= {"head", "administrator"}
    issuer.account["realm"] = {"groups": []}
    signs_in(town.browser())
    assert "head" not in town.actor(USERNAME).roles
    assert "administrator" in town.actor(USERNAME).roles


def test_an_account_stays_the_same_person_under_another_user_name(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    signs_in(town_with_issuer.browser())
    issuer.account["preferred_username"] = "wes"
    browser = town_with_issuer.browser()
    signs_in(browser)
    assert "Signed in as Grace Oduya" in browser.opens("/inbox").text
    assert people.find(town_with_issuer.engine, organisation="town", username=USERNAME)


def test_another_account_does_not_become_a_person_by_taking_their_user_name(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    signs_in(town_with_issuer.browser())
    issuer.account["sub"] = "another"
    answer = signs_in(town_with_issuer.browser())
    assert answer.status_code == 422
    issuer.account |= {"sub": "a third", "preferred_username": "wendy"}
    answer = signs_in(town_with_issuer.browser())
    assert answer.status_code == 422, "an invented person is nobody's account"


def test_somebody_whom_an_administrator_has_added_keeps_their_roles(
    town_with_issuer: Town,
) -> None:
    people.add(
        town_with_issuer.engine,
        by=SYSTEM,
        person=Person(USERNAME, "G. Oduya", ("administrator",)),
    )
    signs_in(town_with_issuer.browser())
    assert town_with_issuer.actor(USERNAME).roles >= {"administrator", "head"}


def test_somebody_without_a_role_sees_nothing(town_with_issuer: Town, issuer: Issuer) -> None:
    issuer.account["realm"] = {"groups": ["Canteen"]}
    browser = town_with_issuer.browser()
    signs_in(browser)
    for address in ("/", "/inbox", "/process-instances", "/report", "/administration"):
        assert browser.opens(address).status == 403


def test_somebody_taken_out_of_use_is_not_let_in(town_with_issuer: Town) -> None:
    town = town_with_issuer
    browser = town.browser()
    signs_in(browser)
    person = people.get(town.engine, by=SYSTEM, username=USERNAME)
    people.add(town.engine, by=SYSTEM, person=replace(person, active=False))
    assert browser.opens("/inbox").address == "/sign-in"
    assert signs_in(town.browser()).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        "alg none",
        "audience",
        "authorised party",
        "denied",
        "expired",
        "foreign key",
        "from the future",
        "issuer",
        "no nonce",
        "no subject",
        "nonce",
        "other issuer answers",
        "signed with the client secret",
        "signed with the public key",
        "state",
        "tampered",
        "two audiences",
    ],
)
def test_an_answer_that_does_not_fit_signs_nobody_in(
    town_with_issuer: Town, issuer: Issuer, wrong: str
) -> None:
    issuer.wrong = wrong
    browser = town_with_issuer.browser()
    before = browser.client.get_cookie("remit_session")
    answer = signs_in(browser)
    assert answer.status_code == 422
    assert "did not work" in answer.text
    assert browser.opens("/inbox").address == "/sign-in"
    assert people.find(town_with_issuer.engine, organisation="town", username=USERNAME) is None
    assert before is not None
    if wrong != "state":
        kinds = [event.kind for event in town_with_issuer.written_down()]
        assert kinds.count(AccessKind.SIGN_IN_REFUSED) == 1


def test_an_answer_works_once_and_only_in_the_browser_that_asked(town_with_issuer: Town) -> None:
    browser, other = town_with_issuer.browser(), town_with_issuer.browser()
    back = comes_back(browser)
    assert other.client.get(back).status_code == 422
    assert browser.client.get(back).status_code == 303
    assert browser.client.get(back).status_code == 422
    assert other.opens("/inbox").address == "/sign-in"


def test_new_keys_of_the_issuer_are_fetched(town_with_issuer: Town, issuer: Issuer) -> None:
    known = town_with_issuer.app.config["OIDC_ISSUERS"]["town"]
    assert signs_in(town_with_issuer.browser()).status_code == 303
    issuer.changes_its_keys()
    assert signs_in(town_with_issuer.browser()).status_code == 422, "at most once in 30 seconds"
    known._keys = (known._keys[0].replace(year=2020), known._keys[1])
    assert signs_in(town_with_issuer.browser()).status_code == 303
    issuer.key = issuer.foreign_key


def test_an_issuer_that_is_not_who_it_says_or_not_there_is_a_page(
    town_with_issuer: Town, issuer: Issuer, tmp_path: Path
) -> None:
    issuer.wrong = "other issuer in metadata"
    answer = town_with_issuer.browser().client.get("/sign-in/town/issuer")
    assert answer.status_code == 503
    folder = tmp_path / "second"
    folder.mkdir()
    alone = Town.open(folder, issuer="http://127.0.0.1:9", client=(CLIENT_ID, CLIENT_SECRET))
    answer = alone.browser().client.get("/sign-in/town/issuer")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    alone.close()


def test_groups_may_come_from_userinfo_but_only_of_the_same_person(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    issuer.in_userinfo = ("realm",)
    signs_in(town_with_issuer.browser())
    assert "head" in town_with_issuer.actor(USERNAME).roles
    issuer.wrong = "userinfo of another"
    assert signs_in(town_with_issuer.browser()).status_code == 422


def test_a_second_factor_that_is_asked_for_has_to_be_used(tmp_path: Path, issuer: Issuer) -> None:
    town = Town.open(
        tmp_path,
        issuer=issuer.address,
        client=(CLIENT_ID, CLIENT_SECRET),
        more="  assurance: [AAL3_ANY]\n",
    )
    assert signs_in(town.browser()).status_code == 422
    assert issuer.asked[-1]["acr_values"] == "AAL3_ANY"
    issuer.account["acr"] = "AAL3_ANY"
    assert signs_in(town.browser()).status_code == 303
    town.close()


def test_people_are_led_to_the_page_they_wanted_and_never_elsewhere(
    town_with_issuer: Town,
) -> None:
    browser = town_with_issuer.browser()
    browser.opens("/process-instances?state=running")
    assert browser.address == "/sign-in"
    assert signs_in(browser).headers["Location"] == "/process-instances?state=running"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        browser = town_with_issuer.browser()
        browser.client.get(elsewhere)
        browser.client.get("/sign-in", query_string={"next": elsewhere, "go_to": elsewhere})
        back = comes_back(browser)
        place = urlsplit(browser.client.get(back).headers["Location"])
        assert (place.netloc, place.path) == ("", "/")


def test_a_forged_organisation_is_not_found(town_with_issuer: Town) -> None:
    client = town_with_issuer.browser().client
    for address in ("/sign-in/nowhere", "/sign-in/nowhere/issuer", "/sign-in/..%2Ftown/issuer"):
        assert client.get(address).status_code == 404


def test_the_code_travels_with_the_address_of_this_service(
    town_with_issuer: Town, issuer: Issuer
) -> None:
    browser = town_with_issuer.browser()
    leaves = browser.client.get(
        "/sign-in/town/issuer",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    asked = parse_qs(urlsplit(leaves.headers["Location"]).query)
    assert asked["redirect_uri"] == ["http://localhost/sign-in-callback"]
