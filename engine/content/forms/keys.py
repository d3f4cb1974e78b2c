"""Keys of form fields: paths into nested data such as people[0].name. Knows no component."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

Key = tuple[str | int, ...]
"""A place in nested data: names of objects and positions in lists, from 0."""

MOST_ROWS = 200
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
STEP = re.compile(r"(?:^|\.)([A-Za-z_]\w*)|\[(\d{1,3})\]", re.ASCII)


def key_text(key: Iterable[str | int]) -> str:
    """Return the key as one text, such as people[0].name."""
    text = ""
    for step in key:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def parse_key(text: str) -> Key | None:
    """Return the key that `key_text` wrote, None for any other text."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = STEP.match(text, position)
        if found is None or (found[2] is not None and not steps):
            return None
        steps.append(found[1] if found[2] is None else int(found[2]))
        position = found.end()
    return tuple(steps) or None


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return submitted fields, as a page names them, as nested data for `Form.validate`.

    {"people[0].name": "A"} becomes {"people": [{"name": "A"}]}. Positions that are missing are
    closed up. A name that is no key, or that contradicts another, is kept as it is: validation
    then answers that there is no such field.
    """
    root: dict[str | int, Any] = {}
    stray: dict[str, Any] = {}
    for name, value in flat.items():
        key = parse_key(name)
        if key is None or not _put(root, key, value):
            stray[name] = value
    return {**_closed_up(root), **stray}


class _Branch(dict[str | int, Any]):
    """A part of the tree that is being built; told apart from a submitted object."""


def _put(root: dict[str | int, Any], key: Key, value: Any) -> bool:
    place = root
    for step in key[:-1]:
        held = place.setdefault(step, _Branch())
        if not isinstance(held, _Branch):
            return False
        place = held
    if key[-1] in place:
        return False
    place[key[-1]] = value
    return True


def _closed_up(branch: Mapping[str | int, Any]) -> Any:
    plain = {
        step: _closed_up(value) if isinstance(value, _Branch) else value
        for step, value in branch.items()
    }
    if plain and all(isinstance(step, int) for step in plain):
        return [plain[step] for step in sorted(plain, key=int)]
    return {str(step): value for step, value in plain.items()}


def look_up(data: Any, key: Iterable[str | int]) -> Any:
    """Return what nested data holds at a key, None where it holds nothing."""
    for step in key:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def put(data: dict[str, Any], key: Key, value: Any) -> None:
    """Set a value in nested data, making the objects and list rows that lead to it.

    `data` and everything below it must be the caller's own: it is changed.
    """
    place: Any = data
    for step, following in pairwise(key):
        wanted: type = list if isinstance(following, int) else dict
        if isinstance(step, int):
            while len(place) <= step:
                place.append({})
            held = place[step]
        else:
            held = place.get(step)
        if not isinstance(held, wanted):
            held = wanted()
            place[step] = held
        place = held
    last = key[-1]
    if isinstance(last, int):
        while len(place) <= last:
            place.append({})
    place[last] = value
