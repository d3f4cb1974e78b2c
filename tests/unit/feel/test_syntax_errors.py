"""Text that is not FEEL is refused with the place, what stands there and what should."""

from __future__ import annotations

import pytest

from engine.feel import FeelSyntaxError, compile_expression, compile_unary_tests
from engine.model.errors import RemitError

REFUSED = [
    ("", 0, "There is no expression", "a value"),
    ("1 +", 3, "ends too early", "a value"),
    ("(1", 2, "ends too early", ") to close the bracket"),
    ("a == b", 3, "== means nothing in FEEL", "a single ="),
    ("a && b", 2, "& means nothing in FEEL", "and"),
    ("${a}", 0, "$ means nothing in FEEL", ""),
    ("x = 'a'", 4, "Single quotes mean nothing", "double quotes"),
    ('"abc', 0, "This string never ends", 'a closing "'),
    ("/* abc", 0, "This comment never ends", "*/"),
    ("if a then b", 11, "ends too early", "else to finish if"),
    ("if a b", 6, "ends too early", "then after the condition"),
    ("for x in xs", 11, "ends too early", "return"),
    ("some x in xs", 12, "ends too early", "satisfies"),
    ("1 2", 2, "2 cannot stand here", "an operator or the end"),
    ("a b 2", 4, "2 cannot stand here", "an operator or the end"),
    ("f(1", 3, "ends too early", ", or ) after an argument"),
    ("f(a: 1, a: 2)", 8, "The argument a is given twice", "it once"),
    ("{1: 2}", 1, "1 cannot stand here", "an entry's name and a colon"),
    ("{a 1}", 4, "} cannot stand here", "an entry's name and a colon"),
    ("x instance of", 13, "ends too early", "a type"),
    ("x between 1", 11, "ends too early", "and"),
    ("a.", 2, "ends too early", "a name"),
    ("and", 0, "and cannot stand here", "a value or a name"),
    ("@tomorrow", 0, "@ stands alone", "double quotes"),
    ("1e99999", 0, "This number is too large", "fewer digits"),
    ("a\n  + * b", 6, "* cannot stand here", "a value"),
]


@pytest.mark.parametrize(
    ("text", "position", "found", "expected"), REFUSED, ids=[case[0] for case in REFUSED]
)
def test_a_refusal(text: str, position: int, found: str, expected: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    error = caught.value
    assert error.text == text
    assert error.position == position
    assert found in error.found
    assert expected in error.expected
    assert isinstance(error, RemitError)
    assert error.code == "feel_syntax"


def test_the_place_is_shown_with_a_caret() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("amount\n  + * 2")
    error = caught.value
    assert (error.line, error.column) == (2, 5)
    assert str(error).split("\n")[1:] == ["    + * 2", "      ^"]


def test_each_caller_gets_an_error_of_its_own() -> None:
    errors = []
    for _ in range(2):
        with pytest.raises(FeelSyntaxError) as caught:
            compile_expression("1 + + +")
        errors.append(caught.value)
    assert errors[0] is not errors[1]


@pytest.mark.parametrize(
    "cell", ["", "1,", "> ", "not(1", "not(", "- 1 -", "[1..", "1 2", "(1, 2)"]
)
def test_a_cell_that_is_no_test_is_refused(cell: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(cell)
