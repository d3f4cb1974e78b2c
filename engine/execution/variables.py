"""The variables of one process scope: decoded when read, encoded when changed. Knows no tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.feel import Value, decode, encode

to_json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Writes compact JSON on one line."""


class Variables:
    """Named FEEL values that are kept as JSON text until somebody looks at them.

    Most steps of an instance touch a few of its variables: the others pass from the stored
    document to the next one unread.
    """

    __slots__ = ("_texts", "_values")

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        """Begin with stored values: `texts` maps names to encoded JSON text."""
        self._texts: dict[str, str] = dict(texts) if texts else {}
        self._values: dict[str, Value] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, name: str) -> Value:
        """Return a variable's value; null when there is none."""
        if name in self._values:
            return self._values[name]
        text = self._texts.get(name)
        if text is None:
            return None
        value = self._values[name] = decode(json.loads(text))
        return value

    def set(self, name: str, value: Value) -> str:
        """Give a variable a value and return it as stored."""
        text = to_json_text(encode(value))
        self._texts[name] = text
        self._values[name] = value
        return text

    def values(self) -> dict[str, Value]:
        """Return every variable with its value."""
        return {name: self.get(name) for name in self._texts}

    def texts(self) -> Mapping[str, str]:
        """Return every variable as it is stored."""
        return self._texts
