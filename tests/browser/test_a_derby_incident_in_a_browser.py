"""Derby's serious incident from the report to its end, by its people, each in a browser of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from engine import process_instances
from engine.model.pages import PageRequest
from tests.acceptance.journey import scenario_of_derby
from tests.browser.filling import fill
from tests.browser.keyboard import answers_by_keyboard
from tests.browser.service import BY, PEOPLE, Service
from web.scenarios.scenario import Complete, MoveClock

Visit = Callable[..., Page]
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "pages"
DRAW = os.environ.get("DRAW_PICTURES") == "yes"
"""Whether the documentation's pictures are made anew."""


@pytest.mark.parametrize(
    ("phone", "scripts", "keyboard"),
    [
        (False, True, False),
        (True, False, False),
        (False, False, False),
        (True, True, False),
        (False, True, True),
    ],
    ids=[
        "on a desk, with scripts",
        "on a phone, without scripts",
        "on a desk, without scripts",
        "on a phone, with scripts",
        "by keyboard alone",
    ],
)
def test_an_incident_goes_from_the_report_to_its_end(
    service: Service, visit: Visit, phone: bool, scripts: bool, keyboard: bool
) -> None:
    scenario = scenario_of_derby("catastrophic")
    service.moves_to(max(scenario.now, service.clock.now()))
    pages: dict[str, Page] = {}

    def page_of(role: str) -> Page:
        name = PEOPLE[role]
        if name not in pages:
            pages[name] = visit(name, phone=phone, scripts=scripts)
        return pages[name]

    reporter = page_of("worker")
    reporter.goto("/report")
    _picture(reporter, "report", phone)
    if keyboard:
        answers_by_keyboard(reporter, {}, until="Start a report")
    else:
        reporter.get_by_role("button", name="Start a report").first.click()
    expect(reporter.get_by_role("heading", level=1)).to_have_text("Record the incident")
    [instance] = process_instances.listing(service.engine, by=BY, page=PageRequest()).items

    for step in scenario.steps:
        if isinstance(step, MoveClock):
            assert step.to is not None
            service.moves_to(max(step.to, service.clock.now()))
        if isinstance(step, Complete):
            page = page_of(step.by)
            with _showing_what_is_there(page, step):
                if step.task == "hold_initial_discussion":
                    page.goto("/inbox")
                    _picture(page, "inbox", phone)
                page.goto(f"/user-tasks/{service.task(instance.id, step.task)}")
                _picture(page, step.task, phone)
                _does_the_task(page, step, keyboard=keyboard)
            service.moves_to(service.clock.now())
    ended = process_instances.get(service.engine, by=BY, instance_id=instance.id)
    assert ended.state == "completed"
    assert len(pages) >= 5
    reporter.goto(f"/process-instances/{instance.id}")
    _picture(reporter, "case", phone)
    expect(reporter.locator("dl").first).to_contain_text("Completed")


def _does_the_task(page: Page, step: Complete, *, keyboard: bool) -> None:
    """Fill the form, opening questions where answers do, check the answers and complete the task."""
    heading = page.get_by_role("heading", level=1)
    for _ in range(5):
        if not keyboard:
            fill(page, step.values)
        with page.expect_response("**/check"):
            if keyboard:
                answers_by_keyboard(page, step.values, until="Continue")
            else:
                page.get_by_role("button", name="Continue").last.click()
        # The script lets the buttons go once it has shown the answer.
        expect(page.locator("button[disabled]")).to_have_count(0)
        expect(page.locator("[data-step], [role=alert]").first).to_be_visible()
        if heading.inner_text() == "Check your answers":
            break
    expect(heading).to_have_text("Check your answers")
    if keyboard:
        answers_by_keyboard(page, {}, until="Complete this task")
    else:
        page.get_by_role("button", name="Complete this task").click()
    page.wait_for_url("**/inbox")
    expect(page.get_by_role("status")).to_contain_text("Completed:")


@contextmanager
def _showing_what_is_there(page: Page, step: Complete) -> Iterator[None]:
    try:
        yield
    except (AssertionError, PlaywrightError) as error:
        raise AssertionError(
            f"{step.task} by {step.by}: {error}\nThe page says: {page.inner_text('main')[:1500]}"
        ) from error


def _picture(page: Page, name: str, phone: bool) -> None:
    if DRAW and not phone and name in {"report", "record_immediate_response", "case", "inbox"}:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
