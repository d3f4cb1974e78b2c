"""The little Markdown that form texts use, as safe HTML. Any HTML in a text is shown, not obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"[-*]\s+(.*)")
_NUMBERED = re.compile(r"\d{1,3}[.)]\s+(.*)")
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()]+|mailto:[^\s()]+|#[\w-]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])[*_](?!\s)([^*_]+?)(?<!\s)[*_](?![\w*])")

# A page's own headings come first: a text's headings begin below them.
_TOP_HEADING = 3


def to_html(text: str) -> Markup:
    """Return headings, paragraphs, lists, bold, italics and links as HTML; all else as it is."""
    return Markup("\n").join(_blocks(text))


def _blocks(text: str) -> Iterator[Markup]:
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        for kind, group in groupby(lines, key=_kind):
            yield from _drawn(kind, list(group))


def _kind(line: str) -> str:
    if _HEADING.fullmatch(line):
        return "heading"
    if _BULLET.fullmatch(line):
        return "ul"
    return "ol" if _NUMBERED.fullmatch(line) else "p"


def _drawn(kind: str, lines: list[str]) -> Iterator[Markup]:
    if kind == "heading":
        for line in lines:
            marks, words = _HEADING.fullmatch(line).groups()  # type: ignore[union-attr]
            level = min(len(marks) + _TOP_HEADING - 1, 6)
            yield Markup("<h{0}>{1}</h{0}>").format(level, _inline(words))
    elif kind == "p":
        yield Markup("<p>{}</p>").format(_inline(" ".join(lines)))
    else:
        item = _BULLET if kind == "ul" else _NUMBERED
        items = [item.fullmatch(line)[1] for line in lines]  # type: ignore[index]
        drawn = Markup("").join(Markup("<li>{}</li>").format(_inline(one)) for one in items)
        yield Markup("<{0}>{1}</{0}>").format(kind, drawn)


def _inline(text: str) -> Markup:
    safe = str(escape(text))
    safe = _LINK.sub(r'<a href="\2">\1</a>', safe)
    safe = _BOLD.sub(r"<strong>\1</strong>", safe)
    return Markup(_ITALIC.sub(r"<em>\1</em>", safe))  # noqa: S704 - escaped above
