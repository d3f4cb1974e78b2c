"""Passwords of one's own, and sessions that end when they should and everywhere at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from engine import accounts, people
from engine.model.access import AccessKind
from tests.integration.identity.town import PASSWORD, SYSTEM, TODAY, Town
from tests.integration.web.browser import Browser

WRONG = "The user name or the password is wrong."


def invited(town: Town, username: str = "wes") -> str:
    secret = accounts.invite(town.engine, by=SYSTEM, username=username, now=TODAY)
    return f"/invitation/{secret}"


def with_password(town: Town, password: str = PASSWORD) -> Browser:
    """Return a browser at the pages of somebody who has chosen a password and signed in with it."""
    browser = town.browser().opens(invited(town)).types(password=password)
    browser.presses("Choose this password")
    return signs_in(browser, password)


def signs_in(browser: Browser, password: str, username: str = "wes") -> Browser:
    browser.opens("/sign-in/town").types(username=username, password=password)
    return browser.presses("Sign in")


def test_an_administrator_invites_and_the_person_chooses_a_password(town: Town) -> None:
    admin = town.browser("Alex Reid").opens("/administration/people/wes")
    admin.presses("Invite to choose a password")
    [address] = re.findall(r"http://localhost(/invitation/[\w-]{43})", admin.text)
    assert "Invitation" not in admin.opens("/administration/people/wes").heading
    assert address not in admin.text, "shown once"
    browser = town.browser().opens(address).types(password=PASSWORD)
    browser.presses("Choose this password")
    assert browser.address == "/sign-in/town"
    assert "Signed in as Wes Grant" in signs_in(browser, PASSWORD).text
    assert town.browser().opens(address).status == 404


def test_an_invitation_is_for_three_days_and_a_new_one_ends_it(town: Town) -> None:
    first = invited(town)
    second = invited(town)
    assert town.browser().opens(first).status == 404
    town.time_of_day.move_to(TODAY + timedelta(days=3))
    assert town.browser().opens(second).status == 404
    assert town.browser().opens("/invitation/guess").status == 404


def test_a_password_is_long_and_says_nothing_of_the_person(town: Town) -> None:
    browser = town.browser().opens(invited(town))
    for password in ("short", "wes" * 5, "a" * 20, "x" * 201):
        browser.types(password=password).presses("Choose this password")
        assert browser.status == 422
        assert "There is a problem" in browser.text


def test_only_a_hash_of_the_password_is_kept(town: Town) -> None:
    with_password(town)
    with town.engine.reading("town") as tx:
        account = tx.accounts.get("wes")
    assert account is not None
    assert account.password_hash.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(town: Town) -> None:
    with_password(town)
    texts = {
        signs_in(town.browser(), password, username).text.replace(username, "")
        for username, password in (
            ("wes", "wrong horse battery"),
            ("nobody", PASSWORD),
            ("wendy", PASSWORD),
        )
    }
    assert len(texts) == 1
    assert WRONG in texts.pop()
    refused = [e for e in town.written_down() if e.kind is AccessKind.SIGN_IN_REFUSED]
    assert {event.user for event in refused} == {"wes", "nobody", "wendy"}


def test_after_five_wrong_passwords_the_right_one_has_to_wait(town: Town) -> None:
    with_password(town)
    for _ in range(5):
        signs_in(town.browser(), "wrong horse battery")
        signs_in(town.browser(), "wrong horse battery", "nobody")
    told = signs_in(town.browser(), PASSWORD).text
    assert "too many attempts" in told
    # Whether there is such a name is not told by its being locked either.
    assert told.replace("wes", "") == (
        signs_in(town.browser(), PASSWORD, "nobody").text.replace("nobody", "")
    )
    town.time_of_day.move_to(TODAY + timedelta(minutes=15))
    assert "Signed in as Wes Grant" in signs_in(town.browser(), PASSWORD).text


def test_changing_the_password_ends_every_session(town: Town) -> None:
    browser, other = with_password(town), town.browser()
    signs_in(other, PASSWORD)
    browser.opens("/account").types(old="not this one at all", new="another good one")
    assert "is not this one" in browser.presses("Change the password").text
    browser.types(old=PASSWORD, new="another good one").presses("Change the password")
    assert "Sign in with the new one" in browser.text
    assert other.opens("/inbox").address == "/sign-in"
    assert WRONG in signs_in(browser, PASSWORD).text
    assert "Signed in as" in signs_in(browser, "another good one").text


def test_signing_out_everywhere_ends_sessions_on_other_machines(town: Town) -> None:
    here, there, somebody = (
        town.browser("Wendy Hartley"),
        town.browser("Wendy Hartley"),
        town.browser("Helen Shaw"),
    )
    here.opens("/account").presses("Sign out on every machine")
    assert here.opens("/inbox").address == "/sign-in"
    assert there.opens("/inbox").address == "/sign-in"
    assert somebody.opens("/inbox").address == "/inbox"


def test_an_administrator_signs_somebody_out_everywhere(town: Town) -> None:
    browser = town.browser("Wendy Hartley")
    admin = town.browser("Alex Reid").opens("/administration/people/wendy")
    assert "signed in on 1 browser now" in admin.text
    admin.presses("Sign out everywhere")
    assert browser.opens("/inbox").address == "/sign-in"


def test_a_cookie_that_was_copied_before_signing_out_is_worth_nothing(town: Town) -> None:
    browser = town.browser("Wendy Hartley")
    cookie = browser.client.get_cookie("remit_session")
    assert cookie is not None
    browser.presses("Sign out")
    thief = town.app.test_client()
    thief.set_cookie("remit_session", cookie.value)
    assert thief.get("/inbox").status_code == 303


def test_a_cookie_from_before_signing_in_is_not_signed_in_afterwards(town: Town) -> None:
    browser = town.browser()
    before = browser.client.get_cookie("remit_session")
    browser.presses("Sign in as Wendy Hartley")
    after = browser.client.get_cookie("remit_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    planted = town.app.test_client()
    planted.set_cookie("remit_session", before.value)
    assert planted.get("/inbox").status_code == 303


def test_a_session_ends_after_twelve_hours_however_busy_it_is(town: Town) -> None:
    browser = town.browser("Wendy Hartley")
    town.time_of_day.move_to(TODAY + timedelta(hours=11, minutes=59))
    assert browser.opens("/inbox").address == "/inbox"
    town.time_of_day.move_to(TODAY + timedelta(hours=12))
    assert browser.opens("/inbox").address == "/sign-in"


def test_moving_the_clock_of_the_procedures_signs_nobody_out(town: Town) -> None:
    browser = town.browser("Wendy Hartley")
    town.clock.move_to(town.clock.now() + timedelta(days=300))
    assert browser.opens("/inbox").address == "/inbox"


def test_somebody_taken_out_of_use_is_signed_out_and_stays_out(town: Town) -> None:
    browser = with_password(town)
    person = people.get(town.engine, by=SYSTEM, username="wes")
    people.add(town.engine, by=SYSTEM, person=replace(person, active=False))
    assert browser.opens("/inbox").address == "/sign-in"
    assert WRONG in signs_in(browser, PASSWORD).text


def test_a_form_of_another_session_is_written_down(town: Town) -> None:
    browser = town.browser("Wendy Hartley")
    answer = browser.client.post("/account/sign-out-everywhere", data={"csrf_token": "forged"})
    assert answer.status_code == 422
    assert AccessKind.FORM_REFUSED in {event.kind for event in town.written_down()}
    assert browser.opens("/inbox").address == "/inbox"


def test_resuming_a_session_costs_one_statement(town: Town) -> None:
    browser = town.browser("Wendy Hartley").opens("/account")
    with town.engine.store.statistics() as counted:
        browser.client.get("/administration")
    assert counted.statements == 1, counted.texts
