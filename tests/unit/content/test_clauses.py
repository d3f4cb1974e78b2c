"""clauses.csv: ids, weights and the notes' kind and days; mistakes have a line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.content.clauses import (
    COLUMNS,
    ClauseType,
    ClauseWeight,
    cited,
    core,
    parse_clauses,
    unknown,
)

HEADER = ",".join(COLUMNS)
ALL_POLICIES = Path(__file__).parents[4] / "shared" / "policies" / "clauses.csv"


def test_a_clause_is_read_with_its_weight_kind_and_days() -> None:
    row = 'X-4.3-12,x.txt,4.3,deadline,Manager,"Form, within a day",P1D,not stated,[core]; L86; kind=deadline; cal=working; CONFLICT'
    clauses, problems = parse_clauses(f"{HEADER}\n{row}\n".encode(), "clauses.csv")
    assert problems == []
    clause = clauses["X-4.3-12"]
    assert clause.type is ClauseType.DEADLINE
    assert clause.weight is ClauseWeight.CORE
    assert (clause.text, clause.deadline) == ("Form, within a day", "P1D")
    assert (clause.kind, clause.days) == ("deadline", "working")
    assert core(clauses) == {"X-4.3-12"}
    assert unknown(["X-9", "X-4.3-12"], clauses) == ("X-9",)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("X-1,x,1,task,A,text,,", "9 columns are expected, but there are 8"),
        ("X 1,x,1,task,A,text,,,[core]", "not a clause id"),
        ("X-1,x,1,task,A,,,,[core]", "has no text"),
        ("X-1,x,1,duty,A,text,,,[core]", "'duty' is not a type"),
        ("X-1,x,1,task,A,text,,,important", "must begin with [core]"),
        ("X-0,x,1,task,A,text,,,[core]", "listed twice"),
        ('X-1,x,1,task,A,"text,,,[core]', "Not CSV"),
    ],
)
def test_a_mistake_is_refused_at_its_line(row: str, says: str) -> None:
    good = 'X-0,x,1,task,A,"two\nlines",,,[support]'
    _, problems = parse_clauses(f"{HEADER}\n{good}\n{row}\n".encode(), "clauses.csv")
    assert [(problem.line, says in problem.message) for problem in problems] == [(4, True)]


@pytest.mark.parametrize("source", [b"", b"id,text\nX-1,y\n", b"\xff"])
def test_another_kind_of_file_is_refused(source: bytes) -> None:
    clauses, problems = parse_clauses(source, "clauses.csv")
    assert not clauses
    assert len(problems) == 1


def test_clause_ids_are_found_in_a_property() -> None:
    assert cited("DERBY-4.3-12, DERBY-B-05 DERBY-4.3-12") == ("DERBY-4.3-12", "DERBY-B-05")
    assert cited(None) == ()


def test_every_clause_of_the_supplied_policies_is_read() -> None:
    if not ALL_POLICIES.exists():
        pytest.skip("the policies are not beside the repository")
    clauses, problems = parse_clauses(ALL_POLICIES.read_bytes(), "clauses.csv")
    assert problems == []
    assert Counter(clause.weight for clause in clauses.values()) == {
        ClauseWeight.CORE: 395,
        ClauseWeight.SUPPORT: 40,
        ClauseWeight.REFERENCE: 32,
    }
