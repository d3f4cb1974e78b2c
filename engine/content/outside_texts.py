"""The words of a notice that leave the building: thin by rule, filled in with what is harmless.

Mail servers, chats and lock screens show them, so they can hold ids, kinds, clauses, due times and
a link, and never a name, an answer or a narrative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.content.placeholders import Phrase, PlaceholderError, parse_phrase
from engine.content.yaml_file import Entry
from engine.feel import Evaluation, Value

THIN = frozenset(
    {"organisation", "procedure", "reference", "role", "kind", "clauses", "due_at", "link"}
)
"""The only variables of a text that leaves the building."""
LONGEST_SUBJECT = 120
LONGEST_TEXT = 2_000
REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")


@dataclass(frozen=True, slots=True)
class OutsideText:
    """A subject and a body that read nothing but `THIN` variables."""

    subject: Phrase
    body: Phrase

    def render(self, values: Mapping[str, Value], evaluation: Evaluation) -> tuple[str, str]:
        """Return the filled-in subject, one line, and body."""
        thin = {name: values.get(name) for name in THIN}
        subject = self.subject.render(thin, evaluation, absent="none")
        body = self.body.render(thin, evaluation, absent="none")
        return " ".join(subject.split())[:LONGEST_SUBJECT], body.strip()


USUAL = OutsideText(
    parse_phrase("{{ organisation }}: {{ kind }} ({{ reference }})"),
    parse_phrase(
        "{{ procedure }}, reference {{ reference }}: {{ kind }}.\n\n"
        "Due: {{ due_at }}\n"
        "Clauses: {{ clauses }}\n\n"
        "Open it here: {{ link }}\n\n"
        "What it is about is shown there, and not in this message."
    ),
)
"""What is said where nobody wrote other words."""


def thin_reference(business_key: str | None, instance_id: str) -> str:
    """Return the reference that may leave the building: the business key if it looks like one.

    A key with a space or without a digit may be somebody's name: the instance's id stands for it.
    """
    if business_key and REFERENCE.fullmatch(business_key):
        return business_key
    return instance_id


def read_outside(entry: Entry, subject: Entry | None, body: Entry | None) -> OutsideText | None:
    """Return the text that the entries hold, None where neither is given; half of one is refused."""
    if subject is None and body is None:
        return None
    if subject is None or body is None:
        entry.refuse("missing_key", "subject and body are written both or not at all.")
        return None
    head, text = _phrase(subject, LONGEST_SUBJECT), _phrase(body, LONGEST_TEXT)
    return OutsideText(head, text) if head is not None and text is not None else None


def _phrase(entry: Entry, longest: int) -> Phrase | None:
    try:
        phrase = parse_phrase(entry.text(longest=longest))
    except PlaceholderError as error:
        entry.refuse(error.code, str(error))
        return None
    for name in sorted(phrase.free_names - THIN):
        entry.refuse(
            "not_thin",
            f"{name!r} does not leave the building: a text for outside may use "
            f"{', '.join(sorted(THIN))}.",
        )
    return phrase
