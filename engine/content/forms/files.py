"""Files as answers: which of a submission's there are, and which a question accepts. Keeps none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.content.forms.components import Component, ComponentKind
from engine.content.forms.keys import look_up, put
from engine.content.forms.placing import place, walk

Known = Mapping[str, Mapping[str, Any]]
"""What an answer holds of each file of the instance, by the file's id."""


def asks_for_files(components: Sequence[Component]) -> bool:
    """Say whether a form has a question that is answered with files."""
    return any(
        component.kind is ComponentKind.FILEPICKER or asks_for_files(component.children)
        for component in components
    )


def resolved(
    components: Sequence[Component], submitted: Mapping[str, Any], known: Known
) -> Mapping[str, Any]:
    """Return the submission with each file that is known in full, whatever was sent of it.

    A page and a program name files by their ids. An id that is not known stays a text, which no
    question takes as a file: nobody can make one up.
    """
    found = [
        (node.key, raw)
        for node in walk(place(components, submitted))
        if node.component.kind is ComponentKind.FILEPICKER
        and (raw := look_up(submitted, node.key)) not in (None, "")
    ]
    if not found:
        return submitted
    own: dict[str, Any] = _copied(submitted)
    for key, raw in found:
        put(own, key, [_file(item, known) for item in (raw if isinstance(raw, list) else [raw])])
    return own


def is_accepted(name: str, content_type: str, accept: str) -> bool:
    """Say whether a file is among what `accept` lists, as an HTML input does: .pdf, image/*."""
    wanted = [part.strip().lower() for part in accept.split(",") if part.strip()]
    return not wanted or any(
        name.lower().endswith(part)
        if part.startswith(".")
        else content_type == part or (part.endswith("/*") and content_type.startswith(part[:-1]))
        for part in wanted
    )


def _file(item: Any, known: Known) -> Any:
    file_id = item.get("id") if isinstance(item, Mapping) else item
    held = known.get(file_id) if isinstance(file_id, str) else None
    return dict(held) if held is not None else str(file_id)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(held) for name, held in value.items()}
    return [_copied(held) for held in value] if isinstance(value, list) else value
