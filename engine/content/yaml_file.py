"""Reads YAML strictly, keeping each value's place. Knows no key of any file.

Scalars stay text: `no` is the word no and 2026-12-24 is ten characters until a reader asks for a
date. Duplicate keys, anchors, tags, several documents, deep nesting and big files are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import yaml

from engine.model.problems import Problem, Severity

LARGEST_FILE = 256 * 1024
DEEPEST_NESTING = 20


class Place(Protocol):
    """A position as the YAML reader gives it, counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass
class Findings:
    """Collects what is wrong with one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, message: str, mark: Place | None = None) -> None:
        """Record an error at a place in the file."""
        problem = Problem(
            Severity.ERROR,
            code,
            message,
            self.file,
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
        )
        if problem not in self.problems:  # A value may be read twice.
            self.problems.append(problem)


@dataclass(frozen=True)
class Entry:
    """One value of the file, with its place and the path that leads to it."""

    node: yaml.Node
    path: str
    findings: Findings

    def refuse(self, code: str, message: str) -> None:
        """Record an error at this value."""
        where = f"{self.path}: " if self.path else ""
        self.findings.refuse(code, where + message, self.node.start_mark)

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag.endswith(":null")

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def text(self, *, longest: int = 4000) -> str:
        """Return a scalar's text; refuses anything else and an empty one, and returns ""."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("wrong_value", "a text is expected here.")
            return ""
        value = str(self.node.value).strip()
        if not value or self.is_null:
            self.refuse("wrong_value", "a text is expected here, but there is none.")
            return ""
        if len(value) > longest:
            self.refuse("wrong_value", f"at most {longest} characters are allowed here.")
        return value

    def day(self) -> date | None:
        """Return an ISO date such as 2026-12-24; refuses anything else and returns None."""
        value = self.text()
        try:
            return date.fromisoformat(value)
        except ValueError:
            if value:
                self.refuse("wrong_value", f"{value!r} is not a date; write it as year-month-day.")
            return None

    def items(self) -> tuple[Entry, ...]:
        """Return the entries of a list; refuses anything else and returns none."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("wrong_value", "a list is expected here, such as [one, two].")
            return ()
        return tuple(
            Entry(node, f"{self.path}[{index}]", self.findings)
            for index, node in enumerate(self.node.value)
        )

    def texts(self) -> tuple[str, ...]:
        """Return the texts of a list."""
        return tuple(text for entry in self.items() if (text := entry.text()))

    def entries(self) -> Mapping[str, Entry]:
        """Return a mapping's values by key; refuses anything else and a key that occurs twice."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("wrong_value", "keys with values are expected here.")
            return {}
        found: dict[str, Entry] = {}
        for key_node, value_node in self.node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key:
                self.findings.refuse(
                    "wrong_value", "a key must be a plain word.", key_node.start_mark
                )
            elif key in found:
                self.findings.refuse(
                    "duplicate_key", f"{key!r} is written twice here.", key_node.start_mark
                )
            else:
                path = f"{self.path}.{key}" if self.path else key
                found[key] = Entry(value_node, path, self.findings)
        return found

    def fields(
        self, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> Mapping[str, Entry]:
        """Return a mapping's values; refuses unknown keys and the lack of required ones.

        A key without a value counts as absent.
        """
        if not self.is_mapping:
            self.refuse("wrong_value", "keys with values are expected here.")
            return {}
        found = self.entries()
        allowed = required + optional
        for key, entry in found.items():
            if key not in allowed:
                entry.refuse(
                    "unknown_key", f"this key is not known; known are {', '.join(allowed)}."
                )
        present = {k: v for k, v in found.items() if k in allowed and not v.is_null}
        for key in required:
            if key not in present:
                self.refuse("missing_key", f"{key!r} is missing.")
        return present


def read_yaml(source: bytes, findings: Findings) -> Entry | None:
    """Return the file's one document, or None with the reason in `findings`."""
    if len(source) > LARGEST_FILE:
        findings.refuse("too_large", f"the file is larger than {LARGEST_FILE // 1024} kB.")
        return None
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.refuse("unreadable", f"the file is not UTF-8 text (byte {error.start}).")
        return None
    try:
        if not _is_plain(text, findings):
            return None
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        findings.refuse("unreadable", f"not YAML: {reason}.", error.problem_mark)
        return None
    except yaml.YAMLError as error:
        findings.refuse("unreadable", f"not YAML: {error}")
        return None
    if node is None:
        findings.refuse("unreadable", "the file is empty.")
        return None
    return Entry(node, "", findings)


def _is_plain(text: str, findings: Findings) -> bool:
    """Refuse what a content file never needs, before anything is built from it."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST_NESTING:
                findings.refuse(
                    "unreadable", f"nested deeper than {DEEPEST_NESTING}.", event.start_mark
                )
                return False
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                findings.refuse("unreadable", "one document is allowed.", event.start_mark)
                return False
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            findings.refuse(
                "unreadable", "anchors and aliases (& and *) are not allowed.", event.start_mark
            )
            return False
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            findings.refuse("unreadable", f"the tag {event.tag} is not allowed.", event.start_mark)
            return False
    return True
