"""Reads JSON keeping the place of every value. Knows no form.

The standard reader gives no places, and a process owner needs the line of a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import Any

from engine.model.problems import Problem, Severity

LARGEST_FILE = 1024 * 1024
DEEPEST_NESTING = 40
BLANKS = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?")
STRINGS = JSONDecoder()
"""Asked for one text at a time, where a quote stands."""
WORDS = {"true": True, "false": False, "null": None}


@dataclass
class JsonFindings:
    """Collects what is wrong with one file."""

    file: str
    text: str = ""
    problems: list[Problem] = field(default_factory=list)

    def record(
        self,
        severity: Severity,
        code: str,
        message: str,
        offset: int,
        element_id: str | None = None,
    ) -> None:
        """Record a finding at a character of the file."""
        before = self.text[:offset]
        self.problems.append(
            Problem(
                severity,
                code,
                message,
                self.file,
                element_id,
                line=before.count("\n") + 1,
                column=offset - before.rfind("\n"),
            )
        )


@dataclass(frozen=True)
class Node:
    """A JSON value with its place. Objects hold nodes by key, arrays hold nodes in order."""

    value: Any
    offset: int
    path: str
    findings: JsonFindings
    element_id: str | None = None

    def refuse(self, code: str, message: str, *, within: int = 0) -> None:
        """Record an error here, or `within` so many characters of a text."""
        self._record(Severity.ERROR, code, message, within)

    def warn(self, code: str, message: str) -> None:
        """Record a warning here."""
        self._record(Severity.WARNING, code, message, 0)

    def _record(self, severity: Severity, code: str, message: str, within: int) -> None:
        where = f"{self.path}: " if self.path else ""
        offset = self.offset + (within + 1 if within else 0)
        self.findings.record(severity, code, where + message, offset, self.element_id)

    def fields(self) -> dict[str, Node]:
        """Return an object's values by key; refuses anything else."""
        if isinstance(self.value, dict):
            return {
                key: Node(
                    node.value,
                    node.offset,
                    f"{self.path}.{key}" if self.path else key,
                    self.findings,
                    self.element_id,
                )
                for key, node in self.value.items()
            }
        self.refuse("wrong_value", "an object { } is expected here.")
        return {}

    def items(self) -> tuple[Node, ...]:
        """Return an array's values; refuses anything else."""
        if isinstance(self.value, list):
            return tuple(
                Node(
                    node.value,
                    node.offset,
                    f"{self.path}[{index}]",
                    self.findings,
                    self.element_id,
                )
                for index, node in enumerate(self.value)
            )
        self.refuse("wrong_value", "a list [ ] is expected here.")
        return ()

    def of_element(self, element_id: str) -> Node:
        """Return the same value with findings that name a component."""
        return Node(self.value, self.offset, self.path, self.findings, element_id)

    def text(self) -> str:
        """Return a text; refuses anything else and returns ""."""
        if isinstance(self.value, str):
            return self.value
        self.refuse("wrong_value", "a text is expected here.")
        return ""

    def flag(self) -> bool:
        """Return true or false; refuses anything else."""
        if isinstance(self.value, bool):
            return self.value
        self.refuse("wrong_value", "true or false is expected here.")
        return False

    def whole_number(self) -> int:
        """Return a whole number from 0; refuses anything else and returns 0."""
        if isinstance(self.value, Decimal) and self.value == int(self.value) >= 0:
            return int(self.value)
        self.refuse("wrong_value", "a whole number is expected here.")
        return 0

    def plain(self) -> Any:
        """Return the value without places: numbers are Decimals."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_json(source: bytes, findings: JsonFindings) -> Node | None:
    """Return the file's value, or None with the reason in `findings`."""
    if len(source) > LARGEST_FILE:
        findings.record(
            Severity.ERROR, "too_large", f"The file is larger than {LARGEST_FILE // 1024} kB.", 0
        )
        return None
    try:
        findings.text = source.decode("utf-8-sig")
        reader = _Reader(findings.text, findings)
        node, end = reader.value(0, 0)
        end = reader.skip_blanks(end)
        if end != len(findings.text):
            raise JSONDecodeError("Something follows the end of the form", findings.text, end)
    except UnicodeDecodeError as error:
        findings.record(Severity.ERROR, "unreadable", f"Not UTF-8 text (byte {error.start}).", 0)
        return None
    except JSONDecodeError as error:
        findings.record(Severity.ERROR, "unreadable", f"Not JSON: {error.msg}.", error.pos)
        return None
    return node


@dataclass(frozen=True)
class _Reader:
    source: str
    findings: JsonFindings

    def skip_blanks(self, at: int) -> int:
        match = BLANKS.match(self.source, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        at = self.skip_blanks(at)
        if depth > DEEPEST_NESTING:
            raise JSONDecodeError(f"Nested deeper than {DEEPEST_NESTING}", self.source, at)
        sign = self.source[at : at + 1]
        value: Any
        if sign == "{":
            value, end = self._object(at, depth)
        elif sign == "[":
            value, end = self._array(at, depth)
        elif sign == '"':
            value, end = STRINGS.raw_decode(self.source, at)
        else:
            value, end = self._word_or_number(at)
        return Node(value, at, "", self.findings), end

    def _word_or_number(self, at: int) -> tuple[Any, int]:
        for word, value in WORDS.items():
            if self.source.startswith(word, at):
                return value, at + len(word)
        number = NUMBER.match(self.source, at)
        if number is None:
            raise JSONDecodeError("A value is expected", self.source, at)
        return Decimal(number[0]), number.end()

    def _object(self, at: int, depth: int) -> tuple[dict[str, Node], int]:
        found: dict[str, Node] = {}
        at = self.skip_blanks(at + 1)
        while self.source[at : at + 1] != "}":
            if found:
                at = self._past(",", at)
            if self.source[at : at + 1] != '"':
                raise JSONDecodeError("A key in quotes is expected", self.source, at)
            key, end = STRINGS.raw_decode(self.source, at)
            if key in found:
                raise JSONDecodeError(f"{key!r} is written twice", self.source, at)
            colon = self._past(":", self.skip_blanks(end))
            found[key], end = self.value(colon, depth + 1)
            at = self.skip_blanks(end)
        return found, at + 1

    def _array(self, at: int, depth: int) -> tuple[list[Node], int]:
        found: list[Node] = []
        at = self.skip_blanks(at + 1)
        while self.source[at : at + 1] != "]":
            if found:
                at = self._past(",", at)
            node, end = self.value(at, depth + 1)
            found.append(node)
            at = self.skip_blanks(end)
        return found, at + 1

    def _past(self, sign: str, at: int) -> int:
        if self.source[at : at + 1] != sign:
            raise JSONDecodeError(f"A {sign} is expected", self.source, at)
        return self.skip_blanks(at + 1)
