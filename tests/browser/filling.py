"""Fills a form on a page as a person would, from the answers of a scenario. Asserts nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d).*)?")


def fill(page: Page, values: Mapping[str, Any], prefix: str = "") -> None:
    """Answer every question that the values have an answer to, once it is to be seen."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _fill_rows(page, name, value)
        elif isinstance(value, dict):
            fill(page, value, f"{name}.")
        else:
            _fill_one(page, name, value)


def _fill_rows(page: Page, name: str, rows: list[Mapping[str, Any]]) -> None:
    for number, row in enumerate(rows):
        if not page.locator(f'[name^="answer:{name}[{number}]"]').count():
            page.locator(f'button[name="add_row"][value="{name}"]').click()
            page.locator(f'[name^="answer:{name}[{number}]"]').first.wait_for()
        fill(page, row, f"{name}[{number}].")


def _fill_one(page: Page, name: str, value: Any) -> None:
    found = _named(page, name)
    if not found.count():
        return
    first = found.first
    kind = first.get_attribute("type") or first.evaluate("one => one.tagName.toLowerCase()")
    if kind in ("radio", "checkbox"):
        _choose(found, value)
    elif kind == "select":
        # A choice that an earlier answer makes is there only once the page has seen that answer.
        if first.locator(f'option[value="{_text(value)}"]').count():
            first.select_option(_text(value))
    elif (
        parts := _MOMENT.fullmatch(str(value))
        if first.get_attribute("name") != f"answer:{name}"
        else None
    ):
        for part, text in zip(("year", "month", "day", "time"), parts.groups(), strict=True):
            box = page.locator(f'[name="answer:{name}.{part}"]')
            if text and box.count():
                box.fill(text)
    else:
        first.fill(_text(value))


def _choose(found: Locator, value: Any) -> None:
    wanted = {_text(one) for one in (value if isinstance(value, list) else [value])}
    for number in range(found.count()):
        one = found.nth(number)
        own = one.get_attribute("value")
        if own in wanted and not one.is_checked():
            one.check()
        elif own not in wanted and one.get_attribute("type") == "checkbox" and one.is_checked():
            one.uncheck()


def _named(page: Page, name: str) -> Locator:
    return page.locator(
        f'[name="answer:{name}"]:not([type=hidden]), [name^="answer:{name}."]:not([type=hidden])'
    )


def _text(value: Any) -> str:
    return (
        {True: "true", False: "false"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )
