"""The numbered clauses of an organisation's policies, read from clauses.csv. Executes nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.model.problems import Problem, Severity

COLUMNS = (
    "id",
    "source_file",
    "section",
    "type",
    "actor",
    "text",
    "deadline_iso8601",
    "deadline_from",
    "notes",
)
CLAUSES_FILE = "clauses.csv"
LARGEST_FILE = 4 * 1024 * 1024
CLAUSE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
WEIGHT_MARK = re.compile(r"\[(\w+)\]")


class ClauseWeight(StrEnum):
    """Whether a procedure must execute a clause (core), supports one, or only gives context."""

    CORE = "core"
    SUPPORT = "support"
    REFERENCE = "reference"


class ClauseType(StrEnum):
    """What a clause asks for."""

    DECISION = "decision"
    TASK = "task"
    RECORD = "record"
    NOTIFICATION = "notification"
    ROLE = "role"
    REPORT = "report"
    DEADLINE = "deadline"
    EXTERNAL = "external"
    CALENDAR = "calendar"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of a policy. `deadline` is ISO 8601; `notes` says how it was read.

    `kind` (deadline, target, window, ...) and `days` (working, calendar, unspecified) are the
    notes' `kind=` and `cal=`; "" where the notes do not say.
    """

    id: str
    source_file: str
    section: str
    type: ClauseType
    actor: str
    text: str
    deadline: str
    deadline_from: str
    notes: str
    weight: ClauseWeight
    kind: str = ""
    days: str = ""


Clauses = Mapping[str, Clause]

_Refuse = Callable[[str, str, int], None]


def parse_clauses(source: bytes, file: str) -> tuple[Clauses, list[Problem]]:
    """Return the clauses by id, in the file's order, and every problem with its line."""
    problems: list[Problem] = []

    def refuse(code: str, message: str, line: int) -> None:
        problems.append(Problem(Severity.ERROR, code, message, file, line=line, column=1))

    if len(source) > LARGEST_FILE:
        refuse("too_large", f"The file is larger than {LARGEST_FILE // 1024**2} MB.", 1)
        return {}, problems
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse("unreadable", f"The file is not UTF-8 text (byte {error.start}).", 1)
        return {}, problems
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    clauses: dict[str, Clause] = {}
    try:
        header = tuple(next(reader, ()))
        if header != COLUMNS:
            refuse("wrong_columns", f"The first line must be {','.join(COLUMNS)}.", 1)
            return {}, problems
        line = reader.line_num + 1
        for row in reader:
            if row:
                clause = _clause(row, line, refuse)
                if clause is not None and clause.id in clauses:
                    refuse("duplicate_clause", f"Clause {clause.id} is listed twice.", line)
                elif clause is not None:
                    clauses[clause.id] = clause
            line = reader.line_num + 1
    except csv.Error as error:
        refuse("unreadable", f"Not CSV: {error}.", reader.line_num)
    return clauses, problems


def core(clauses: Clauses) -> frozenset[str]:
    """Return the ids that a version must execute (law 7)."""
    return frozenset(c.id for c in clauses.values() if c.weight is ClauseWeight.CORE)


def unknown(cited: Iterable[str], clauses: Clauses) -> tuple[str, ...]:
    """Return those cited ids that are no clause of the organisation, sorted."""
    return tuple(sorted(set(cited) - clauses.keys()))


def cited(text: str | None) -> tuple[str, ...]:
    """Return the clause ids in a text such as "DERBY-4.3-12, DERBY-B-05", in its order."""
    return tuple(dict.fromkeys(CLAUSE_ID.findall(text or "")))


def _clause(row: list[str], line: int, refuse: _Refuse) -> Clause | None:
    if len(row) != len(COLUMNS):
        refuse(
            "wrong_columns",
            f"{len(COLUMNS)} columns are expected, but there are {len(row)}.",
            line,
        )
        return None
    cells = dict(zip(COLUMNS, (cell.strip() for cell in row), strict=True))
    if not CLAUSE_ID.fullmatch(cells["id"]):
        refuse(
            "wrong_value",
            f"{cells['id']!r} is not a clause id: letters, digits, dots, hyphens and underscores.",
            line,
        )
        return None
    if not cells["text"]:
        refuse("wrong_value", f"Clause {cells['id']} has no text.", line)
        return None
    if cells["type"] not in set(ClauseType):
        refuse(
            "wrong_value",
            f"{cells['type']!r} is not a type of clause; known are {', '.join(ClauseType)}.",
            line,
        )
        return None
    mark = WEIGHT_MARK.match(cells["notes"])
    if mark is None or mark[1] not in set(ClauseWeight):
        refuse(
            "wrong_value",
            f"The notes of clause {cells['id']} must begin with [core], [support] or [reference].",
            line,
        )
        return None
    return Clause(
        id=cells["id"],
        source_file=cells["source_file"],
        section=cells["section"],
        type=ClauseType(cells["type"]),
        actor=cells["actor"],
        text=cells["text"],
        deadline=cells["deadline_iso8601"],
        deadline_from=cells["deadline_from"],
        notes=cells["notes"],
        weight=ClauseWeight(mark[1]),
        kind=_noted(cells["notes"], "kind"),
        days=_noted(cells["notes"], "cal"),
    )


def _noted(notes: str, key: str) -> str:
    found = re.search(rf"\b{key}=([\w-]+)", notes)
    return found[1] if found else ""
