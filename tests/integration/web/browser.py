"""A person at the pages: follows links, presses buttons, fills fields, reads what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


@dataclass
class Browser:
    """Shows one page at a time, as a browser without scripts would."""

    client: FlaskClient
    address: str = "/"
    status: int = 0
    answer: TestResponse | None = None
    typed: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[str, tuple[tuple[str, bytes], ...]] = field(default_factory=dict)

    def opens(self, address: str) -> Browser:
        """Go to an address and follow where it leads."""
        return self._shows(self.client.get(address), address)

    def follows(self, text: str) -> Browser:
        """Follow the first link of this text."""
        [link, *_] = [found for found in self.page.iter("a") if words(found) == text]
        return self.opens(urljoin(self.address, link.get("href", "")))

    def types(self, **fields: Any) -> Browser:
        """Fill fields by the last part of their names; a list ticks several boxes."""
        for name, value in fields.items():
            self.typed[name] = (
                [str(item) for item in value] if isinstance(value, list) else [str(value)]
            )
        return self

    def chooses(self, question: str, *files: tuple[str, bytes]) -> Browser:
        """Choose files, each a name and a content, for a question; "" for none."""
        self.chosen[question] = files
        return self

    def presses(self, text: str, *, within: str = "//*") -> Browser:
        """Press the first button of this text, and send its form as a browser does."""
        [scope, *_] = self.page.xpath(within)
        [button, *_] = [found for found in scope.iter("button") if words(found) == text]
        named = button.get("form")
        [form] = (
            self.page.xpath(f"//form[@id='{named}']")
            if named
            else button.xpath("ancestor::form[1]")
        )
        data = MultiDict(self._fields(form))
        if button.get("name"):
            data.add(button.get("name"), button.get("value", ""))
        action = button.get("formaction") or form.get("action") or self.address
        for name, files in self.chosen.items():
            for file_name, content in files:
                data.add(f"file:{name}", (BytesIO(content), file_name))
        self.typed, self.chosen = {}, {}
        return self._shows(self.client.post(urljoin(self.address, action), data=data), action)

    def sends(self) -> Browser:
        """Send the answers, check them and complete the task; stop where something is wrong."""
        self.presses("Continue")
        return self.presses("Complete this task") if self.asks_to_check else self

    @property
    def asks_to_check(self) -> bool:
        """Whether the page shows the answers once more."""
        return self.heading == "Check your answers"

    @property
    def page(self) -> html.HtmlElement:
        assert self.answer is not None
        return html.fromstring(self.answer.text)

    @property
    def text(self) -> str:
        """Everything that is to be read on the page."""
        return words(self.page)

    @property
    def heading(self) -> str:
        [heading] = self.page.iter("h1")
        return words(heading)

    def value(self, name: str) -> str | None:
        """Return what a field holds, by the last part of its name."""
        for element in self.page.xpath("//*[@name]"):
            if _short(element.get("name")) != name:
                continue
            if element.tag == "textarea":
                return (element.text or "").removeprefix("\n")
            if element.get("type") in ("radio", "checkbox"):
                if element.get("checked") is not None:
                    return str(element.get("value"))
                continue
            return str(element.get("value") or "")
        return None

    def _fields(self, form: html.HtmlElement) -> Iterator[tuple[str, str]]:
        outside = f"//*[@form='{form.get('id')}'][@name]" if form.get("id") else "./none"
        for element in [*form.xpath(".//*[@name]"), *self.page.xpath(outside)]:
            name, kind = element.get("name"), element.get("type", "")
            if element.tag == "button" or kind == "file":
                continue
            short = _short(name)
            if kind in ("radio", "checkbox"):
                chosen = self.typed.get(short)
                if (
                    (element.get("value") in chosen)
                    if chosen
                    else element.get("checked") is not None
                ):
                    yield name, element.get("value")
            elif short in self.typed:
                yield name, self.typed[short][0]
            elif element.tag == "textarea":
                yield name, (element.text or "").removeprefix("\n")
            elif element.tag == "select":
                chosen_options = element.xpath(".//option[@selected]") or element.xpath(
                    ".//option"
                )
                yield name, chosen_options[0].get("value", "")
            else:
                yield name, element.get("value") or ""

    def _shows(self, answer: TestResponse, address: str) -> Browser:
        while answer.status_code in (301, 302, 303):
            address = answer.headers["Location"]
            answer = self.client.get(address)
        self.answer, self.status = answer, answer.status_code
        self.address = urlsplit(address).path
        return self


def words(element: html.HtmlElement) -> str:
    """Return the text of an element as it is read aloud: hidden helper text included."""
    return " ".join(element.text_content().split())


def _short(name: str) -> str:
    return name.removeprefix("answer:").replace(".", "_").replace("[", "_").replace("]", "")
