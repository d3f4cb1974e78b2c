"""A mail scanner in a real browser opens every link, runs every script, and completes nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.browser.chromium import NoChromium, chromium
from tests.integration.identity.town import Town


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """The address of the council's service, really listening."""
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_scanner_that_follows_links_and_runs_scripts_completes_nothing(
    town: Town, address: str, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    try:
        found_chromium = chromium()
    except NoChromium as reason:
        pytest.skip(str(reason))
    town.begins()
    task = town.completes("wendy")
    links = [town.link(task, "helen") for _ in range(2)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found_chromium, args=["--no-sandbox"])
        scanner = browser.new_page()
        for link in links:
            for method in ("head", "get"):
                getattr(scanner.request, method)(address + link)
            scanner.goto(address + link)
            scanner.wait_for_load_state("networkidle")
            found = [a.get_attribute("href") or "" for a in scanner.locator("a").all()]
            for href in found:
                if href.startswith("/"):
                    scanner.goto(address + href)
                    scanner.wait_for_load_state("networkidle")
        assert town.open_task() == task, "the scanner has changed something"
        person = browser.new_page()
        person.goto(address + links[0])
        assert person.url == f"{address}/task-link"
        person.get_by_role("button", name="Complete this task").click()
        person.get_by_role("heading", name="Done: Confirm").wait_for()
        browser.close()
    assert town.open_task().element_id == "sign_off"
