"""XPath regular expressions (XQuery Functions 3.1 §5.6) on the `regex` library, with a time limit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex  # type: ignore[import-untyped]  # it ships no types

from engine.feel.errors import RegularExpressionTimedOut
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault

_FLAGS = frozenset("smixq")
_LARGEST_PATTERN = 10_000
_SPACE = frozenset(" \t\n\r")
# Escapes that stand for sets, written for the inside of square brackets.
_SETS = {
    "s": r"\ \t\n\r",
    "d": r"\p{Nd}",
    "i": r"\p{L}_:",
    "c": r"\p{L}\p{M}\p{Nd}\-._:\u00B7",
}
_SINGLES = {"n": r"\n", "r": r"\r", "t": r"\t"}
_ESCAPABLE = frozenset("\\|.?*+(){}-[]^$")


class _Translator:
    """Turns one XPath pattern into one for `regex`, refusing what XPath does not have."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.open: list[int] = []
        self.closed: set[int] = set()

    def fail(self, why: str) -> Fault:
        return Fault(f"{self.pattern!r} is not a regular expression: {why}")

    def take(self) -> str:
        """Return the next character and go on."""
        if self.at >= len(self.pattern):
            raise self.fail("it ends too early")
        character = self.pattern[self.at]
        self.at += 1
        return character

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def translate(self) -> str:
        out: list[str] = []
        repeatable = False
        while self.at < len(self.pattern):
            character = self.take()
            if character in "?*+{":
                if not repeatable:
                    raise self.fail(f"{character} repeats nothing")
                out.append(self.quantifier(character))
                repeatable = False
                continue
            repeatable = character not in "|^$"
            match character:
                case "\\":
                    out.append(self.escape())
                case "[":
                    out.append(self.character_class())
                case "(":
                    out.append(self.group())
                    repeatable = False
                case ")":
                    if not self.open:
                        raise self.fail("a ) closes nothing")
                    self.closed.add(self.open.pop())
                    out.append(")")
                case ".":
                    out.append("." if "s" in self.flags else r"[^\n\r]")
                case "^":
                    out.append(r"(?m:^)" if "m" in self.flags else r"\A")
                case "$":
                    out.append(r"(?m:$)" if "m" in self.flags else r"\Z")
                case "|":
                    out.append("|")
                case "]" | "}":
                    raise self.fail(f"a {character} closes nothing")
                case _:
                    out.append(regex.escape(character, special_only=False))
        if self.open:
            raise self.fail("a ( is never closed")
        return "".join(out)

    def quantifier(self, sign: str) -> str:
        if sign == "{":
            end = self.pattern.find("}", self.at)
            body = self.pattern[self.at : end] if end >= 0 else ""
            low, comma, high = body.partition(",")
            if not low.isdecimal() or (high and not high.isdecimal()) or len(body) > 10:
                raise self.fail("{ } holds one or two numbers")
            if high and int(high) < int(low):
                raise self.fail("the first number in { } is the larger")
            self.at = end + 1
            sign = f"{{{low}{comma}{high}}}"
        if self.peek() == "?":
            self.at += 1
            sign += "?"
        return sign

    def group(self) -> str:
        if self.peek() == "?":
            if self.pattern[self.at : self.at + 2] != "?:":
                raise self.fail("(? is not part of XPath's regular expressions")
            self.at += 2
            self.open.append(0)
            return "(?:"
        self.groups += 1
        self.open.append(self.groups)
        return "("

    def escape(self) -> str:
        character = self.take()
        if character.isdecimal():
            return self.back_reference(character)
        return self.single_escape(character, inside=False)

    def back_reference(self, digits: str) -> str:
        while self.peek().isdecimal() and int(digits + self.peek()) <= self.groups:
            digits += self.take()
        number = int(digits)
        if number == 0 or number not in self.closed:
            raise self.fail(f"\\{digits} refers to no group before it")
        return rf"(?:\{number})"

    def single_escape(self, character: str, *, inside: bool) -> str:
        if character in _SINGLES:
            return _SINGLES[character]
        if character in _ESCAPABLE:
            return "\\" + character
        lower = character.lower()
        if character in "pP":
            return self.category(character, inside=inside)
        if lower == "w":
            # XPath: everything but punctuation, separators and others.
            not_word = r"\p{P}\p{Z}\p{C}"
            return f"[^{not_word}]" if character == "w" else f"[{not_word}]"
        if lower in _SETS:
            body = _SETS[lower]
            if character == lower:
                return body if inside else f"[{body}]"
            return f"[^{body}]"
        raise self.fail(f"\\{character} means nothing")

    def category(self, letter: str, *, inside: bool) -> str:
        if self.take() != "{":
            raise self.fail(f"\\{letter} needs a category in braces, such as \\{letter}{{L}}")
        end = self.pattern.find("}", self.at)
        name = self.pattern[self.at : end] if end >= 0 else ""
        self.at = end + 1
        if name.startswith("Is"):
            block = name[2:]
            translated = rf"\{letter}{{InBlock}}".replace("Block", block)
        elif name.isalpha() and 1 <= len(name) <= 2:
            translated = rf"\{letter}{{{name}}}"
        else:
            raise self.fail(f"there is no category {name!r}")
        try:
            regex.compile(translated)
        except regex.error:
            raise self.fail(f"there is no category {name!r}") from None
        # XPath: a category means what it says also under the flag i.
        return translated if inside or "i" not in self.flags else f"(?-i:{translated})"

    def character_class(self) -> str:
        """Translate `[...]` with ranges, escapes and XPath's subtraction `-[...]`."""
        members: list[str] = []
        negated = self.peek() == "^"
        self.at += negated
        while True:
            character = self.take()
            if character == "]":
                if not members:
                    raise self.fail("[] holds nothing")
                return self.one_of(members, negated=negated)
            if character == "-" and self.peek() == "[" and members:
                self.at += 1
                inner = self.character_class()
                if self.take() != "]":
                    raise self.fail("a subtraction ends its character class")
                # The negation covers what remains after the subtraction's left side only.
                return f"(?:(?!{inner}){self.one_of(members, negated=negated)})"
            low = self.class_member(character)
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in (
                "]",
                "[",
                "",
            ):
                self.at += 1
                high = self.class_member(self.take())
                if len(low) > 2 or len(high) > 2 or _code(low) > _code(high):
                    raise self.fail(f"{low}-{high} is not a range of characters")
                members.append(f"{low}-{high}")
            else:
                members.append(low)

    def one_of(self, members: list[str], *, negated: bool) -> str:
        """Return what matches one character that is, or is not, among the members of a class."""
        exact = [member for member in members if member[:2] in (r"\p", r"\P")]
        if not exact or "i" not in self.flags:
            return f"[{'^' if negated else ''}{''.join(members)}]"
        others = [member for member in members if member not in exact]
        either = f"(?-i:[{''.join(exact)}])" + (f"|[{''.join(others)}]" if others else "")
        return f"(?:(?!{either})(?s:.))" if negated else f"(?:{either})"

    def class_member(self, character: str) -> str:
        if character == "[":
            raise self.fail("a [ inside [ ] needs a backslash")
        if character == "\\":
            return self.single_escape(self.take(), inside=True)
        return str(regex.escape(character, special_only=False))


def _code(member: str) -> int:
    return ord({r"\n": "\n", r"\r": "\r", r"\t": "\t"}.get(member, member[-1]))


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> regex.Pattern[str]:
    unknown = sorted(set(flags) - _FLAGS)
    if unknown:
        raise Fault(f"There is no flag {unknown[0]!r} of regular expressions: use s, m, i, x or q")
    if len(pattern) > _LARGEST_PATTERN:
        raise Fault("The regular expression is too long")
    options = regex.V1
    if "i" in flags:
        options |= regex.IGNORECASE
    if "s" in flags:
        options |= regex.DOTALL
    if "q" in flags:
        return regex.compile(regex.escape(pattern), options)
    if "x" in flags:
        pattern = _without_space(pattern)
    translated = _Translator(pattern, flags).translate()
    try:
        return regex.compile(translated, options)
    except (regex.error, OverflowError, RecursionError) as error:
        raise Fault(f"{pattern!r} is not a regular expression: {error}") from None


def _without_space(pattern: str) -> str:
    """Return the pattern without white space, except inside square brackets (flag x)."""
    kept = []
    depth = 0
    escaped = False
    for character in pattern:
        if character in _SPACE and depth == 0:
            continue
        kept.append(character)
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            depth += 1
        elif character == "]" and depth:
            depth -= 1
    return "".join(kept)


def found_in(text: str, pattern: str, flags: str, evaluation: Evaluation) -> bool:
    """Say whether the pattern is found anywhere in the text; raises Fault, RegularExpressionTimedOut."""
    expression = _compiled(pattern, flags)
    try:
        found = expression.search(text, timeout=evaluation.limits.regex_seconds) is not None
    except TimeoutError:
        raise _timed_out(pattern, evaluation) from None
    evaluation.look_at_the_time()
    return found


def matches_in(
    text: str, pattern: str, flags: str, evaluation: Evaluation
) -> Iterator[regex.Match[str]]:
    """Yield the matches of a pattern; one that matches nothing at all is a Fault, as in XPath."""
    expression = _compiled(pattern, flags)
    seconds = evaluation.limits.regex_seconds
    try:
        if expression.search("", timeout=seconds) is not None:
            raise Fault(f"The regular expression {pattern!r} matches an empty text")
        for match in expression.finditer(text, timeout=seconds):
            evaluation.spend()
            yield match
        evaluation.look_at_the_time()
    except TimeoutError:
        raise _timed_out(pattern, evaluation) from None


def _timed_out(pattern: str, evaluation: Evaluation) -> RegularExpressionTimedOut:
    return RegularExpressionTimedOut(
        f"The regular expression {pattern[:80]!r} takes longer than "
        f"{evaluation.limits.regex_seconds} seconds on its text: make it simpler"
    )
