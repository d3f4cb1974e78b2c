"""Fills a form with the keys alone, in the order in which Tab leads through it. Touches nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

MOST_TABS = 150
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_PARTS = ("day", "month", "year", "time")
_MOMENT = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:T(?P<time>\d\d:\d\d).*)?")
_FOCUSED = """() => {
  const one = document.activeElement;
  return {
    tag: one.tagName, type: one.type || "", name: one.name || "", value: one.value || "",
    checked: !!one.checked, rows: [...document.querySelectorAll('[name^="answer:"]')].map(n => n.name),
    options: one.tagName === "SELECT" ? [...one.options].map(o => o.value) : [],
    chosen: one.selectedIndex, words: (one.innerText || "").trim(),
  };
}"""


def answers_by_keyboard(page: Page, values: Mapping[str, Any], *, until: str) -> None:
    """Press Tab through the page, answering what has an answer, up to a button; press it."""
    page.evaluate("document.activeElement.blur()")
    done: set[str] = set()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUSED)
        if here["tag"] == "BUTTON" and here["words"].startswith(until):
            page.keyboard.press("Enter")
            return
        if here["name"] == "add_row" and _wants_row(here, values):
            page.keyboard.press("Enter")
            page.locator("button[disabled]").first.wait_for(state="detached")
            page.evaluate("document.activeElement.blur()")
        elif here["name"].startswith("answer:"):
            _answer(page, here, _wanted(values, here["name"].removeprefix("answer:")), done)
    raise AssertionError(f"Tab does not lead to {until}")


def _wants_row(here: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    wanted = values.get(here["value"])
    prefix = f"answer:{here['value']}["
    rows = {
        name[len(prefix) :].partition("]")[0] for name in here["rows"] if name.startswith(prefix)
    }
    return isinstance(wanted, list) and len(rows) < len(wanted)


def _answer(page: Page, here: Mapping[str, Any], wanted: Any, done: set[str]) -> None:
    keys = page.keyboard
    if wanted is None or (here["type"] == "radio" and here["name"] in done):
        return
    done.add(here["name"])
    match here["type"]:
        case "checkbox":
            chosen = {_text(one) for one in (wanted if isinstance(wanted, list) else [wanted])}
            if (here["value"] in chosen) is not here["checked"]:
                keys.press("Space")
        case "radio":
            if not here["checked"]:
                keys.press("Space")
            for _ in range(20):
                if page.evaluate("document.activeElement.value") == _text(wanted):
                    return
                keys.press("ArrowDown")
            raise AssertionError(f"{here['name']} offers no {wanted}")
        case "select-one":
            if _text(wanted) in here["options"]:
                steps = here["options"].index(_text(wanted)) - here["chosen"]
                for _ in range(abs(steps)):
                    keys.press("ArrowDown" if steps > 0 else "ArrowUp")
        case _:
            if here["value"] != _text(wanted):
                keys.press("Control+A")
                keys.insert_text(_text(wanted))


def _wanted(values: Any, name: str) -> Any:
    """Return the answer for an input: a part of a date where the input is one of its boxes."""
    for number, key in _STEP.findall(name):
        if isinstance(values, str) and key in _PARTS:
            found = _MOMENT.fullmatch(values)
            return found[key] if found else None
        if number:
            values = (
                values[int(number)]
                if isinstance(values, list) and int(number) < len(values)
                else None
            )
        else:
            values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
