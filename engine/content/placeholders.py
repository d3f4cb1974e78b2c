"""Text with `{{ FEEL }}` in it: found, compiled once, filled in. Knows no file and no page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.content.wording import words
from engine.feel import Evaluation, Expression, FeelSyntaxError, Value, compile_expression
from engine.model.errors import RemitError

OPENING, CLOSING = "{{", "}}"
BLOCK_SIGNS = ("#", "/", "^", ">", "!")


class PlaceholderError(RemitError):
    """A placeholder that cannot be filled in. `position` counts characters from 0."""

    code = "bad_placeholder"

    def __init__(self, position: int, message: str) -> None:
        self.position = position
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text whose expressions are compiled; plain text is a phrase with one part."""

    parts: tuple[str | Expression, ...]

    @property
    def free_names(self) -> frozenset[str]:
        """The variables that the text reads."""
        return frozenset().union(
            *(part.free_names for part in self.parts if isinstance(part, Expression))
        )

    def render(
        self,
        variables: Mapping[str, Value],
        evaluation: Evaluation,
        *,
        absent: str = "",
        escape: Callable[[str], str] = str,
    ) -> str:
        """Return the text with every value in words; a null prints as `absent`.

        `escape` is applied to values, not to the text around them.
        """
        return "".join(
            part
            if isinstance(part, str)
            else escape(words(part.evaluate(variables, evaluation), evaluation.zone, absent))
            for part in self.parts
        )


EMPTY = Phrase(())


def parse_phrase(text: str, *, whole: bool = False) -> Phrase:
    """Return the compiled phrase.

    With `whole`, a text that begins with `=` is one expression, as form fields write it.
    Raises `PlaceholderError` with the position of what is wrong.
    """
    if whole and text.lstrip().startswith("="):
        start = text.index("=") + 1
        return Phrase((_compiled(text[start:], start),))
    parts: list[str | Expression] = []
    position = 0
    while (start := text.find(OPENING, position)) != -1:
        end = _closing(text, start + len(OPENING))
        parts.append(text[position:start])
        inner = text[start + len(OPENING) : end]
        if inner.lstrip().startswith(BLOCK_SIGNS):
            raise PlaceholderError(
                start, "Blocks such as {{#if}} are not supported: write an if ... then ... else."
            )
        parts.append(_compiled(inner, start + len(OPENING)))
        position = end + len(CLOSING)
    parts.append(text[position:])
    return Phrase(tuple(part for part in parts if part != ""))


def _compiled(text: str, start: int) -> Expression:
    try:
        return compile_expression(text)
    except FeelSyntaxError as error:
        raise PlaceholderError(start + error.position, str(error)) from error


def _closing(text: str, start: int) -> int:
    """Return where the placeholder's expression ends; braces and quotes inside it do not end it."""
    depth, position = 0, start
    while position < len(text):
        character = text[position]
        if character == '"':
            position += 1
            while position < len(text) and text[position] != '"':
                position += 2 if text[position] == "\\" else 1
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0 and text.startswith(CLOSING, position):
                return position
            depth -= 1
        position += 1
    raise PlaceholderError(start - len(OPENING), "This {{ has no }} that ends it.")
