"""Reads which files an organisation takes: the part `attachments` of organisation.yaml."""

from __future__ import annotations

from engine.content.yaml_file import Entry
from engine.model.attachments import LARGEST_MB, AttachmentRules
from engine.model.file_types import FILE_TYPES


def read_attachment_rules(entry: Entry | None) -> AttachmentRules:
    """Return the rules, Remit's own where the file says nothing; what is wrong is recorded."""
    given = AttachmentRules()
    if entry is None:
        return given
    found = entry.fields(optional=("largest_mb", "types"))
    largest, types = given.largest_mb, given.types
    if "largest_mb" in found:
        text = found["largest_mb"].text(longest=10)
        if text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_MB:
            largest = int(text)
        elif text:
            found["largest_mb"].refuse(
                "wrong_value", f"a number from 1 to {LARGEST_MB} is needed."
            )
    if "types" in found:
        types = ()
        for item in found["types"].items():
            ending = item.text(longest=10)
            types += (ending,)
            if ending and ending not in FILE_TYPES:
                item.refuse(
                    "wrong_value", f"{ending!r} is not known; known are {', '.join(FILE_TYPES)}."
                )
    return AttachmentRules(largest, types)
