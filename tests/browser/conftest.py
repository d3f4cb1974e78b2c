"""A service with Derby's own content in a thread of the tests, and the system's Chromium in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import NoChromium
from tests.browser.chromium import chromium as chromium_path
from tests.browser.service import Service

PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; without one every test here is skipped, and says so."""
    try:
        found = chromium_path()
    except NoChromium as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Derby's service, empty, on Monday 2 November 2026 at 10:00."""
    opened = Service.open(tmp_path / "remit.db")
    yield opened
    opened.close()


@pytest.fixture
def visit(chromium: Browser, service: Service) -> Iterator[Callable[..., Page]]:
    """Open a page in which somebody has signed in; each visit is a browser of its own."""
    contexts: list[BrowserContext] = []

    def signed_in(
        name: str = "", *, phone: bool = False, scripts: bool = True, at: str = "/"
    ) -> Page:
        context = chromium.new_context(
            base_url=service.address,
            viewport=PHONE if phone else DESK,
            java_script_enabled=scripts,
            bypass_csp=False,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        if name:
            page.get_by_role("button", name=f"Sign in as {name}").click()
            page.goto(at)
        return page

    yield signed_in
    for context in contexts:
        context.close()
