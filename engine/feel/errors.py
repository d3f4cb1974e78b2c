"""What FEEL refuses: text that is not FEEL, and work without end. Run-time errors are null, not these."""

from __future__ import annotations

from typing import ClassVar

from engine.model.errors import RemitError


class FeelSyntaxError(RemitError):
    """The text is not a FEEL expression. `position` counts from 0, `line` and `column` from 1."""

    code: ClassVar[str] = "feel_syntax"

    def __init__(self, text: str, position: int, found: str, expected: str) -> None:
        self.text = text
        self.position = min(max(position, 0), len(text))
        self.found = found
        self.expected = expected
        before = text[: self.position]
        self.line = before.count("\n") + 1
        self.column = self.position - (before.rfind("\n") + 1) + 1
        super().__init__(text, position, found, expected)

    def __str__(self) -> str:
        wanted = f", expected {self.expected}" if self.expected else ""
        line = (self.text.split("\n")[self.line - 1] if self.text else "").replace("\t", " ")
        # A very long line is cut around the place, so that the caret stays near what it shows.
        start = max(0, self.column - 1 - 60)
        shown = line[start : start + 120]
        caret = " " * (self.column - 1 - start) + "^"
        return (
            f"{self.found}{wanted} (line {self.line}, column {self.column})\n  {shown}\n  {caret}"
        )


class BudgetExceeded(RemitError):
    """An evaluation was stopped because it asked for more than its limits allow."""

    code: ClassVar[str] = "feel_budget"


class StepsExceeded(BudgetExceeded):
    """Too many loop turns, filter tests and function calls."""

    code: ClassVar[str] = "feel_budget_steps"


class NestingExceeded(BudgetExceeded):
    """Functions called each other, or data lay inside data, too deeply."""

    code: ClassVar[str] = "feel_budget_nesting"


class SizeExceeded(BudgetExceeded):
    """Too many list items or characters were made."""

    code: ClassVar[str] = "feel_budget_size"


class RegularExpressionTimedOut(BudgetExceeded):
    """A regular expression took too long on its text."""

    code: ClassVar[str] = "feel_budget_regular_expression"


class TextTooDeep(FeelSyntaxError, NestingExceeded):
    """The brackets, calls or steps of an expression nest too deeply to be read."""

    code: ClassVar[str] = "feel_budget_text_nesting"


class TextTooLong(FeelSyntaxError, SizeExceeded):
    """An expression has more characters than are read."""

    code: ClassVar[str] = "feel_budget_text_size"


class TimeExceeded(BudgetExceeded):
    """The evaluation took too long altogether."""

    code: ClassVar[str] = "feel_budget_time"
