"""The README's first task, followed word by word in a browser, within what a newcomer has patience for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from engine import user_tasks
from engine.model.actors import system_actor
from engine.model.pages import PageRequest
from tests.browser.service import REPOSITORY, Service
from web.demonstration import create

README = REPOSITORY / "README.md"
STEP = re.compile(
    r"Open (?P<page>http://127\.0\.0\.1:8000/\S+)"
    r"|[Tt]ype `(?P<typed>[^`]+)` under \*\*(?P<field>[^*]+)\*\*"
    r"|\*\*(?P<pressed>[^*]+)\*\*"
)
WORDS_A_MINUTE = 230
SECONDS_A_CLICK = 1.2
SECONDS_A_KEY = 0.25
MOST_SECONDS = 180


@pytest.fixture
def demonstration(service: Service, tmp_path: Path) -> Service:
    """Derby's service with its invented cases."""
    content = tmp_path / "content"
    for folder in ("bpmn", "dmn", "tests/procedures"):
        (content / folder).mkdir(parents=True)
        (content / folder / "derby").symlink_to(REPOSITORY / folder / "derby")
    assert create(service.engine.store, content, now=service.clock.now()) == 3
    return service


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_newcomer_completes_a_task_in_three_minutes(
    demonstration: Service, visit: Callable[..., Page], phone: bool
) -> None:
    told, steps = _tour()
    before = _completed(demonstration)
    page = visit(phone=phone)
    seconds = _reading(told)
    for step in steps:
        if step["page"]:
            address = step["page"].removeprefix("http://127.0.0.1:8000")
            page.goto(address)
            seconds += SECONDS_A_CLICK
        elif step["typed"]:
            page.get_by_label(step["field"]).fill(step["typed"])
            seconds += SECONDS_A_CLICK + SECONDS_A_KEY * len(step["typed"])
            continue  # nothing new to read
        else:
            _press(page, step["pressed"])
            seconds += SECONDS_A_CLICK
        page.wait_for_load_state("networkidle")
        done = page.get_by_role("status")
        seconds += _reading(_seen(done if done.count() else page.locator("main")))
    expect(page.get_by_role("status")).to_contain_text("Completed:")
    assert _completed(demonstration) == before + 1
    assert seconds < MOST_SECONDS


def _tour() -> tuple[str, list[dict[str, str | None]]]:
    """Return the README up to the end of its numbered steps, and what they tell to do."""
    text = README.read_text(encoding="utf-8")
    numbered = list(re.finditer(r"^\d\. .*(?:\n   .*)*", text, re.MULTILINE))
    steps = [
        found.groupdict() for one in numbered for found in STEP.finditer(" ".join(one[0].split()))
    ]
    assert len(steps) >= 5
    return text[: numbered[-1].end()], steps


def _reading(text: str) -> float:
    return len(text.split()) / WORDS_A_MINUTE * 60


def _seen(part: Locator) -> str:
    """Return what there is to read: what stands above and below is the same on every page."""
    hidden = part.locator(".govuk-visually-hidden")
    text = part.inner_text()
    for words in hidden.all_inner_texts():
        text = text.replace(words, " ", 1)
    return text


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).last.click()
    expect(page.locator("button[disabled]")).to_have_count(0)


def _completed(service: Service) -> int:
    found = user_tasks.listing(
        service.engine, by=system_actor("derby"), page=PageRequest(size=200)
    )
    return sum(task.state == "completed" for task in found.items)
