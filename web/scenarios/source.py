"""Values of a scenario file as plain data. Never says what a value is for.

YAML's traps are off: `yes` and `on` are words, `2026-12-24` and `10:30` stay text, and a number
keeps its digits.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from engine.content.yaml_file import Entry

_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")


def data(entry: Entry) -> Any:
    """Return an entry as JSON-like data; `null`, `true` and `false` are themselves, unquoted."""
    if isinstance(entry.node, yaml.MappingNode):
        return {key: data(child) for key, child in entry.entries().items()}
    if isinstance(entry.node, yaml.SequenceNode):
        return [data(child) for child in entry.items()]
    return _scalar(entry.node)


def mapping(entry: Entry | None) -> dict[str, Any]:
    """Return an entry of names with values, or none for an absent one; refuses anything else."""
    if entry is None or entry.is_null:
        return {}
    return {key: data(child) for key, child in entry.entries().items()}


def words(entry: Entry | None) -> tuple[str, ...] | None:
    """Return a list of words, or one word as a list of one; None for an absent entry."""
    if entry is None:
        return None
    return entry.texts() if isinstance(entry.node, yaml.SequenceNode) else (entry.text(),)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted or a block: text, whatever it looks like
        return text
    if node.tag.endswith(":null"):
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _NUMBER.fullmatch(text):
        return Decimal(text) if any(mark in text for mark in ".eE") else int(text)
    return text
