"""Which HTML a form may hold. The rest is refused, and what is kept is written out anew."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from engine.content.forms.expressions import phrase
from engine.content.forms.json_file import Node
from engine.content.placeholders import EMPTY, Phrase
from engine.feel import Expression

TAGS = frozenset(
    [
        "p",
        "br",
        "hr",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "b",
        "i",
        "u",
        "s",
        "small",
        "sub",
        "sup",
        "blockquote",
        "code",
        "pre",
        "div",
        "span",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "dl",
        "dt",
        "dd",
        "details",
        "summary",
        "abbr",
    ]
)
VOID = frozenset({"br", "hr"})
ATTRIBUTES = {
    "a": frozenset({"href", "title"}),
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "td": frozenset({"colspan", "rowspan"}),
    "abbr": frozenset({"title"}),
}
EVERYWHERE = frozenset({"lang"})
LINK = re.compile(r"(https://|http://|mailto:|tel:|/(?![/\\])|#)[^\s\\]*", re.IGNORECASE)
VALUE = "\ue000"
"""Stands for a placeholder while the tags around it are read."""


def safe_html(node: Node | None) -> Phrase:
    """Return the HTML with its placeholders compiled, every wrong tag and attribute recorded.

    The result is written from what was understood, not from the file, so that a browser cannot
    read it differently. The values are escaped when it is rendered.
    """
    parsed = phrase(node)
    if node is None or not parsed.parts:
        return EMPTY
    text = node.text()
    if text.lstrip().startswith("="):
        node.refuse("unsupported_markup", "write HTML here, with {{ }} for its values.")
        return EMPTY
    values = [part for part in parsed.parts if isinstance(part, Expression)]
    scanner = _Scanner()
    scanner.feed(
        "".join(
            VALUE if isinstance(part, Expression) else part.replace(VALUE, "")
            for part in parsed.parts
        )
    )
    scanner.close()
    for tag in reversed(scanner.open):
        scanner.wrong.append(f"<{tag}> is not closed")
    for wrong in dict.fromkeys(scanner.wrong):
        node.refuse("unsupported_markup", f"{wrong}.")
    if scanner.wrong:
        return EMPTY
    parts: list[str | Expression] = []
    for index, written in enumerate("".join(scanner.written).split(VALUE)):
        if index:
            parts.append(values[index - 1])
        if written:
            parts.append(written)
    return Phrase(tuple(parts))


class _Scanner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.written: list[str] = []

    def handle_data(self, data: str) -> None:
        self.written.append(html.escape(data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}> is not allowed")
        if tag not in VOID:
            self.open.append(tag)
        written = ""
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, frozenset()) | EVERYWHERE:
                self.wrong.append(f"the attribute {name} of <{tag}> is not allowed")
            elif VALUE in (value or ""):
                self.wrong.append(f"a value cannot stand in the attribute {name} of <{tag}>")
            elif name == "href" and not LINK.fullmatch(value or ""):
                self.wrong.append(f"the link {value!r} is not http, https, mailto or tel")
            else:
                written += f' {name}="{html.escape(value or "")}"'
        self.written.append(f"<{tag}{written}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing that is open")
        self.written.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment is not allowed")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("a declaration is not allowed")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append("a declaration is not allowed")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("a processing instruction is not allowed")
