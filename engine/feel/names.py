"""Names of several words and signs: finds the longest known one at a token. Holds no values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Sort, Token, tokens

# A part is a token's text and whether white space stands before it.
Parts = tuple[tuple[str, bool], ...]


@lru_cache(maxsize=4096)
def parts(name: str) -> Parts | None:
    """Return the tokens of a name, None when it could never be written as one (`get value` reaches it)."""
    try:
        found = tokens(name)[:-1]
    except FeelSyntaxError:
        return None
    if not found or found[0].sort is not Sort.NAME:
        return None
    return tuple((token.text, token.spaced) for token in found)


def text_of(found: Iterable[Token]) -> str:
    """Return the name that tokens spell, one space wherever there was white space."""
    text = ""
    for token in found:
        text += f" {token.text}" if token.spaced and text else token.text
    return text


class NameTable:
    """The names of more than one token in one scope, by their first word, longest first."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Collection[str] = ()) -> None:
        self._by_first: dict[str, list[Parts]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known; names of one token need no table."""
        if name.isidentifier():
            return
        found = parts(name)
        if found is not None and len(found) > 1:
            candidates = self._by_first.setdefault(found[0][0], [])
            candidates.append(found)
            candidates.sort(key=len, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def longest(self, found: list[Token], index: int) -> int:
        """Return how many tokens the longest known name at `index` takes; 0 when there is none."""
        for candidate in self._by_first.get(found[index].text, ()):
            after = index + len(candidate)
            if after < len(found) and all(
                token.text == text and token.spaced is spaced
                for token, (text, spaced) in zip(
                    found[index + 1 : after], candidate[1:], strict=True
                )
            ):
                return len(candidate)
        return 0


def relevant(text: str, names: Collection[str]) -> frozenset[str]:
    """Return the names that can change how `text` is read: of several tokens, their first word in it."""
    return frozenset(
        name
        for name in names
        if not name.isidentifier() and (found := parts(name)) and len(found) > 1
        if found[0][0] in text
    )
