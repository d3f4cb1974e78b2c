"""Every page as people meet it: with axe, on a phone, by keyboard, on a bad line, in little data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.journey import scenario_of_derby
from tests.browser.axe import violations
from tests.browser.filling import fill
from tests.browser.service import Service
from web.authorisation import SIGNED_IN
from web.scenarios.scenario import Complete

Visit = Callable[..., Page]
FIRST_VISIT_BYTES = 100_000
RECORDED = scenario_of_derby("serious").steps[0]


@pytest.fixture
def case(service: Service) -> str:
    """A case of which the initial discussion is late; returns the instance's id."""
    instance_id = service.plays(scenario_of_derby("serious"), steps=2)
    service.moves_to(service.clock.now() + timedelta(hours=3))
    return instance_id


def _pages(service: Service, case: str) -> dict[str, str]:
    task = service.task(case, "hold_initial_discussion")
    return {
        "tasks": "/inbox",
        "overdue tasks": "/inbox?order=follow_up&procedure=serious_incident&show=overdue",
        "cases": "/process-instances",
        "a case": f"/process-instances/{case}",
        "report": "/report",
        "a task": f"/user-tasks/{task}",
        "an error": "/nowhere",
    }


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_axe_finds_nothing_on_any_page_and_nothing_is_wider_than_the_screen(
    service: Service, visit: Visit, case: str, phone: bool
) -> None:
    page = visit(phone=phone)
    found = {"sign in": violations(page)}
    page = visit("Grace Oduya", phone=phone)
    for name, address in _pages(service, case).items():
        page.goto(address)
        found[name] = violations(page) + _too_wide(page)
    page.goto(_pages(service, case)["a task"])
    page.get_by_role("button", name="Continue").last.click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    found["what is wrong"] = violations(page) + _too_wide(page)
    page = visit("Wendy Hartley", phone=phone, at="/report")
    page.get_by_role("button", name="Start a report").first.click()
    assert isinstance(RECORDED, Complete)
    _fill_until_checked(page)
    found["check your answers"] = violations(page) + _too_wide(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_axe_finds_nothing_on_any_page_of_an_administrator(
    service: Service, visit: Visit, case: str
) -> None:
    task = service.task(case, "hold_initial_discussion")
    addresses = {
        "inbox.show": "/inbox",
        "user_task.show": f"/user-tasks/{task}",
        "process_instance.show": f"/process-instances/{case}",
        "process_instance.show_all": "/process-instances",
        "report.show": "/report",
        "account.show": "/account",
        "administration.show": "/administration",
        "administered_people.show_all": "/administration/people",
        "administered_people.show_new": "/administration/people/new",
        "administered_people.show": "/administration/people/wendy.hartley",
        "administered_people.show_change": "/administration/people/wendy.hartley/change",
        "administered_tokens.show_all": "/administration/tokens",
        "administered_versions.show_all": "/administration/versions",
        "administered_versions.show": "/administration/versions/serious_incident",
        "administered_jobs.show_all": "/administration/jobs",
        "administered_webhooks.show_out": "/administration/webhooks-out",
        "administered_webhooks.show_in": "/administration/webhooks-in",
        "administered_connectors.show_all": "/administration/connectors",
        "administered_calendar.show": "/administration/calendar",
        "administered_access.show_all": "/administration/access",
    }
    assert set(addresses) >= _pages_of_the_application(service)
    found = {}
    for phone in (False, True):
        page = visit("Alex Reid", phone=phone)
        for name, address in addresses.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            found[name, phone] = violations(page) + _too_wide(page)
        page = visit(phone=phone)
        for address in ("/sign-in/derby", "/t/nothing", "/sign-in/nobody"):
            page.goto(address)
            found[address, phone] = violations(page) + _too_wide(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


NO_PAGES = {"inbox.home", "user_task.check_again", "attachment.download"}
"""What a GET of these leads to is another page, or a file."""


def _pages_of_the_application(service: Service) -> set[str]:
    """Return every page that people who are signed in can open."""
    app = cast(Any, service.server).app
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint in SIGNED_IN and "GET" in (rule.methods or set())
    } - NO_PAGES


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_is_attached_and_nothing_typed_is_lost(
    service: Service, visit: Visit, case: str, tmp_path: Path, scripts: bool
) -> None:
    picture = tmp_path / "climbing frame.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
    wrong = tmp_path / "page.html"
    wrong.write_text("<script>document.title = 'run'</script>")
    page = visit("Wendy Hartley", at="/report", scripts=scripts)
    page.get_by_role("button", name="Start a report").first.click()
    task = page.url
    page.locator('[name="answer:what_happened"]').fill("A long story.")
    page.get_by_text("Attach a file to this case").click()
    page.locator("#general-file").set_input_files(wrong)
    page.get_by_role("button", name="Attach file").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("The file must be one of these")
    assert violations(page) == [] if scripts else True
    page.locator("#general-file").set_input_files(picture)
    page.get_by_role("button", name="Attach file").click()
    expect(page.get_by_text("Attached: climbing frame.png", exact=True)).to_be_visible()
    assert page.locator('[name="answer:what_happened"]').input_value() == "A long story."
    if scripts:
        assert violations(page) == []
    page.get_by_text("Add a comment").click()
    page.get_by_label("Comment").fill("The frame was closed.")
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_text("Your comment is added.")).to_be_visible()
    assert page.locator('[name="answer:what_happened"]').input_value() == "A long story."
    page.get_by_role("button", name="Take this task on").click()
    expect(page.get_by_role("button", name="Give this task back")).to_be_visible()
    page.goto(task)
    assert page.locator('[name="answer:what_happened"]').input_value() == "A long story."
    with page.expect_download() as download:
        page.get_by_role("link", name="climbing frame.png").click()
    assert Path(download.value.path()).read_bytes() == picture.read_bytes()


def test_a_file_that_is_too_large_is_said_to_be_before_it_is_sent(
    service: Service, visit: Visit, tmp_path: Path
) -> None:
    large = tmp_path / "film.png"
    large.write_bytes(b"\x89PNG" + b"\x00" * 21_000_000)
    page = visit("Wendy Hartley", at="/report")
    page.get_by_role("button", name="Start a report").first.click()
    page.locator('[name="answer:what_happened"]').fill("A long story.")
    page.get_by_text("Attach a file to this case").click()
    page.locator("#general-file").set_input_files(large)
    page.get_by_role("button", name="Attach file").click()
    expect(page.get_by_role("alert")).to_contain_text("too large")
    assert page.locator('[name="answer:what_happened"]').input_value() == "A long story."


def test_nothing_moves_while_a_page_loads(service: Service, visit: Visit, case: str) -> None:
    page = visit("Grace Oduya")
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
        " window.moved += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for name, address in _pages(service, case).items():
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("window.moved") == 0, name


def test_the_first_visit_to_the_inbox_is_small(service: Service, visit: Visit, case: str) -> None:
    page = visit("Grace Oduya")
    developer_tools = page.context.new_cdp_session(page)
    developer_tools.send("Network.enable")
    developer_tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    developer_tools.on(
        "Network.loadingFinished", lambda event: received.append(event["encodedDataLength"])
    )
    page.goto("/inbox", wait_until="networkidle")
    assert len(received) >= 4
    assert sum(received) <= FIRST_VISIT_BYTES


def test_a_task_is_done_by_keyboard_alone(service: Service, visit: Visit, case: str) -> None:
    page = visit("Grace Oduya", at="/inbox")
    keys = page.keyboard
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    keys.press("Enter")
    _tabs_to(page, "Hold initial discussion")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hold initial discussion")
    _tabs_to(page, "Day")
    for text in ("9", "11", "2026", "10:30"):
        keys.type(text)
        keys.press("Tab")
    keys.type("Paul Ridley")
    _tabs_to(page, "The immediate action was reviewed", most=12)
    keys.press("Space")
    keys.press("Enter")
    expect(page.locator("[data-step], .govuk-error-summary").first).to_be_visible()


def test_a_lost_connection_keeps_what_was_typed(service: Service, visit: Visit, case: str) -> None:
    page = visit("Wendy Hartley", at="/report")
    page.get_by_role("button", name="Start a report").first.click()
    page.locator('[name="answer:what_happened"]').fill("A long story\nin two lines.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
    assert (
        page.locator('[name="answer:what_happened"]').input_value()
        == "A long story\nin two lines."
    )
    page.context.set_offline(False)
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url("**/inbox")
    page.get_by_role("link", name="Record the incident").click()
    assert (
        page.locator('[name="answer:what_happened"]').input_value()
        == "A long story\nin two lines."
    )


def test_a_session_that_ended_keeps_what_was_typed(service: Service, visit: Visit) -> None:
    page = visit("Wendy Hartley", at="/report")
    page.get_by_role("button", name="Start a report").first.click()
    page.locator('[name="answer:what_happened"]').fill("A long story.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_role("alert")).to_contain_text("signed out")
    other = page.context.new_page()
    other.goto("/sign-in")
    other.get_by_role("button", name="Sign in as Wendy Hartley").click()
    other.wait_for_url("**/inbox")
    page.get_by_role("button", name="Save and come back later").click()
    page.wait_for_url("**/inbox")
    page.get_by_role("link", name="Record the incident").click()
    assert page.locator('[name="answer:what_happened"]').input_value() == "A long story."


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_answer_opens_a_question(service: Service, visit: Visit, scripts: bool) -> None:
    page = visit("Wendy Hartley", at="/report", scripts=scripts)
    page.get_by_role("button", name="Start a report").first.click()
    asked = page.locator('[name="answer:emergency_services_detail"]')
    expect(asked).to_have_count(0)
    page.locator('[name="answer:emergency_services_contacted"]').check()
    if not scripts:
        page.get_by_role("button", name="Continue").last.click()
        expect(page.get_by_role("alert")).to_contain_text("opened more questions")
    expect(asked).to_be_visible()


def _fill_until_checked(page: Page) -> None:
    assert isinstance(RECORDED, Complete)
    for _ in range(4):
        fill(page, {**RECORDED.values, "became_aware_at": "2026-11-02T09:00",
                    "reported_at": "2026-11-02T09:00",
                    "immediate_response_completed_at": "2026-11-02T09:00"})  # fmt: skip
        page.get_by_role("button", name="Continue").last.click()
        expect(page.locator("button[disabled]")).to_have_count(0)
        expect(page.locator("[data-step], [role=alert]").first).to_be_visible()
        if page.locator("[data-step]").count():
            return
    raise AssertionError(page.inner_text("main"))


def _too_wide(page: Page) -> list[str]:
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{wide} pixels wide on a screen of {screen}"] if wide > screen else []


def _tabs_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until what has this name is focused."""
    said = []
    for _ in range(most):
        page.keyboard.press("Tab")
        words = page.evaluate(
            "(() => { const one = document.activeElement;"
            " return (one.labels && one.labels[0] || one).innerText || ''; })()"
        )
        said.append(words)
        if words.strip().startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}, only to {said}")
