"""Regular expressions are XPath's, no more and no less, and cannot run away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import Evaluation, RegularExpressionTimedOut, Value, compile_expression
from engine.feel.text import quoted


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("foobar", "^fo*b", "", True),
        ("a\nb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\rb", "a.b", "", False),
        ("a\nb", "^b$", "", False),
        ("a\nb", "^b$", "m", True),
        ("abc\n", "abc$", "", False),
        ("ABC", "abc", "i", True),
        ("\u212a", "k", "i", True),
        ("O", "[A-Z-[OI]]", "", False),
        ("X", "[A-Z-[OI]]", "", True),
        ("q", "[^a-z-[q]]", "", False),
        ("hello world", "hello\\ sworld", "x", True),
        ("hello world", "hello[ ]world", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("abab", "(ab)\\1", "", True),
        ("٣", "\\d", "", True),
        ("_", "\\w", "", False),
        ("ä", "\\w", "", True),
        ("a-b", "[a\\-b]{3}", "", True),
        ("x", "\\p{Lu}", "", False),
        ("x", "\\p{Lu}", "i", False),
        ("X", "[\\p{Nd}x]", "i", True),
        ("x", "[^\\p{Lu}]", "i", True),
        ("X", "[^\\p{Lu}]", "i", False),
        ("x", "[\\p{L}-[\\p{Lu}]]", "i", True),
        ("X", "[\\p{L}-[\\p{Lu}]]", "i", False),
        ("α", "\\p{IsGreek}", "", True),
        ("[", "[\\[]", "", True),
        ("a&&b", "[a&&b]{4}", "", True),
    ],
)
def test_matching(
    text: str, pattern: str, flags: str, expected: bool, feel: Callable[..., Value]
) -> None:
    assert feel("matches(t, p, f)", t=text, p=pattern, f=flags) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "[]",
        "a**",
        "*a",
        "a{2,1}",
        "a{e<=1}",
        "a{,2}",
        "(?=a)",
        "(?P<n>a)",
        "\\b",
        "\\1",
        "(a)\\2",
        "(a\\1)",
        "[\\1]",
        "\\p{Nonsense}",
        "\\p{IsNonsense}",
        "\\p",
        "a\\",
        "[z-a]",
        "a++",
        "]",
    ],
)
def test_what_xpath_does_not_know_is_null(
    pattern: str, feel: Callable[..., Value], evaluation: Evaluation
) -> None:
    assert feel(f"matches({quoted('text')}, p)", p=pattern) is None
    assert "is not a regular expression" in evaluation.warnings[0].message


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("abracadabra", "a(.)", "a$1$1", "abbraccaddabbra"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("price", "(p)", "\\$$1", "$price"),
        ("a", "(a)", "$12", "a2"),
        ("AAAA", "A+?", "b", "bbbb"),
        ("abc", ".*?", "x", None),
        ("abc", "b", "$", None),
        ("abc", "b", "\\", None),
        ("abc", "b", "$x", None),
    ],
)
def test_replacing(
    text: str, pattern: str, replacement: str, expected: Any, feel: Callable[..., Value]
) -> None:
    assert feel("replace(t, p, r)", t=text, p=pattern, r=replacement) == expected


def test_unknown_flags_are_null(feel: Callable[..., Value]) -> None:
    assert feel('matches("a", "a", "p")') is None
    assert feel('matches("a", "a", null)') is True


def test_a_catastrophic_pattern_ends_in_time(evaluation: Evaluation) -> None:
    pattern = "(.*)(.*)(.*)(.*)(.*)(.*)[^a]$"
    started = time.process_time()
    with pytest.raises(RegularExpressionTimedOut, match=r"longer than 0\.25 seconds"):
        compile_expression("matches(t, p)").evaluate({"t": "a" * 300, "p": pattern}, evaluation)
    assert time.process_time() - started < 1
