"""The parser's place in a list of tokens: looks, steps, reads names, says what it expected."""

from __future__ import annotations

from engine.feel.errors import FeelSyntaxError, TextTooDeep
from engine.feel.lexer import Sort, Token, tokens
from engine.feel.names import NameTable, text_of
from engine.feel.syntax import Span

# Only these words can follow a finished operand; every other word continues an unknown name.
INFIX_WORDS = frozenset(
    {"and", "or", "then", "else", "return", "satisfies", "in", "between", "instance", "external"}
)
_SIGNS_IN_NAMES = frozenset("-+*/.'?")
LARGEST_NESTING = 100


class Cursor:
    """Reads tokens one after another. `scopes` hold the names of several words now in scope."""

    def __init__(self, text: str, scopes: list[NameTable]) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0
        self.current = self.tokens[0]
        self.scopes = scopes
        self.keys = NameTable()
        self.depth = 0

    def step(self) -> Token:
        """Go past the current token and return it."""
        token = self.current
        if token.sort is not Sort.END:
            self.index += 1
            self.current = self.tokens[self.index]
        return token

    def move_to(self, index: int) -> None:
        """Go to the token at `index`."""
        self.index = index
        self.current = self.tokens[index]

    def peek(self, distance: int = 1) -> Token:
        """Return the token so many places on."""
        return self.tokens[min(self.index + distance, len(self.tokens) - 1)]

    def at_symbol(self, text: str) -> bool:
        """Say whether the current token is this sign."""
        return self.current.text == text and self.current.sort is Sort.SYMBOL

    def at_word(self, text: str) -> bool:
        """Say whether the current token is this word."""
        return self.current.text == text and self.current.sort is Sort.NAME

    def accept(self, text: str) -> bool:
        """Step past this sign if it is here."""
        if self.current.text == text and self.current.sort is Sort.SYMBOL:
            self.step()
            return True
        return False

    def expect(self, text: str, purpose: str = "") -> Token:
        """Step past this sign or word; raises FeelSyntaxError when something else stands here."""
        if self.current.text == text and self.current.sort in (Sort.SYMBOL, Sort.NAME):
            return self.step()
        raise self.unexpected(f"{text}{' ' + purpose if purpose else ''}")

    def span(self, start: int) -> Span:
        """Return the span from an offset to the end of the token before the current one."""
        return Span(start, self.tokens[self.index - 1].end if self.index else start)

    def enter(self) -> None:
        """Go one level deeper; raises FeelSyntaxError when that is too deep."""
        self.depth += 1
        if self.depth > LARGEST_NESTING:
            raise TextTooDeep(
                self.text,
                self.current.position,
                f"The expression is nested more than {LARGEST_NESTING} deep",
                "it to be split into smaller ones",
            )

    def leave(self) -> None:
        """Come back one level."""
        self.depth -= 1

    def known_name(self, *, keys: bool = False) -> int:
        """Return how many tokens the longest known name of several tokens takes here, 0 for none."""
        longest = 0
        for scope in self.scopes:
            if scope and (length := scope.longest(self.tokens, self.index)) > longest:
                longest = length
        if keys and self.keys:
            return max(longest, self.keys.longest(self.tokens, self.index))
        return longest

    def name(self, length: int | None = None, *, keys: bool = False) -> str:
        """Read a name: the longest that is known, else all the words up to an operator.

        `length` is what `known_name` said of this place, where it has been asked already.
        """
        if self.current.sort is not Sort.NAME:
            raise self.unexpected("a name")
        start = self.index
        if length is None:
            length = self.known_name(keys=keys)
        if length:
            self.move_to(start + length)
            return text_of(self.tokens[start : start + length])
        first = self.step()
        if self.current.sort is not Sort.NAME or self.current.text in INFIX_WORDS:
            return first.text
        while self.current.sort is Sort.NAME and self.current.text not in INFIX_WORDS:
            self.step()
        return text_of(self.tokens[start : self.index])

    def name_until(self, stops: frozenset[str], purpose: str) -> str:
        """Read a new name, words and signs, up to one of the signs or words in `stops`."""
        start = self.index
        while self.current.text not in stops or self.current.sort in (Sort.STRING, Sort.AT):
            continues = self.index > start and (
                self.current.sort is Sort.NUMBER or self.current.text in _SIGNS_IN_NAMES
            )
            if self.current.sort is not Sort.NAME and not continues:
                raise self.unexpected(purpose)
            self.step()
        if self.index == start:
            raise self.unexpected(purpose)
        return text_of(self.tokens[start : self.index])

    def key_ahead(self) -> int:
        """Return how many tokens from here spell a name followed by a colon; 0 when none do."""
        index = self.index
        if self.tokens[index].sort is not Sort.NAME:
            return 0
        while True:
            index += 1
            token = self.tokens[index]
            if token.sort is Sort.SYMBOL and token.text not in _SIGNS_IN_NAMES:
                return index - self.index if token.text == ":" else 0
            if token.sort not in (Sort.NAME, Sort.NUMBER, Sort.SYMBOL):
                return 0

    def unexpected(self, expected: str) -> FeelSyntaxError:
        """Return the error that says what stands here and what should."""
        token = self.current
        if token.sort is Sort.END:
            found = (
                "The expression ends too early" if self.text.strip() else "There is no expression"
            )
        elif token.text == "'":
            found = "Single quotes mean nothing in FEEL"
            expected = 'text in double quotes, as in "text"'
        elif token.text == "=" and self.index and self.tokens[self.index - 1].text in "=<>!":
            found = "== means nothing in FEEL"
            expected = "a single = to compare"
        else:
            found = f"{token.text[:40]} cannot stand here"
        return FeelSyntaxError(self.text, token.position, found, expected)
