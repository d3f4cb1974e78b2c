"""Writes docs/reference/feel.md from the built-in functions' documentation. Evaluates nothing.

`python -m engine.feel.reference > docs/reference/feel.md`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import engine.feel.deadlines  # noqa: F401 (registers the functions for deadlines)
from engine.feel.builtins import BUILTINS
from engine.feel.evaluation import DEFAULT_LIMITS
from engine.feel.invocation import Builtin

CHAPTERS = (
    "Conversion",
    "Boolean",
    "String",
    "Number",
    "List",
    "Context",
    "Date and time",
    "Range",
    "Deadline",
)
WARNING_CODES = {
    "unknown_name": "nothing in scope has this name",
    "unknown_type": "`instance of` a type that nobody defined",
    "no_literal": '`@"..."` holds no date, time or duration',
    "no_property": "a context without this entry, or a value without this property",
    "no_item": "a list without an item at this position",
    "no_number": "a division by zero, or a result beyond 34 digits and its exponents",
    "wrong_kind": "an operator, condition or filter got a value of a kind it cannot use",
    "incomparable": "two values of different kinds, or a zoned with a local time, were compared",
    "mixed_range": "a range with ends of different kinds",
    "repeated_entry": "a context with the same entry twice",
    "not_a_list": "a loop over something that cannot be counted through",
    "failed_call": "a function could not be called, or has no answer for these arguments",
}
_INTRODUCTION = """# FEEL in Remit

Written by `python -m engine.feel.reference`; do not edit by hand.

Conditions, timers, mappings, scripts and the cells of decision tables are written in FEEL, the expression
language of DMN 1.5. The whole language is understood; only external functions (Java, PMML) are refused.

## What goes wrong is null

A part that cannot be evaluated (a text plus a number, a date that does not exist) becomes null, and the reason
is recorded as a warning with its place. Logic has three values: `false and null` is false, `true and null` is
null. A condition is met only by true.

## Numbers, dates and times

- Numbers are decimals of 34 digits: `0.1 + 0.2 = 0.3` is true.
- Dates are written `@"2026-12-24"`, times `@"16:00:00"`, both `@"2026-12-24T16:00:00@Europe/London"`, durations
  `@"P3D"`, `@"PT1H30M"` or `@"P1Y2M"`. Seconds are part of a time.
- A date and time without a zone cannot be compared with one that has a zone: the answer is null.
- Days and hours are added to a zoned date and time in elapsed time, whatever the clocks do; months and years keep
  the time of day.
- Times are equal when they are the same to the second, as the standard has it; `<` and `>` see fractions too.

## Names

Names may have several words (`risk category`) and signs (`Approved/Declined`). The longest name in scope is
read; a sign with spaces around it is an operator. A word that is in no known name belongs to the words beside it.

## Choices where the standard leaves one

- `xs["text"]`, a filter that is neither true, false, null nor a number, makes the whole filter null.
- `string()` writes numbers without needless zeros and without exponents.
- A duration of years and months times or divided by a number is cut to whole months.
- `x instance of T` is false for null, whatever T; only `null instance of Null` is true.
- Regular expressions are those of XPath: no look-ahead, no `\\b`; `[A-Z-[OI]]` subtracts.
- A cell without `?` whose value is true or false, for an input that is neither, is its own verdict.
"""


def _warnings() -> str:
    rows = "\n".join(f"| `{code}` | {meaning} |" for code, meaning in WARNING_CODES.items())
    return f"""## Warnings

| code | what happened |
|---|---|
{rows}
"""


def _limits() -> str:
    limits = DEFAULT_LIMITS
    return f"""## Limits of one evaluation

| what | at most |
|---|---|
| loop turns, filter tests and function calls | {limits.steps:,} |
| functions inside functions | {limits.nesting} |
| list items and characters made | {limits.size:,} |
| one regular expression | {limits.regex_seconds} s |
| everything together | {limits.seconds} s |

Beyond them the evaluation stops with an error that says which limit it was; it never goes on silently.

Every example below is an expression that is true. Those for deadlines suppose a calendar of Europe/London with
hours from 09:00 to 17:00, Monday to Friday, closed on 25 and 28 December 2026.
"""


def reference() -> str:
    """Return the reference page as Markdown."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield _warnings()
    yield _limits()
    for chapter in CHAPTERS:
        yield f"## {chapter} functions\n"
        if chapter == "Deadline":
            yield "These are Remit's own; other engines do not know them. Without a calendar they are null.\n"
        for name in sorted(BUILTINS):
            if BUILTINS[name].chapter == chapter:
                yield from _entry(BUILTINS[name])


def _entry(function: Builtin) -> Iterator[str]:
    yield f"### {function.name}\n"
    if function.extension:
        yield "*Remit's extension.*\n"
    yield "```"
    for signature, _ in function.signatures:
        yield signature.text
    yield "```\n"
    yield f"{function.documentation}\n"
    yield "```feel"
    yield from function.examples
    yield "```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
