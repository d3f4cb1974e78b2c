"""Each page of staff takes eight statements at most, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.api.world import RECORDED, World
from tests.integration.web.browser import Browser

MOST = 8
CASES = 30
"""More than one page of each list shows."""


def test_a_page_takes_few_statements_whatever_the_number_of_rows(
    world: World, visit: Callable[..., Browser]
) -> None:
    caller = world.caller()
    first = caller.starts("H-0")
    browser = visit("Wendy Hartley")
    task = caller.open_task(first)["id"]
    pages = (
        "/inbox",
        "/inbox?order=follow_up&show=overdue",
        "/inbox?order=age&procedure=harm",
        "/process-instances",
        "/process-instances?view=late&q=H",
        f"/process-instances/{first}",
        f"/user-tasks/{task}",
        "/report",
        "/account",
    )
    few = {address: _statements(world, browser, address) for address in pages}
    for number in range(1, CASES):
        caller.starts(f"H-{number}")
    for number in range(20):
        caller.post(f"/user-tasks/{task}/claim", {})
        caller.post(f"/user-tasks/{task}/unclaim", {})
        browser.opens(f"/user-tasks/{task}").chooses("", (f"{number}.txt", b"a note"))
        browser.presses("Attach file")
    many = {address: _statements(world, browser, address) for address in pages}
    assert {address: count for address, count in many.items() if count > MOST} == {}
    # One more where there are names to look up, and that once.
    assert [address for address in pages if many[address] > few[address] + 1] == []
    caller.post(f"/user-tasks/{task}/complete", {"variables": RECORDED})
    assert _statements(world, browser, f"/user-tasks/{task}") <= MOST


def _statements(world: World, browser: Browser, address: str) -> int:
    browser.opens(address)  # what is read once and kept is not the page's
    with world.engine.store.statistics() as counted:
        browser.opens(address)
    assert browser.status == 200, address
    return counted.statements
