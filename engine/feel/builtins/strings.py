"""Built-in functions over strings. Characters are Unicode code points; positions count from 1."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.evaluation import Evaluation
from engine.feel.invocation import Fault
from engine.feel.regular_expressions import found_in, matches_in

_CHAPTER = "String"


def _made(text: str, evaluation: Evaluation) -> str:
    """Return a new text, its characters counted."""
    evaluation.allocate(len(text))
    return text


@builtin(
    "substring(string: string, start position: number, length?: number) -> string",
    chapter=_CHAPTER,
)
def substring(
    evaluation: Evaluation, string: str, start: Decimal, length: Decimal | None = None
) -> Any:
    """The part that begins at a position (1 the first, -1 the last), `length` characters or to the end.

    Examples:
    substring("foobar", 3) = "obar"
    substring("foobar", 3, 3) = "oba"
    substring("foobar", -2, 1) = "a"
    """
    place = int(start)
    if place == 0:
        raise Fault("A start position is 1 or more, or counts from the end: -1 is the last")
    begin = place - 1 if place > 0 else max(len(string) + place, 0)
    if length is None:
        return _made(string[begin:], evaluation)
    if length < 0:
        raise Fault("A length cannot be negative")
    return _made(string[begin : begin + int(length)], evaluation)


@builtin("string length(string: string) -> number", chapter=_CHAPTER)
def string_length(evaluation: Evaluation, string: str) -> Any:
    """How many characters a string has.

    Examples:
    string length("foo") = 3
    """
    return Decimal(len(string))


@builtin("upper case(string: string) -> string", chapter=_CHAPTER)
def upper_case(evaluation: Evaluation, string: str) -> Any:
    """The string in capital letters.

    Examples:
    upper case("aBc4") = "ABC4"
    """
    return _made(string.upper(), evaluation)


@builtin("lower case(string: string) -> string", chapter=_CHAPTER)
def lower_case(evaluation: Evaluation, string: str) -> Any:
    """The string in small letters.

    Examples:
    lower case("aBc4") = "abc4"
    """
    return _made(string.lower(), evaluation)


@builtin("substring before(string: string, match: string) -> string", chapter=_CHAPTER)
def substring_before(evaluation: Evaluation, string: str, match: str) -> Any:
    """What stands before the first occurrence of a text; nothing where it does not occur.

    Examples:
    substring before("foobar", "bar") = "foo"
    substring before("foobar", "xyz") = ""
    """
    before, found, _ = string.partition(match) if match else ("", "", "")
    return _made(before if found else "", evaluation)


@builtin("substring after(string: string, match: string) -> string", chapter=_CHAPTER)
def substring_after(evaluation: Evaluation, string: str, match: str) -> Any:
    """What stands after the first occurrence of a text; nothing where it does not occur.

    Examples:
    substring after("foobar", "ob") = "ar"
    substring after("", "a") = ""
    """
    return _made(string.partition(match)[2] if match else string, evaluation)


@builtin("contains(string: string, match: string) -> boolean", chapter=_CHAPTER)
def contains(evaluation: Evaluation, string: str, match: str) -> Any:
    """Whether a text occurs in a string.

    Examples:
    contains("foobar", "of") = false
    """
    return match in string


@builtin("starts with(string: string, match: string) -> boolean", chapter=_CHAPTER)
def starts_with(evaluation: Evaluation, string: str, match: str) -> Any:
    """Whether a string begins with a text.

    Examples:
    starts with("foobar", "fo") = true
    """
    return string.startswith(match)


@builtin("ends with(string: string, match: string) -> boolean", chapter=_CHAPTER)
def ends_with(evaluation: Evaluation, string: str, match: str) -> Any:
    """Whether a string ends with a text.

    Examples:
    ends with("foobar", "r") = true
    """
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string?) -> boolean", chapter=_CHAPTER)
def matches(evaluation: Evaluation, input: str, pattern: str, flags: str | None = None) -> Any:
    """Whether a regular expression of XPath occurs in a string. Flags: s, m, i, x, q.

    Examples:
    matches("foobar", "^fo*b") = true
    matches("abc", "ABC", "i") = true
    """
    return found_in(input, pattern, flags or "", evaluation)


@builtin(
    "replace(input: string, pattern: string, replacement: string, flags?: string?) -> string",
    chapter=_CHAPTER,
)
def replace(
    evaluation: Evaluation, input: str, pattern: str, replacement: str, flags: str | None = None
) -> Any:
    """The string with every match of a regular expression replaced; $1 is its first group, $0 all of it.

    Examples:
    replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") = "[1=ab][2=]cd"
    replace("banana", "[aeiouy]", "[$0]") = "b[a]n[a]n[a]"
    """
    literal = "q" in (flags or "")
    parts: list[str] = []
    template: list[str | int] | None = None
    after = 0
    for match in matches_in(input, pattern, flags or "", evaluation):
        if template is None:
            template = [replacement] if literal else _template(replacement, match.re.groups)
        made = "".join(
            part if isinstance(part, str) else match.group(part) or "" for part in template
        )
        evaluation.allocate(match.start() - after + len(made))
        parts += [input[after : match.start()], made]
        after = match.end()
    if template is None and not literal:
        _template(replacement, 99)
    return "".join([*parts, input[after:]])


@builtin("split(string: string, delimiter: string) -> list<string>", chapter=_CHAPTER)
def split(evaluation: Evaluation, string: str, delimiter: str) -> Any:
    r"""The parts between the matches of a regular expression.

    Examples:
    split("John Doe", "\s") = ["John", "Doe"]
    split("a;b;c;;", ";") = ["a", "b", "c", "", ""]
    """
    parts: list[str] = []
    after = 0
    for match in matches_in(string, delimiter, "", evaluation):
        evaluation.allocate(match.start() - after + 1)
        parts.append(string[after : match.start()])
        after = match.end()
    return [*parts, string[after:]]


@builtin("string join(list: list, delimiter?: string?) -> string", chapter=_CHAPTER)
def string_join(evaluation: Evaluation, items: list[Any], delimiter: str | None = None) -> Any:
    """The strings of a list one after another, with a delimiter between them; nulls are left out.

    Examples:
    string join(["a", "b", "c"], "_and_") = "a_and_b_and_c"
    string join(["a", null, "c"]) = "ac"
    """
    strings = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in strings):
        raise Fault("string join needs a list of strings")
    between = delimiter or ""
    evaluation.allocate(sum(map(len, strings)) + len(between) * len(strings))
    return between.join(strings)


def _template(replacement: str, groups: int) -> list[str | int]:
    """Return a replacement as texts and numbers of groups (XQuery Functions 3.1 §5.6.4)."""
    parts: list[str | int] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        following = replacement[index + 1 : index + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                raise Fault("In a replacement a backslash stands before $ or another backslash")
            parts.append(following)
            index += 2
        elif character == "$":
            if not ("0" <= following <= "9"):
                raise Fault("In a replacement $ stands before the number of a group")
            number = int(following)
            index += 2
            while index < len(replacement) and "0" <= replacement[index] <= "9":
                if number * 10 + int(replacement[index]) > groups:
                    break
                number = number * 10 + int(replacement[index])
                index += 1
            parts.append(number if number <= groups else "")
        else:
            parts.append(character)
            index += 1
    return parts
