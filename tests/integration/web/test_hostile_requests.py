"""Requests that no page of ours makes: each gets an answer that says so, and none an error of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.model.pages import page_token
from tests.integration.api.world import World
from tests.integration.web.browser import Browser
from tests.integration.web.test_doing_a_task import reported

Visit = Callable[..., Browser]
FORGED = [
    page_token(key)
    for key in (
        [1, 2, 3],
        ["a", "b"],
        ["@yesterday", "b"],
        ["@0001-01-01T00:00:00+14:00", "b"],
        [None, None],
        ["@2026-01-01T00:00:00+00:00", "\x00"],
        [{"a": 1}, []],
        list(range(9)),
    )
]
LISTS = (
    "/inbox?list=teams",
    "/inbox?list=mine&order=age",
    "/process-instances?view=all",
    "/administration/access?",
    "/administration/jobs?state=waiting",
    "/administration/versions?",
)


@pytest.mark.parametrize("token", FORGED)
def test_a_forged_page_token_is_refused(world: World, visit: Visit, token: str) -> None:
    reported(visit)
    browser = visit("Alex Reid")
    for address in LISTS:
        assert browser.opens(f"{address}&page_token={token}").status in (200, 400), address
    for path in ("/user-tasks", "/process-instances", "/jobs"):
        assert world.caller().get(path, page_token=token).status_code == 400, path


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/inbox?procedure=%00", 400),
        ("/process-instances?q=a%00", 400),
        ("/user-tasks/%00", 404),
        ("/sign-in/%00", 404),
    ],
)
def test_an_address_with_nul_leads_nowhere(visit: Visit, address: str, status: int) -> None:
    assert visit("Wendy Hartley").opens(address).status == status


def test_text_with_nul_is_refused_and_changes_nothing(world: World, visit: Visit) -> None:
    browser = reported(visit).types(what_happened="A ladder\x00 fell.")
    browser.presses("Save and come back later")
    assert browser.status == 400
    assert "NUL" in browser.text
    [instance] = world.caller().get("/process-instances").json["items"]
    task = world.caller().open_task(instance["id"])
    page = visit("Wendy Hartley").opens(f"/user-tasks/{task['id']}")
    assert page.value("what_happened") == ""


@pytest.mark.parametrize("day", ["9" * 400, "9" * 5000, "-1", "٣", "1.5", "\u202e1"])
def test_a_day_that_is_none_is_refused_beside_its_field(visit: Visit, day: str) -> None:
    browser = visit("Wendy Hartley").opens("/account")
    browser.types(first_day=day, first_month=12, first_year=2026).presses("Record the absence")
    assert browser.status in (303, 200) if day == "٣" else browser.status == 422
    assert "No absence is recorded." in browser.text or day == "٣"


def test_a_form_may_have_thousands_of_fields(visit: Visit) -> None:
    browser = reported(visit)
    token = browser.value("csrf_token")
    fields = {
        f"answer:witnesses[{row}].name{column}": "x" for row in range(200) for column in range(10)
    }
    answer = browser.client.post(
        browser.address + "/draft",
        data={"csrf_token": token, **fields},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_very_long_text_is_kept_whole(visit: Visit, kind: str) -> None:
    browser, text = reported(visit), "a long story, " * 60_000
    answer = browser.client.post(
        browser.address + "/draft",
        data={"csrf_token": browser.value("csrf_token"), "answer:what_happened": text},
        content_type=kind,
    )
    assert answer.status_code == 303
    assert browser.opens(browser.address).value("what_happened") == text


def test_an_invitation_does_not_believe_the_host_of_the_request(
    world: World, visit: Visit
) -> None:
    browser = visit("Alex Reid").opens("/administration/people/new")
    browser.types(username="nina", name="Nina Nowak").presses("Add this person")
    token = browser.value("csrf_token")
    cookie = browser.client.get_cookie("remit_session")
    assert cookie is not None
    answer = world.app.test_client(use_cookies=False).post(
        "/administration/people/nina/invite",
        data={"csrf_token": token},
        headers={"Host": "evil.example", "Cookie": f"remit_session={cookie.value}"},
    )
    assert "/invitation/" in answer.text
    assert "evil.example" not in answer.text
