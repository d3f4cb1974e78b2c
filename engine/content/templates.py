"""Notice templates: a subject and a body with placeholders. Sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.content.channels import read_routes
from engine.content.outside_texts import OutsideText, read_outside
from engine.content.placeholders import Phrase, PlaceholderError, parse_phrase
from engine.content.yaml_file import LARGEST_FILE, Entry, Findings, read_yaml
from engine.feel import Evaluation, Value
from engine.model.notices import Route
from engine.model.problems import Problem, Severity

FENCE = "---"
NOT_RECORDED = "not recorded"
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice ready to be sent: one line of subject, and the body as plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Template:
    """A notice template. `id` is its file name without `.md`; `audience` says whom it addresses.

    `outside` are the words that leave the building, `channels` how they do, where both are not as
    usual: the usual channels are those of the role.
    """

    id: str
    subject: Phrase
    body: Phrase
    clauses: tuple[str, ...] = ()
    audience: str = ""
    outside: OutsideText | None = None
    channels: tuple[Route, ...] = ()

    @property
    def reads(self) -> frozenset[str]:
        """The variables that the template reads."""
        return self.subject.free_names | self.body.free_names

    def render(self, variables: Mapping[str, Value], evaluation: Evaluation) -> Rendered:
        """Return the filled-in notice; a null prints as "not recorded".

        Raises `engine.feel.BudgetExceeded` when a placeholder takes too much work.
        """
        subject = self.subject.render(variables, evaluation, absent=NOT_RECORDED)
        return Rendered(
            # A line break in a value must not become another header of a message.
            subject=" ".join(subject.split())[:LONGEST_SUBJECT],
            body=self.body.render(variables, evaluation, absent=NOT_RECORDED),
        )


def parse_template(
    source: bytes, file: str, *, clauses: Collection[str] | None = None
) -> tuple[Template | None, list[Problem]]:
    """Return the template, or None with every problem and its line and column.

    With `clauses` (the ids of the organisation's clauses) a citation of any other is a problem.
    """
    findings = Findings(file)
    parts = _split(source, findings)
    document = read_yaml(parts[0].encode(), findings) if parts else None
    if parts is None or document is None:
        return None, findings.problems
    found = document.fields(
        required=("subject",), optional=("clauses", "audience", "outside", "channels")
    )
    subject = _subject(found["subject"]) if "subject" in found else None
    body = _body(*parts[1:], findings)
    cited = found["clauses"].texts() if "clauses" in found else ()
    for item in found["clauses"].items() if "clauses" in found else ():
        if clauses is not None and item.text() not in clauses:
            item.refuse("unknown_clause", f"{item.text()} is no clause of this organisation.")
    audience = found["audience"].text() if "audience" in found else ""
    channels = read_routes(found["channels"]) if "channels" in found else ()
    outside = _outside(found["outside"]) if "outside" in found else None
    if findings.problems or subject is None or body is None:
        return None, findings.problems
    identifier = PurePosixPath(file).name.removesuffix(".md")
    return Template(identifier, subject, body, cited, audience, outside, channels), []


def _split(source: bytes, findings: Findings) -> tuple[str, str, int] | None:
    """Return the heading lines, padded so that their line numbers hold, the body and its line."""
    if len(source) > LARGEST_FILE:
        findings.refuse("too_large", f"the file is larger than {LARGEST_FILE // 1024} kB.")
        return None
    try:
        lines = source.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        findings.refuse("unreadable", f"the file is not UTF-8 text (byte {error.start}).")
        return None
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        findings.refuse(
            "unreadable", "a template begins with --- , its heading lines, and --- again."
        )
        return None
    end = fences[1] + 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "\n" + "\n".join(lines[1 : fences[1]]), "\n".join(lines[end:]).rstrip(), end + 1


def _outside(entry: Entry) -> OutsideText | None:
    found = entry.fields(required=("subject", "body"))
    return read_outside(entry, found.get("subject"), found.get("body"))


def _subject(entry: Entry) -> Phrase | None:
    text = entry.text(longest=LONGEST_SUBJECT)
    try:
        return parse_phrase(text)
    except PlaceholderError as error:
        entry.refuse(error.code, str(error))
        return None


def _body(text: str, line: int, findings: Findings) -> Phrase | None:
    if not text:
        findings.refuse("missing_text", "the template has no text under its heading lines.")
        return None
    try:
        return parse_phrase(text)
    except PlaceholderError as error:
        before = text[: error.position]
        findings.problems.append(
            Problem(
                Severity.ERROR,
                error.code,
                str(error),
                findings.file,
                line=line + before.count("\n"),
                column=error.position - before.rfind("\n"),
            )
        )
        return None
