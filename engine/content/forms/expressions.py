"""Compiles the FEEL of a form, at the place where it stands. Evaluates nothing."""

from __future__ import annotations

from engine.content.forms.json_file import Node
from engine.content.placeholders import EMPTY, Phrase, PlaceholderError, parse_phrase
from engine.feel import Expression, FeelSyntaxError, compile_expression


def is_expression(node: Node) -> bool:
    """Say whether a value is an expression: a text that begins with =."""
    return isinstance(node.value, str) and node.value.lstrip().startswith("=")


def compiled(node: Node | None) -> Expression | None:
    """Return the expression after the =, None with the reason recorded if it is not FEEL."""
    if node is None:
        return None
    text = node.text()
    if not is_expression(node):
        node.refuse("bad_expression", f"an expression is expected here: = and FEEL, not {text!r}.")
        return None
    start = text.index("=") + 1
    try:
        return compile_expression(text[start:])
    except FeelSyntaxError as error:
        node.refuse("bad_expression", str(error), within=start + error.position)
        return None


def phrase(node: Node | None) -> Phrase:
    """Return a text with its placeholders compiled; a missing one is empty."""
    if node is None or node.value is None:
        return EMPTY
    if not isinstance(node.value, str):
        return parse_phrase(str(node.value))
    try:
        return parse_phrase(node.value, whole=True)
    except PlaceholderError as error:
        node.refuse("bad_expression", str(error), within=error.position)
        return EMPTY
